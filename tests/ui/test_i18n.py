"""Promises of translation: Chinese is complete, nothing in the catalogs is dead, the language switches while running."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from pytestqt.qtbot import QtBot

import xingtu_desktop.ui
from xingtu_desktop.core import resources
from xingtu_desktop.ui.i18n import Message, catalog, tr, translations
from xingtu_desktop.ui.widgets.view import View

UI = Path(xingtu_desktop.ui.__file__).parent
PLACEHOLDER = re.compile(r"\{(\w+)\}")


def _used() -> Iterator[tuple[str, str, str]]:
    """(context, source, place) of every tr(…) and Message(…) in the interface and in the root that composes it."""
    for file in sorted([*UI.rglob("*.py"), *(UI.parent / "app").rglob("*.py")]):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("tr", "Message")):
                continue
            place = f"{file.relative_to(UI.parent)}:{node.lineno}"
            texts = []
            for argument in node.args[:2]:
                if isinstance(argument, ast.Name) and argument.id in constants:
                    texts.append(constants[argument.id])
                elif isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                    texts.append(argument.value)
            assert len(texts) == 2, f"{place}: context and source must be plain strings, or nobody can translate them"
            yield texts[0], texts[1], place


def test_every_source_has_its_chinese() -> None:
    chinese = catalog("zh_CN")
    missing = [f'{place}: "{context}" / "{source}"' for context, source, place in _used() if (context, source) not in chinese]
    assert not missing, "add these to resources/i18n/zh_CN/<area>.json:\n" + "\n".join(missing)


def test_no_translation_is_dead() -> None:
    used = {(context, source) for context, source, _ in _used()}
    unused = [f'"{context}" / "{source}"' for context, source in catalog("zh_CN") if (context, source) not in used]
    assert not unused, "nothing on screen says these any more; delete them:\n" + "\n".join(unused)


def test_translations_keep_their_placeholders() -> None:
    wrong = [
        (source, text)
        for (_, source), text in catalog("zh_CN").items()
        if set(PLACEHOLDER.findall(text)) != set(PLACEHOLDER.findall(source))
    ]
    assert not wrong


def test_no_text_is_translated_in_two_files() -> None:
    seen: dict[tuple[str, str], str] = {}
    for file in sorted(resources.path("i18n", "zh_CN").glob("*.json")):
        for context, entries in json.loads(file.read_text(encoding="utf-8")).items():
            for source in entries:
                assert seen.setdefault((context, source), file.name) == file.name, f"{context}/{source} stands twice"


def test_a_view_redraws_its_words_on_a_switch(qtbot: QtBot) -> None:
    class Greeting(View):
        words = ""

        def retranslate(self) -> None:
            self.words = tr("shell", "Today")

    outer = View()
    qtbot.addWidget(outer)
    inner = Greeting(outer)
    inner.retranslate()
    assert inner.words == "今日"
    try:
        translations().set_language("en")
        qtbot.waitUntil(lambda: inner.words == "Today")
    finally:
        translations().set_language("zh_CN")
    qtbot.waitUntil(lambda: inner.words == "今日")


def test_placeholders_take_values_as_they_are() -> None:
    try:
        translations().set_language("en")
        text = Message("test", "{name} sent {count} video|{name} sent {count} videos")
        assert text.text(name="{count}", count=1) == "{count} sent 1 video"
        assert text.text(name="Lulu", count=2) == "Lulu sent 2 videos"
    finally:
        translations().set_language("zh_CN")
