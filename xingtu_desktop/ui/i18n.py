"""Words on screen: English source strings, Chinese catalogs, and the switch between them while the program runs.

`tr("approvals", "Approve {name}", name=creator)` looks the source up in `resources/i18n/zh_CN/*.json`
(`{context: {source: translation}}`, one file an area so that two people never edit the same one).
A source with two English forms is written "{count} creator|{count} creators"; its translation has one form.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QObject, QTranslator, Signal

from xingtu_desktop.core import resources
from xingtu_desktop.ui.formats import Formats

Language = Literal["zh_CN", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("zh_CN", "en")
LANGUAGE_NAMES: Final[dict[Language, str]] = {"zh_CN": "简体中文", "en": "English"}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Message:
    """A text to be translated later: names of commands and views live longer than a language."""

    context: str
    source: str

    def text(self, **values: object) -> str:
        """The words in the language in force now."""
        return _translate(self.context, self.source, values)


def tr(context: str, source: str, /, **values: object) -> str:
    """`source` in the language in force, with every `{name}` replaced by the value of that name."""
    return _translate(context, source, values)


class Translations(QObject):
    """Holds the language in force; `set_language` tells every widget through Qt's own LanguageChange event."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._language: Language = "zh_CN"
        self._formats = Formats("zh_CN")
        self._qt_texts: QTranslator | None = None

    @property
    def language(self) -> Language:
        """The language in force."""
        return self._language

    @property
    def formats(self) -> Formats:
        """The formatter of numbers for this language and second time zone."""
        return self._formats

    def set_language(self, language: Language) -> None:
        """Switch; views redraw their words in `retranslate`."""
        self._language = language
        self._formats = Formats(language, self._formats.zone)
        self._install_qt_texts()
        self._announce()

    def set_zone(self, zone: str | None) -> None:
        """Choose the second time zone by its IANA name; None means Beijing alone."""
        self._formats = Formats(self._language, zone)
        self._announce()

    def _announce(self) -> None:
        app = QCoreApplication.instance()
        if app is not None:
            # QApplication hands the event on to every window, and a window to its children.
            QCoreApplication.sendEvent(app, QEvent(QEvent.Type.LanguageChange))
        self.changed.emit()

    def _install_qt_texts(self) -> None:
        """Qt's own words (the menu of a text field, a file dialog) come from the catalogs that Qt ships."""
        app = QCoreApplication.instance()
        if app is None:
            return
        if self._qt_texts is not None:
            app.removeTranslator(self._qt_texts)
            self._qt_texts = None
        if self._language == "zh_CN":
            translator = QTranslator(self)
            if translator.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
                app.installTranslator(translator)
                self._qt_texts = translator


@lru_cache(maxsize=1)
def translations() -> Translations:
    """The process's translations."""
    return Translations()


def formats() -> Formats:
    """The formatter in force; ask at paint time, never keep it."""
    return translations().formats


@lru_cache(maxsize=len(LANGUAGES))
def catalog(language: Language) -> dict[tuple[str, str], str]:
    """Every translation of a language by (context, source); English is its own source and has none."""
    result: dict[tuple[str, str], str] = {}
    for file in sorted(resources.path("i18n", language).glob("*.json")):
        for context, entries in json.loads(file.read_text(encoding="utf-8")).items():
            for source, text in entries.items():
                result[(context, source)] = text
    return result


def _translate(context: str, source: str, values: dict[str, object]) -> str:
    language = translations().language
    text = source if language == "en" else catalog(language).get((context, source), source)
    if "|" in text and "count" in values:
        one, _, many = text.partition("|")
        text = one if str(values["count"]) == "1" else many
    if not values:
        return text
    return _PLACEHOLDER.sub(lambda match: str(values.get(match.group(1), match.group(0))), text)
