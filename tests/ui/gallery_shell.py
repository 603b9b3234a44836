"""Development tool: `python -m tests.ui.gallery_shell --out DIR` draws the window with its palette, map and outbox."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from tests.ui.gallery import sample_filters, sample_side, sample_table
from xingtu_desktop.ui.i18n import Message, translations
from xingtu_desktop.ui.shell import AccountInfo, Command, MainWindow, PaletteObject, ShellPorts, SyncStatus, shell_view
from xingtu_desktop.ui.shell.views import ORDER
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button
from xingtu_desktop.ui.widgets.labels import line, panel, text_label
from xingtu_desktop.ui.widgets.toasts import ToastAction
from xingtu_desktop.ui.widgets.view import View

NOW = datetime(2026, 11, 22, 12, 14, tzinfo=UTC)


class Sample(View):
    """A stand-in for the creators view."""

    single_key_commands = True

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        middle = panel("surface")
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = QHBoxLayout()
        head.setContentsMargins(16, 8, 12, 8)
        head.setSpacing(6)
        head.addWidget(text_label("12,846 位达人", type="heading"))
        head.addWidget(text_label("2.1 ms", type="caption", tone="text-3"))
        head.addStretch(1)
        head.addWidget(Button("列", icon="columns", small=True))
        head.addWidget(Button("保存", icon="save", small=True))
        head.addWidget(Button("导出", icon="export", small=True))
        column.addLayout(head)
        column.addWidget(line())
        self.table = sample_table()
        column.addWidget(self.table)
        side = sample_side()
        side.setFixedWidth(340)
        for widget in (sample_filters(), line(horizontal=False), middle, line(horizontal=False), side):
            row.addWidget(widget, 1 if widget is middle else 0)
        self.setFocusProxy(self.table)


def find(query: str, deliver: object) -> None:
    """Invented creators."""
    names = ("漂亮琪然", "蓬莱秋日记", "破浪骑人")
    assert callable(deliver)
    deliver([PaletteObject(each, "达人", each, "美妆 · 142.6万 · ¥26,000", lambda: None, avatar=True, right="2 小时前") for each in names])


def window() -> MainWindow:
    """A window with every view registered."""
    made = MainWindow([shell_view(key, Sample) for key in ORDER], ShellPorts(now=lambda: NOW, find_objects=find))
    made.registry.register(
        Command("a.batch", Message("sample", "批量确认…"), lambda: None, "B", scope="creators", icon="check"),
        Command("a.next", Message("sample", "下一位"), lambda: None, "J", scope="creators"),
        Command("a.export", Message("sample", "导出所选"), lambda: None, "E", scope="creators", enabled=lambda: "没有选中的达人"),
        Command("a.submit", Message("sample", "提交批量确认"), lambda: None, "Ctrl+Return", scope="approvals"),
        Command("a.approve", Message("sample", "确认"), lambda: None, "A", scope="approvals", icon="check"),
    )
    made.set_account(AccountInfo("花漾日化", "星图账户"))
    made.set_sync(SyncStatus("online", NOW - timedelta(minutes=2), waiting=3))
    made.set_badge("approvals", 12)
    return made


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", default="1280x800")
    parser.add_argument("--theme", default="light")
    parser.add_argument("--lang", default="zh_CN")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    current_theme().set_scale(options.scale)
    current_theme().set_mode(options.theme)
    current_theme().apply(app)
    translations().set_language(options.lang)
    translations().set_zone("Europe/London")
    made = window()
    width, height = (int(each) for each in options.size.split("x"))
    made.resize(width, height)
    made.show()
    made.show_view("creators")
    tag = f"{options.theme}_{options.lang}_{options.size}"

    def shoot(name: str) -> None:
        app.processEvents()
        made.grab().save(str(options.out / f"{name}_{tag}.png"))

    made.toasts.show_toast("已确认 @小鹿 的视频 v3，¥12,000", action=ToastAction("撤销", lambda: None, "Z"), seconds=8, counts=True)
    shoot("shell")
    made.toasts.newest_undo().dismiss()  # type: ignore[union-attr]  # shown two lines above
    made.palette_panel.set_recent(["a.batch"])
    made.palette_panel.open_palette("pl qr")
    shoot("palette")
    made.palette_panel.dismiss()
    made.shortcut_map.open_map()
    shoot("map")
    made.shortcut_map.dismiss()
    box = QWidget()
    lay = QVBoxLayout(box)
    lay.addWidget(text_label("发件箱", type="heading"))
    lay.addStretch(1)
    made.set_outbox(lambda: box)
    made.set_sync(SyncStatus("offline", NOW - timedelta(minutes=12), waiting=3))
    made.toggle_outbox()
    shoot("outbox")


if __name__ == "__main__":
    main()
