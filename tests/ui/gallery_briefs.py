"""Development tool: `python -m tests.ui.gallery_briefs --out DIR` draws the briefs view and the pre-flight on real stores."""

from __future__ import annotations

import argparse
import asyncio
import os
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication, QWidget

from tests.support.brief_room import BriefRoom, several
from tests.support.shots import Look, all_looks
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.briefs.briefs_presenter import BriefsPresenter
from xingtu_desktop.ui.i18n import translations
from xingtu_desktop.ui.theme import current_theme


async def _pictures(app: QApplication, out: Path, looks: list[Look]) -> None:
    room = await BriefRoom.open(out / "data")
    await several(room)
    await room.add_creators(121)
    await room.add_balance(Fen(128_640_000))
    for look in looks:
        current_theme().set_mode(look.theme)
        translations().set_language("zh_CN" if look.language == "zh" else "en")
        translations().set_zone("Europe/London")
        presenter = BriefsPresenter(room.context, briefs=room.briefs, shortlists=room.shortlists, ordering=room.ordering)
        view = presenter.view
        view.resize(look.width - 72, look.height - 48)
        view.show()
        presenter.start()
        await _settle(lambda view=view: view.margin.cards)
        presenter.next_finding()
        await _shot(view, out / look.file_name("brief"))
        view.form.verticalScrollBar().setValue(view.form.verticalScrollBar().maximum() * 6 // 10)
        await _shot(view, out / look.file_name("brief-lower"))
        view.editor.mode.set_current("preview")
        view.editor.mode.changed.emit("preview")
        await _shot(view, out / look.file_name("brief-preview"))
        view.order_pressed.emit()
        await _settle(lambda view=view: view.preflight.model.rowCount() > 0)
        await _shot(view, out / look.file_name("preflight"))
        await presenter.close()
        view.hide()
        view.deleteLater()
    await room.close()


async def _shot(view: QWidget, file: Path) -> None:
    await asyncio.sleep(0.15)
    view.grab().save(str(file), "PNG")


async def _settle(done: object) -> None:
    for _ in range(500):
        await asyncio.sleep(0.01)
        if done():  # type: ignore[operator]
            return
    raise AssertionError("the view did not fill")


def main() -> None:
    """Draw all pictures, or with --one only the light Chinese ones of the small size."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--one", action="store_true")
    given = parser.parse_args()
    out: Path = given.out
    out.mkdir(parents=True, exist_ok=True)
    app = QApplication([])
    app.setQuitOnLastWindowClosed(False)
    current_theme().set_motion(False)
    current_theme().apply(app)
    from qasync import QEventLoop

    loop = QEventLoop(app)
    looks = [Look("light", "zh", 1280, 800)] if given.one else list(all_looks())
    with loop:
        loop.run_until_complete(_pictures(app, out, looks))


if __name__ == "__main__":
    main()
