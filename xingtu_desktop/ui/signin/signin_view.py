"""First run and sign-in as one widget: the two pages, a strip for what went wrong, and the choice of language and colours."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from xingtu_desktop.ui.i18n import LANGUAGE_NAMES, LANGUAGES, tr, translations
from xingtu_desktop.ui.signin.sign_in_page import SignInPage
from xingtu_desktop.ui.signin.welcome_page import WelcomePage
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.theme.theme import MODES, Mode
from xingtu_desktop.ui.widgets.buttons import Segment, SegmentedControl
from xingtu_desktop.ui.widgets.states import Banner
from xingtu_desktop.ui.widgets.view import View


class LookSwitch(View):
    """Language and colours, for the plain bar above first run; they take effect at once."""

    language_chosen = Signal(str)
    theme_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.language = SegmentedControl([Segment(key, LANGUAGE_NAMES[key]) for key in LANGUAGES])
        self.theme = SegmentedControl()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(self.language)
        row.addWidget(self.theme)
        self.language.changed.connect(self.language_chosen)
        self.theme.changed.connect(self.theme_chosen)
        self.retranslate()

    def retranslate(self) -> None:
        """Words and the present choices."""
        names: dict[Mode, tuple[str, str]] = {
            "system": (tr("signin", "As the system"), "contrast"),
            "light": (tr("signin", "Light"), "sun"),
            "dark": (tr("signin", "Dark"), "moon"),
        }
        self.theme.set_segments([Segment(mode, *names[mode]) for mode in MODES])
        self.theme.set_current(current_theme().mode)
        self.language.set_current(translations().language)
        self.language.setAccessibleName(tr("signin", "Language"))
        self.theme.setAccessibleName(tr("signin", "Colours"))


class SignInView(QWidget):
    """Shows one page at a time; `problem` stands above both."""

    def __init__(self, *, training: bool, data_folder: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.welcome = WelcomePage(training=training, data_folder=data_folder)
        self.sign_in = SignInPage()
        self.problem = Banner(tone="bad", icon="alert-circle")
        self._pages = QStackedWidget()
        self._pages.addWidget(self.welcome)
        self._pages.addWidget(self.sign_in)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.problem)
        column.addWidget(self._pages, 1)
        self.setFocusProxy(self.welcome)

    def show_welcome(self) -> None:
        """The first page."""
        self._pages.setCurrentWidget(self.welcome)
        self.setFocusProxy(self.welcome)
        self.welcome.setFocus()

    def show_sign_in(self) -> None:
        """The sign-in page, with the keyboard in its first field."""
        self._pages.setCurrentWidget(self.sign_in)
        self.sign_in.first_field().setFocus()

    def on_sign_in(self) -> bool:
        """Whether the sign-in page is shown."""
        return self._pages.currentWidget() is self.sign_in
