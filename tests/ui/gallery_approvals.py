"""Development tool: `python -m tests.ui.gallery_approvals --out DIR` draws the approvals view in every state."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from tests.ui.approvals_room import Room
from xingtu_desktop.domain.ids import OrderId
from xingtu_desktop.ui.i18n import translations
from xingtu_desktop.ui.theme import current_theme


async def draw(options: argparse.Namespace) -> None:
    """Walk through the states and save a picture of each."""
    width, height = (int(each) for each in options.size.split("x"))
    tag = f"{options.theme}_{options.lang}_{options.size}_{options.scale:g}"
    with tempfile.TemporaryDirectory() as folder:
        room = await Room.open(Path(folder))
        await room.fill()
        presenter = room.show((width, height))
        assert room.window is not None
        window = room.window

        async def shoot(name: str, wait: float = 0.35) -> None:
            await asyncio.sleep(wait)
            window.grab().save(str(options.out / f"{name}_{tag}.png"))

        await asyncio.sleep(0.6)
        presenter.show_item(OrderId(2))
        await asyncio.sleep(0.3)
        presenter.approve()
        await asyncio.sleep(0.3)
        presenter.show_item(OrderId(0))
        await asyncio.sleep(0.3)
        presenter.versions()
        await shoot("1_compare")
        presenter.versions()
        presenter.next_finding()
        presenter.next_finding()
        await shoot("2_finding")
        presenter.reject()
        await shoot("3_reject")
        presenter.escape()
        presenter.show_item(OrderId(1))
        await asyncio.sleep(1.2)
        presenter.step(40)
        await asyncio.sleep(0.4)
        await room.service.add_note(presenter.current().item, "瓶身标签被手指挡住，请露出正面约 2 秒。", start=1.2, end=2.6)  # type: ignore[union-attr]
        await room.service.add_note(presenter.current().item, "口播“七天见效”没有依据。", start=4.4)  # type: ignore[union-attr]
        await presenter.sidework.read_notes(presenter.current().item)  # type: ignore[union-attr]
        await shoot("4_video")
        presenter.note()
        await shoot("5_note")
        presenter.escape()
        presenter.show_item(OrderId(9))
        await shoot("6_missing")
        for order in (3, 6, 5, 8, 10, 11):
            presenter.show_item(OrderId(order))
            await asyncio.sleep(0.7)
        presenter.by_rule()
        await shoot("7_batch")
        presenter.commit()
        await shoot("8_committed")
        await room.close()


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--theme", default="light")
    parser.add_argument("--lang", default="zh_CN")
    parser.add_argument("--scale", type=float, default=1.0)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    app.setQuitOnLastWindowClosed(False)
    current_theme().set_scale(options.scale)
    current_theme().set_mode(options.theme)
    current_theme().apply(app)
    translations().set_language(options.lang)
    translations().set_zone("Europe/London")
    with asyncio.Runner(loop_factory=lambda: QEventLoop(app)) as runner:
        runner.run(draw(options))


if __name__ == "__main__":
    main()
