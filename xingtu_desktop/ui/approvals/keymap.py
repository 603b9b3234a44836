"""The keys of the approvals view as commands of the shell."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from xingtu_desktop.ui.i18n import Message, tr
from xingtu_desktop.ui.shell.commands import Command

if TYPE_CHECKING:
    from xingtu_desktop.ui.approvals.approvals_presenter import ApprovalsPresenter

SCOPE = "approvals"


def commands(presenter: ApprovalsPresenter) -> list[Command]:
    """Every key; A and Ctrl Enter stay out of the palette, where nothing may move money by one press."""

    def needs_version() -> str | None:
        return None if presenter.current() is not None or presenter.batch.active else tr("approvals", "No version is open")

    def needs_items() -> str | None:
        return None if presenter.model.items() else tr("approvals", "Nothing waits for your word")

    p = presenter

    def moving(key: str, title: Message, run: Callable[[], None], shortcut: str) -> Command:
        return Command(f"approvals.{key}", title, run, shortcut, scope=SCOPE, in_palette=False, repeats=True)

    return [
        Command(
            "approvals.approve",
            Message("approvals", "Approve what is on screen"),
            p.approve,
            "A",
            scope=SCOPE,
            icon="check",
            in_palette=False,
        ),
        Command(
            "approvals.reject", Message("approvals", "Reject with a text"), p.reject, "R", scope=SCOPE, icon="reject", enabled=needs_version
        ),
        Command(
            "approvals.note", Message("approvals", "Write a note here"), p.note, "M", scope=SCOPE, icon="comment", enabled=needs_version
        ),
        Command(
            "approvals.versions",
            Message("approvals", "Compare with the version before"),
            p.versions,
            "V",
            scope=SCOPE,
            icon="diff",
            enabled=needs_version,
        ),
        Command("approvals.snooze", Message("approvals", "Put off"), p.snooze, "H", scope=SCOPE, icon="clock", enabled=needs_version),
        Command(
            "approvals.flag",
            Message("approvals", "Hand to a person"),
            p.flag,
            "F",
            scope=SCOPE,
            icon="person-forward",
            enabled=needs_version,
        ),
        Command("approvals.undo", Message("approvals", "Undo"), p.undo, "Z", scope=SCOPE, icon="undo"),
        Command(
            "approvals.next_finding",
            Message("approvals", "Next finding"),
            p.next_finding,
            "N",
            scope=SCOPE,
            icon="alert-triangle",
            enabled=needs_version,
        ),
        Command("approvals.next_finding_f8", Message("approvals", "Next finding"), p.next_finding, "F8", scope=SCOPE, in_palette=False),
        moving("down", Message("approvals", "Next version"), lambda: p.move(1), "J"),
        moving("up", Message("approvals", "Previous version"), lambda: p.move(-1), "K"),
        Command(
            "approvals.play", Message("approvals", "Play or pause; next page of a script"), p.play, "Space", scope=SCOPE, in_palette=False
        ),
        Command(
            "approvals.page_back",
            Message("approvals", "Previous page of a script"),
            p.page_back,
            "Shift+Space",
            scope=SCOPE,
            in_palette=False,
        ),
        moving("frame_back", Message("approvals", "One frame back"), lambda: p.step(-1), "Left"),
        moving("frame_forward", Message("approvals", "One frame forward"), lambda: p.step(1), "Right"),
        Command(
            "approvals.side",
            Message("approvals", "Queue or context beside the version"),
            p.view.turn_side,
            "I",
            scope=SCOPE,
            icon="switch",
        ),
        Command("approvals.tick", Message("approvals", "Choose for a batch"), p.tick, "X", scope=SCOPE, icon="check", enabled=needs_items),
        moving("extend_down", Message("approvals", "Choose downwards"), lambda: p.extend(1), "Shift+J"),
        moving("extend_up", Message("approvals", "Choose upwards"), lambda: p.extend(-1), "Shift+K"),
        Command(
            "approvals.by_rule",
            Message("approvals", "Approve a batch by rule…"),
            p.by_rule,
            "B",
            scope=SCOPE,
            icon="table",
            enabled=needs_items,
        ),
        Command(
            "approvals.commit",
            Message("approvals", "Send the rejection, commit the batch"),
            p.commit,
            "Ctrl+Return",
            scope=SCOPE,
            in_palette=False,
        ),
        Command("approvals.back", Message("approvals", "Back"), p.escape, "Esc", scope=SCOPE, in_palette=False),
    ]
