"""The commands of the view, with their keys, for palette and shortcut map."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from xingtu_desktop.ui.creators.creators_view import CreatorsView
from xingtu_desktop.ui.creators.loosen_panel import MOST
from xingtu_desktop.ui.i18n import Message
from xingtu_desktop.ui.shell.commands import Command


class CommandTarget(Protocol):
    """Who carries the commands out (`CreatorsPresenter`)."""

    view: CreatorsView

    def why_no_rows(self) -> str | None: ...
    def why_nobody(self) -> str | None: ...
    def focus_search(self) -> None: ...
    def tick_current(self) -> None: ...
    def toggle_profile(self) -> None: ...
    def put_on_shortlist(self) -> None: ...
    def put_in_basket(self) -> None: ...
    def compare(self) -> None: ...
    def show_similar_ones(self) -> None: ...
    def export(self) -> None: ...
    def save_search(self) -> None: ...
    def take_loosening(self, place: int) -> None: ...


def _always() -> str | None:
    return None


def creator_commands(target: CommandTarget) -> list[Command]:
    """Every command, all in the scope "creators"."""
    table, rows, somebody = target.view.table, target.why_no_rows, target.why_nobody

    def command(
        key: str,
        title: Message,
        run: Callable[[], None],
        shortcut: str,
        icon: str,
        enabled: Callable[[], str | None] = _always,
        *,
        repeats: bool = False,
    ) -> Command:
        return Command(f"creators.{key}", title, run, shortcut, scope="creators", icon=icon, enabled=enabled, repeats=repeats)

    def move(key: str, title: Message, shortcut: str, icon: str, steps: int, *, extend: bool = False) -> Command:
        return command(key, title, lambda: table.move_current(steps, extend=extend), shortcut, icon, rows, repeats=True)

    return [
        command("search", Message("creators", "Search creators"), target.focus_search, "/", "search"),
        move("next", Message("creators", "Next creator"), "J", "chevron-down", 1),
        move("previous", Message("creators", "Previous creator"), "K", "chevron-up", -1),
        move("extend", Message("creators", "Choose downwards"), "Shift+J", "check", 1, extend=True),
        move("extend_up", Message("creators", "Choose upwards"), "Shift+K", "check", -1, extend=True),
        command("tick", Message("creators", "Choose this creator"), target.tick_current, "X", "check"),
        command("peek", Message("creators", "Quick profile"), target.toggle_profile, "", "creator", rows),
        command("shortlist", Message("creators", "To the shortlist"), target.put_on_shortlist, "S", "star", somebody),
        command("basket", Message("creators", "To the order basket"), target.put_in_basket, "B", "basket", somebody),
        command("compare", Message("creators", "Compare"), target.compare, "C", "compare", rows),
        command("pin", Message("creators", "Make the column in hand the baseline"), lambda: target.view.compare.pin(), "P", "pin"),
        command("similar", Message("creators", "Similar creators"), target.show_similar_ones, "L", "similar", rows),
        command("export", Message("creators", "Export creators"), target.export, "E", "export", rows),
        command("save", Message("creators", "Save this search"), target.save_search, "Ctrl+S", "save"),
        command("clear", Message("creators", "Clear all filters"), target.view.filters.clear_all, "", "filter"),
        *(
            Command(
                f"creators.loosen.{place}",
                Message("creators", "Take this loosening"),
                partial(target.take_loosening, place),
                f"Alt+{place + 1}",
                scope="creators",
                in_palette=False,
            )
            for place in range(MOST)
        ),
    ]
