"""The settings on screen: two columns of flush sections; every control says at once what was chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QComboBox, QFrame, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from xingtu_desktop import __version__
from xingtu_desktop.domain.notices import Notice
from xingtu_desktop.services.preferences import REJECTS, REVIEW_HOURS, PreferenceValues
from xingtu_desktop.ui.formats import BEIJING_ZONE
from xingtu_desktop.ui.i18n import LANGUAGE_NAMES, LANGUAGES, formats, tr
from xingtu_desktop.ui.settings.block import Block, notice_words, role_words
from xingtu_desktop.ui.settings.ports import AccountFacts, StorageFact, StorageRole
from xingtu_desktop.ui.theme import current_theme
from xingtu_desktop.ui.widgets.buttons import Button, Segment, SegmentedControl
from xingtu_desktop.ui.widgets.inputs import NumberField
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, line, panel, set_tone, text_label
from xingtu_desktop.ui.widgets.panels import Avatar, MicroBar
from xingtu_desktop.ui.widgets.view import View

_TWO_COLUMNS = 1000
"""Design pixels of width from which the sections stand in two columns."""

ZONES = (
    "Europe/London",
    "Europe/Paris",
    "Europe/Berlin",
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Sao_Paulo",
    "Asia/Dubai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Asia/Seoul",
    "Asia/Bangkok",
    "Asia/Jakarta",
    "Australia/Sydney",
)
SCALES = (85, 100, 115, 125, 150, 175, 200)
MOST_YUAN = 100_000_000
LIBRARIES = (
    ("Qt, PySide6", "LGPL-3.0"),
    ("SQLCipher", "BSD-3-Clause"),
    ("SQLAlchemy", "MIT"),
    ("httpx", "BSD-3-Clause"),
    ("NumPy", "BSD-3-Clause"),
    ("stringzilla", "Apache-2.0"),
    ("cryptography", "Apache-2.0 / BSD-3-Clause"),
    ("keyring", "MIT"),
    ("pypinyin", "MIT"),
    ("OpenCC", "Apache-2.0"),
    ("XlsxWriter", "BSD-2-Clause"),
)
"""The libraries that a person meets in this program, with the licences that they come under."""


class SettingsView(View):
    """Says `changed` with what was chosen; the presenter saves."""

    changed = Signal(object)
    """dict: the fields of PreferenceValues that were chosen anew."""
    sign_out_asked = Signal()
    terms_asked = Signal()
    """Give the usual terms to the campaigns that have none."""
    rebuild_asked = Signal()
    shortcuts_asked = Signal()
    measure_asked = Signal()

    def __init__(
        self, account: AccountFacts, *, terms: bool, rebuild: bool, shortcuts: bool, now: datetime, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._account, self._now = account, now
        self._values = PreferenceValues()
        self._facts: tuple[StorageFact, ...] | None = None
        self._without_terms: int | None = None
        self._announced: tuple[Notice, ...] = ()
        self._has = (terms, rebuild, shortcuts)
        self._filling = False
        self.language = SegmentedControl([Segment(key, LANGUAGE_NAMES[key]) for key in LANGUAGES])
        self.theme = SegmentedControl()
        self.density = SegmentedControl()
        self.scale = QComboBox()
        self.zone = QComboBox()
        self.batch_yuan, self.day_yuan = (NumberField(0, MOST_YUAN) for _ in range(2))
        self.batch_count, self.day_count = NumberField(0, 10_000), NumberField(0, 100_000)
        self.rejects, self.hours = NumberField(REJECTS[0] - 1, REJECTS[1]), NumberField(REVIEW_HOURS[0] - 1, REVIEW_HOURS[1])
        self.give_terms = Button("")
        self.sign_out = Button("", kind="danger")
        self.rebuild = Button("", kind="link")
        self.measure = Button("", kind="link")
        self.shortcuts = Button("", icon="keyboard", key="?")
        self._build()
        self._connect()
        self.retranslate()

    # ------------------------------------------------------------------ what the presenter tells

    def show_values(self, values: PreferenceValues) -> None:
        """Show what is set; nothing is reported back."""
        self._values = values
        self._filling = True
        try:
            self.language.set_current(values.language)
            self.theme.set_current(values.theme)
            self.density.set_current(values.density)
            self.scale.setCurrentIndex(max(0, self.scale.findData(values.scale)))
            self._offer_zone(values.zone)
            self.batch_yuan.setValue((values.cap_batch_fen or 0) // 100)
            self.day_yuan.setValue((values.cap_day_fen or 0) // 100)
            self.batch_count.setValue(values.cap_batch_count or 0)
            self.day_count.setValue(values.cap_day_count or 0)
            self.rejects.setValue(self.rejects.minimum() if values.reject_limit is None else values.reject_limit)
            self.hours.setValue(self.hours.minimum() if values.review_hours is None else values.review_hours)
        finally:
            self._filling = False
        self._write_terms()

    def show_storage(self, facts: Sequence[StorageFact]) -> None:
        """What is kept, as measured."""
        self._facts = tuple(facts)
        self._write_storage()

    def show_without_terms(self, count: int) -> None:
        """How many campaigns have no terms of their own."""
        self._without_terms = count
        self._write_terms()

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """What the platform announced in this run; without any there is no row."""
        self._announced = tuple(notices)
        self._write_notices()

    # ------------------------------------------------------------------ inside

    def _build(self) -> None:
        terms, rebuild, shortcuts = self._has
        self._account_block, self._limits, self._looks = Block(), Block(), Block()
        self._terms, self._storage, self._about = Block(), Block(), Block()
        self._fill_account()
        self._name_batch = self._limits.row(self.batch_yuan, self.batch_count)
        self._name_day = self._limits.row(self.day_yuan, self.day_count)
        self._name_theme = self._looks.row(self.theme)
        self._name_language = self._looks.row(self.language)
        self._name_density = self._looks.row(self.density)
        self._name_scale = self._looks.row(self.scale)
        self._zone_note = text_label(type="caption", tone="text-2")
        self._name_zone = self._looks.row(self.zone, self._zone_note)
        self._name_rejects = self._terms.row(self.rejects)
        self._name_hours = self._terms.row(self.hours)
        self._terms_note = text_label(type="caption", tone="text-2", wrap=True)
        self._name_give = self._terms.row(self.give_terms, wide=self._terms_note)
        self._terms.setVisible(terms)
        self._fill_storage(rebuild)
        self._fill_about(shortcuts)
        left, right = QVBoxLayout(), QVBoxLayout()
        for column, blocks in (
            (left, (self._account_block, self._limits, self._looks)),
            (right, (self._terms, self._storage, self._about)),
        ):
            column.setSpacing(0)
            for block in blocks:
                column.addWidget(block)
            column.addStretch(1)
        body = panel("surface")
        self._sides = QBoxLayout(QBoxLayout.Direction.LeftToRight, body)
        self._sides.setContentsMargins(0, 0, 0, 0)
        self._sides.setSpacing(0)
        self._between = line(horizontal=False)
        self._sides.addLayout(left, 1)
        self._sides.addWidget(self._between)
        self._sides.addLayout(right, 1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(body)
        self._title = text_label(type="heading")
        self._note = text_label(type="caption", tone="text-2")
        head = panel("surface")
        row = QHBoxLayout(head)
        row.setContentsMargins(24, 14, 24, 14)
        row.setSpacing(12)
        row.addWidget(self._title)
        row.addWidget(self._note)
        row.addStretch(1)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(head)
        outer.addWidget(line())
        outer.addWidget(scroll, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """One column where large text leaves no room for two."""
        super().resizeEvent(event)
        beside = self.width() >= current_theme().px(_TWO_COLUMNS)
        self._sides.setDirection(QBoxLayout.Direction.LeftToRight if beside else QBoxLayout.Direction.TopToBottom)
        self._between.setVisible(beside)

    def _fill_account(self) -> None:
        account = self._account
        avatar = Avatar(size=36, square=True)
        avatar.set_name(account.name, str(account.star_id))
        self._kind = Badge()
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(ElidedLabel(account.name, strong=True))
        first.addWidget(self._kind)
        first.addStretch(1)
        ids = text_label(f"star_id {account.star_id}", type="caption", tone="text-2")
        ids.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        company = QHBoxLayout()
        company.setSpacing(8)
        if account.company:
            company.addWidget(ElidedLabel(account.company, type="caption", tone="text-2"))
        company.addWidget(ids)
        company.addStretch(1)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addLayout(first)
        words.addLayout(company)
        who = QWidget()
        row = QHBoxLayout(who)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(avatar)
        row.addLayout(words, 1)
        self._account_block.whole(who)
        self._authorised, self._operator, self._keys = text_label(), text_label(), text_label()
        self._operator_note = text_label(type="caption", tone="text-2")
        self._name_authorised = self._account_block.row(self._authorised)
        self._name_operator = self._account_block.row(self._operator, self._operator_note)
        self._name_keys = self._account_block.row(self._keys)
        self._sign_out_note = text_label(type="caption", tone="text-2", wrap=True)
        self._name_sign_out = self._account_block.row(self.sign_out, wide=self._sign_out_note)

    def _fill_storage(self, rebuild: bool) -> None:
        self._measured: dict[StorageRole, tuple[QWidget, QLabel, QLabel, MicroBar, QLabel, QLabel]] = {}
        for role in StorageRole:
            name, holds, bar = text_label(), text_label(type="caption", tone="text-2", wrap=True), MicroBar()
            size, may = text_label(type="caption"), text_label(type="caption", tone="text-2")
            size.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            may.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            bar.setFixedWidth(80)
            size.setMinimumWidth(72)
            may.setMinimumWidth(96)
            words = QVBoxLayout()
            words.setSpacing(0)
            words.addWidget(name)
            words.addWidget(holds)
            row = QWidget()
            inside = QHBoxLayout(row)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.setSpacing(12)
            inside.addLayout(words, 1)
            for widget in (bar, size, may):
                inside.addWidget(widget)
            self._storage.whole(row)
            self._measured[role] = (row, name, holds, bar, size, may)
        foot = QWidget()
        row_of_links = QHBoxLayout(foot)
        row_of_links.setContentsMargins(0, 0, 0, 0)
        row_of_links.setSpacing(16)
        row_of_links.addWidget(self.measure)
        row_of_links.addWidget(self.rebuild)
        row_of_links.addStretch(1)
        self.rebuild.setVisible(rebuild)
        self._storage.whole(foot)

    def _fill_about(self, shortcuts: bool) -> None:
        self._version = text_label()
        self._name_version = self._about.row(self._version)
        self._notices = text_label(type="caption", tone="warn", wrap=True)
        self._name_notices = self._about.row(wide=self._notices)
        self._about.grid.setAlignment(self._name_notices, Qt.AlignmentFlag.AlignTop)
        self._name_licence = self._about.row(text_label("Apache-2.0"))
        libraries = text_label("\n".join(f"{name} — {licence}" for name, licence in LIBRARIES), type="caption", tone="text-2")
        self._name_libraries = self._about.row(libraries)
        self._about.grid.setAlignment(self._name_libraries, Qt.AlignmentFlag.AlignTop)
        self._name_keys_map = self._about.row(self.shortcuts)
        self._name_keys_map.setVisible(shortcuts)
        self.shortcuts.setVisible(shortcuts)

    def _connect(self) -> None:
        self.language.changed.connect(lambda key: self._say(language=key))
        self.theme.changed.connect(lambda key: self._say(theme=key))
        self.density.changed.connect(lambda key: self._say(density=key))
        self.scale.activated.connect(lambda _index: self._say(scale=self.scale.currentData()))
        self.zone.activated.connect(lambda _index: self._say(zone=self.zone.currentData()))
        money = ((self.batch_yuan, "cap_batch_fen"), (self.day_yuan, "cap_day_fen"))
        for field, name in money:
            field.setSingleStep(1000)
            field.setGroupSeparatorShown(True)
            field.editingFinished.connect(lambda field=field, name=name: self._say(**{name: field.value() * 100 or None}))
        for field, name in ((self.batch_count, "cap_batch_count"), (self.day_count, "cap_day_count")):
            field.setGroupSeparatorShown(True)
            field.editingFinished.connect(lambda field=field, name=name: self._say(**{name: field.value() or None}))
        for field, name in ((self.rejects, "reject_limit"), (self.hours, "review_hours")):
            field.editingFinished.connect(lambda field=field, name=name: self._say(**{name: _set_or_none(field)}))
        for field in (self.batch_yuan, self.day_yuan, self.batch_count, self.day_count, self.rejects, self.hours):
            # While a number is typed it is not meant yet.
            field.setKeyboardTracking(False)
        self._size_fields()
        current_theme().changed.connect(self._size_fields)
        self.sign_out.clicked.connect(self.sign_out_asked)
        self.give_terms.clicked.connect(self.terms_asked)
        self.rebuild.clicked.connect(self.rebuild_asked)
        self.measure.clicked.connect(self.measure_asked)
        self.shortcuts.clicked.connect(self.shortcuts_asked)

    def _say(self, **changes: object) -> None:
        wanted = replace(self._values, **changes)  # type: ignore[arg-type]  # named by the field itself
        if not self._filling and wanted != self._values:
            self._values = wanted
            self.changed.emit(changes)

    def _offer_zone(self, chosen: str | None) -> None:
        self.zone.clear()
        self.zone.addItem(tr("settings", "None"), None)
        for zone in ZONES if chosen is None or chosen in ZONES else (chosen, *ZONES):
            self.zone.addItem(formats().city(zone), zone)
        self.zone.setCurrentIndex(max(0, self.zone.findData(chosen)))

    def _size_fields(self) -> None:
        for field in (self.batch_yuan, self.day_yuan, self.batch_count, self.day_count, self.rejects, self.hours):
            field.setFixedWidth(current_theme().px(164))

    def retranslate(self) -> None:
        """Every word again."""
        self.setAccessibleName(tr("settings", "Settings"))
        self._title.setText(tr("settings", "Settings"))
        self._note.setText(tr("settings", "Saved at once; every change can be undone"))
        self._write_account()
        self._limits.title.setText(tr("settings", "Limits"))
        self._limits.note.setText(tr("settings", "Hold on this computer; they are not the platform's"))
        names = (
            (self._name_batch, tr("settings", "One batch")),
            (self._name_day, tr("settings", "One day")),
            (self._name_theme, tr("settings", "Theme")),
            (self._name_language, tr("settings", "Language")),
            (self._name_density, tr("settings", "Row height")),
            (self._name_scale, tr("settings", "Text size")),
            (self._name_zone, tr("settings", "Second clock")),
            (self._name_rejects, tr("settings", "Rejections")),
            (self._name_hours, tr("settings", "Review time")),
            (self._name_give, ""),
        )
        for label, text in names:
            label.setText(text)
        for field, name in (
            (self.batch_yuan, tr("settings", "Pay at most in one batch")),
            (self.day_yuan, tr("settings", "Pay at most in one day")),
        ):
            field.setPrefix("¥")
            field.setSpecialValueText(tr("settings", "no sum limit"))
            field.setAccessibleName(name)
        for field, name in (
            (self.batch_count, tr("settings", "Most actions in one batch")),
            (self.day_count, tr("settings", "Most actions in one day")),
        ):
            field.setSuffix(tr("settings", " actions"))
            field.setSpecialValueText(tr("settings", "no count limit"))
            field.setAccessibleName(name)
        self._looks.title.setText(tr("settings", "Looks"))
        self._looks.note.setText(tr("settings", "Take effect at once"))
        self._write_looks()
        self._terms.title.setText(tr("settings", "Contract"))
        self._terms.note.setText(tr("settings", "The platform does not tell; unset is shown as —"))
        self.rejects.setSuffix(tr("settings", " times"))
        self.hours.setSuffix(tr("settings", " h"))
        for field in (self.rejects, self.hours):
            field.setSpecialValueText("—")
        self.rejects.setAccessibleName(tr("settings", "Rejections"))
        self.hours.setAccessibleName(tr("settings", "Review time"))
        self._storage.title.setText(tr("settings", "Data on this computer"))
        self._storage.note.setText(tr("settings", "All of it encrypted, except the logs, which hold no personal data"))
        self.measure.setText(tr("settings", "Measure again"))
        self.rebuild.setText(tr("settings", "Rebuild the cache…"))
        self._write_storage()
        self._about.title.setText(tr("settings", "About"))
        self._about.note.setText("")
        self._name_version.setText(tr("settings", "Version"))
        self._version.setText(f"{tr('settings', 'Xingtu Desktop')} {__version__}")
        self._write_notices()
        self._name_licence.setText(tr("settings", "Licence"))
        self._name_libraries.setText(tr("settings", "Built with"))
        self._name_keys_map.setText(tr("settings", "Keyboard"))
        self.shortcuts.setText(tr("settings", "Show shortcuts"))
        for button in (self.sign_out, self.give_terms, self.rebuild, self.measure, self.shortcuts):
            button.updateGeometry()
        self.show_values(self._values)

    def _write_account(self) -> None:
        account = self._account
        self._account_block.title.setText(tr("settings", "Account"))
        self._kind.set_badge(tr("settings", "Star account"))
        self._name_authorised.setText(tr("settings", "Authorised"))
        until = account.authorised_until
        if until is None:
            self._authorised.setText("—")
            set_tone(self._authorised, "text")
        else:
            valid = until > self._now
            words = tr("settings", "until {date}, renewed by itself", date=formats().date(until))
            self._authorised.setText(words if valid else tr("settings", "ended {date}", date=formats().date(until)))
            set_tone(self._authorised, "good" if valid else "bad")
        self._name_operator.setText(tr("settings", "Operator"))
        self._operator.setText(account.operator or "—")
        self._operator_note.setText(tr("settings", "stands in every journal entry"))
        self._name_keys.setText(tr("settings", "Keys"))
        self._keys.setText(account.keys or "—")
        self._name_keys.setVisible(bool(account.keys))
        self._keys.setVisible(bool(account.keys))
        self._name_sign_out.setText(tr("settings", "Leave"))
        self.sign_out.setText(tr("settings", "Sign out…"))
        self._sign_out_note.setText(tr("settings", "What waits in the outbox has to be sent or given up first"))

    def _write_looks(self) -> None:
        themes = (
            ("system", tr("settings", "As the system"), "contrast"),
            ("light", tr("settings", "Light"), "sun"),
            ("dark", tr("settings", "Dark"), "moon"),
        )
        self.theme.set_segments([Segment(*each) for each in themes])
        self.density.set_segments(
            [Segment("comfortable", tr("settings", "Comfortable 40")), Segment("compact", tr("settings", "Compact 32"))]
        )
        if self.scale.count() == 0:
            for scale in SCALES:
                self.scale.addItem(f"{scale}%", scale)
        self._zone_note.setText(tr("settings", "beside {city}, which is always shown", city=formats().city(BEIJING_ZONE)))
        for control, label in ((self.theme, self._name_theme), (self.language, self._name_language), (self.density, self._name_density)):
            control.setAccessibleName(label.text())
        self.scale.setAccessibleName(self._name_scale.text())
        self.zone.setAccessibleName(self._name_zone.text())

    def _write_terms(self) -> None:
        count = self._without_terms
        anything = self._values.reject_limit is not None or self._values.review_hours is not None
        self.give_terms.setText(tr("settings", "Give to {count} campaign|Give to {count} campaigns", count=count or 0))
        self.give_terms.setEnabled(bool(count) and anything)
        self.give_terms.updateGeometry()
        if not anything:
            self._terms_note.setText(tr("settings", "Set what your usual contract says, then give it to campaigns without terms"))
        elif count:
            self._terms_note.setText(tr("settings", "Campaigns that have terms of their own keep them"))
        else:
            self._terms_note.setText(tr("settings", "Every campaign has terms"))

    def _write_notices(self) -> None:
        self._name_notices.setText(tr("settings", "From the platform"))
        self._notices.setText("\n".join(f"{notice_words(one.kind)} · {one.endpoint} · {one.detail}" for one in self._announced))
        for widget in (self._name_notices, self._notices):
            widget.setVisible(bool(self._announced))

    def _write_storage(self) -> None:
        known = {fact.role: fact for fact in self._facts or ()}
        largest = max((fact.size or 0 for fact in known.values()), default=0)
        for role, (row, name, holds, bar, size, may) in self._measured.items():
            words = role_words(role)
            name.setText(words[0])
            holds.setText(words[1])
            fact = known.get(role)
            row.setVisible(fact is not None or self._facts is None)
            size.setText(formats().bytes(fact.size) if fact is not None else "—")
            bar.set_share(fact.size / largest if fact is not None and fact.size and largest else None)
            if fact is None:
                may.setText("")
            else:
                may.setText(tr("settings", "may be deleted") if fact.deletable else tr("settings", "never deleted"))


def _set_or_none(field: NumberField) -> int | None:
    return None if field.value() == field.minimum() else field.value()
