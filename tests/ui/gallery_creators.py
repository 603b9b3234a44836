"""Draws the Creators view over real services: `python -m tests.ui.gallery_creators --out DIR [--size …] [--theme …] [--lang …]`."""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication
from qasync import QEventLoop

from tests.ui.creators_rig import Rig, make_rig
from xingtu_desktop.core.errors import Offline
from xingtu_desktop.domain.creator_query import CategoryFilter, CreatorQuery, Facet, Field, RangeFilter
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.shortlist import BASKET
from xingtu_desktop.ui.i18n import translations
from xingtu_desktop.ui.shell.views import shell_view
from xingtu_desktop.ui.shell.window import MainWindow
from xingtu_desktop.ui.theme import current_theme


async def _quiet(rig: Rig, seconds: float = 2.0) -> None:
    """Let searches, counts and the profile arrive: a picture has no event to wait for."""
    await asyncio.sleep(seconds)


async def _draw(options: argparse.Namespace, app: QApplication) -> None:
    with tempfile.TemporaryDirectory() as folder:
        rig = await make_rig(Path(folder), options.creators)
        window = MainWindow([shell_view(key, lambda: rig.presenter.view) for key in ("creators",)])
        width, height = (int(each) for each in options.size.split("x"))
        window.resize(width, height)
        window.registry.register(*rig.presenter.commands())
        window.show()
        window.show_view("creators")
        tag = f"{options.theme}_{options.lang}_{options.size}"

        async def shoot(name: str) -> None:
            await _quiet(rig)
            window.grab().save(str(options.out / f"creators_{name}_{tag}.png"))

        rig.presenter.start()
        await shoot("all")
        query = CreatorQuery(
            ranges=(
                RangeFilter(Field.FEMALE_15_24_SHARE, low=0.2),
                RangeFilter(Field.CITY_SECOND_SHARE, low=0.12),
                RangeFilter(Field.CPM_FROM_21_TO_60, high=Fen(4500)),
            ),
            categories=(CategoryFilter(Facet.CONTENT_TYPE, frozenset({"美妆", "时尚"})),),
        )
        ids = await rig.search.ids(query, 14)
        await rig.shortlists.add(BASKET, ids)
        rig.presenter.load_query(query, "")
        rig.presenter.view.table.set_checked(ids[1:5])
        await shoot("seed")
        rig.presenter.compare()
        await shoot("compare")
        rig.presenter.view.show_comparison(False)
        rig.connectivity.failed(Offline())
        rig.presenter.load_query(
            CreatorQuery(
                text="",
                ranges=(RangeFilter(Field.FEMALE_15_24_SHARE, low=0.45), RangeFilter(Field.FOLLOWERS, low=6_000_000)),
                categories=(CategoryFilter(Facet.CONTENT_TYPE, frozenset({"美妆"})),),
            ),
            "",
        )
        await shoot("empty_offline")
        await rig.close()
        window.finish_close()


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--size", default="1440x900")
    parser.add_argument("--theme", default="light")
    parser.add_argument("--lang", default="zh_CN")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--creators", type=int, default=3_000)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    current_theme().set_scale(options.scale)
    current_theme().set_mode(options.theme)
    current_theme().apply(app)
    translations().set_language(options.lang)
    loop = QEventLoop(app)
    loop.run_until_complete(_draw(options, app))
    loop.close()


if __name__ == "__main__":
    main()
