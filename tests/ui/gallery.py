"""Development tool: `python -m tests.ui.gallery --out DIR` draws every widget in both themes so that one can look at them."""

from __future__ import annotations

import argparse
import math
import os
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from xingtu_desktop.domain.money import Fen
from xingtu_desktop.ui.i18n import formats, translations
from xingtu_desktop.ui.theme import current_theme, icons
from xingtu_desktop.ui.widgets.buttons import Button, IconButton, Segment, SegmentedControl, Switch
from xingtu_desktop.ui.widgets.chips import Chip, FlowLayout
from xingtu_desktop.ui.widgets.facets import FacetList, FacetValue
from xingtu_desktop.ui.widgets.inputs import CounterLineEdit, CounterTextEdit, NumberField, SearchField
from xingtu_desktop.ui.widgets.labels import Badge, ElidedLabel, KeyCap, Pill, line, panel, text_label
from xingtu_desktop.ui.widgets.panels import Avatar, KeyValueGrid, ProgressStrip, Section, StatTile
from xingtu_desktop.ui.widgets.range_slider import RangeFilter
from xingtu_desktop.ui.widgets.states import Banner, EmptyState, ErrorState, Skeleton
from xingtu_desktop.ui.widgets.table import Cell, Column, DataTable, RecordsModel, Tag
from xingtu_desktop.ui.widgets.toasts import ToastAction, ToastHost

NAMES = (
    "小鹿护肤笔记",
    "桃桃的梳妆台",
    "敏皮自救指南",
    "橙子不加糖",
    "阿芷今天早睡",
    "成分党老K",
    "江南林小满",
    "Momo爱素颜",
    "大学生化妆间🌸超级超级长的名字",
    "南巷七七",
)
AGENCIES = ("青禾传媒", "微光互娱", "独立达人", "拾光里", "半糖文化")


@dataclass(frozen=True, slots=True)
class Creator:
    """One invented row."""

    key: int
    name: str


COLUMNS = (
    Column("name", "达人", "机构", 180, stretch=True),
    Column("types", "类型", "", 110, sortable=False),
    Column("fans", "粉丝", "90 天趋势", 116, "right"),
    Column("price", "报价", "21–60 秒", 84, "right"),
    Column("cpm", "CPM", "预计", 60, "right"),
    Column("plays", "播放", "预计中位", 84, "right"),
    Column("rate", "互动率", "90 天", 64, "right"),
    Column("hit", "爆文率", ">10万赞", 68, "right"),
    Column("fit", "契合", "人群", 60, "right"),
    Column("age", "数据", "更新于", 68, "right"),
)


def creator_cell(creator: Creator, column: str) -> Cell:
    """Invented figures that show every kind of cell."""
    n = creator.key
    fmt = formats()
    if column == "name":
        return Cell(creator.name, subtitle=AGENCIES[n % 5], avatar=creator.name, verified=n % 3 != 2)
    if column == "types":
        return Cell(tags=(Tag("护肤"), Tag("美妆")) if n % 2 else (Tag("时尚"), Tag("穿搭")))
    if column == "fans":
        return Cell(fmt.count(1_862_000 + n * 377_000), spark=tuple(math.sin(i / 2 + n) + i * 0.2 for i in range(14)))
    if column == "price":
        return Cell(fmt.money(None if n == 9 else Fen(2_800_000 + n * 350_000)))
    if column == "cpm":
        return Cell(fmt.decimal(32.4 + n), estimate=True)
    if column == "plays":
        return Cell(fmt.count(864_000 + n * 31_000), estimate=True, whisker=(0.1, 0.5, 0.95))
    if column == "rate":
        return Cell(fmt.percent(0.068 - n * 0.003), bar=0.7 - n * 0.04)
    if column == "hit":
        return Cell(fmt.percent(None if n == 9 else 0.18 - n * 0.01, 0))
    if column == "fit":
        return Cell(str(96 - n), bar=0.96 - n * 0.02, bar_color="c2")
    return Cell("2 小时" if n != 9 else "12 天", tone="text-3" if n != 9 else "warn")


def sample_table() -> DataTable:
    """A table of ten rows with ticks and a current row."""
    model: RecordsModel[Creator] = RecordsModel(COLUMNS, creator_cell, lambda creator: creator.key)
    model.set_rows([Creator(index, name) for index, name in enumerate(NAMES)])
    table = DataTable(COLUMNS, checkable=True, name="达人")
    model.setParent(table)
    table.setModel(model)
    table.set_sort("fit")
    table.set_current_row(0)
    table.set_checked([0, 2])
    return table


def sample_filters() -> QWidget:
    """The filter column."""
    column = panel("surface")
    column.setFixedWidth(280)
    layout = QVBoxLayout(column)
    layout.setContentsMargins(16, 12, 16, 12)
    layout.addWidget(SearchField("昵称、简介、抖音号"))
    chips = QWidget()
    flow = FlowLayout(chips)
    for text, negated in (
        ("美妆、时尚", False),
        ("粉丝 20–500万", False),
        ("女 15–24 ≥35%", False),
        ("机构 青禾传媒", True),
        ("¥1万–8万", False),
    ):
        flow.addWidget(Chip(text, negated=negated, negatable=True))
    layout.addWidget(chips)
    layout.addWidget(line())
    layout.addWidget(text_label("内容类型", strong=True))
    facets = FacetList(name="内容类型")
    facets.set_values(
        [
            FacetValue(key, key, count, share)
            for key, count, share in (
                ("美妆", "9,305", 1.0),
                ("时尚", "3,541", 0.38),
                ("生活", "7,418", 0.8),
                ("测评", "4,127", 0.44),
                ("三农", "0", 0.0),
            )
        ]
    )
    facets.set_checked(frozenset({"美妆", "时尚"}))
    layout.addWidget(facets)
    layout.addWidget(line())
    layout.addWidget(text_label("粉丝", strong=True))
    fans = RangeFilter(name="粉丝", height=44)
    fans.set_scale(1e4, 2e7, log=True)
    fans.set_counts([int(4000 * math.exp(-(((i - 11) / 5) ** 2))) + 3 for i in range(26)])
    fans.set_bounds(2e5, 5e6)
    fans.set_axis(["1万", "10万", "100万", "2,000万+"])
    layout.addWidget(fans)
    share = RangeFilter(name="占比", height=20)
    share.set_scale(0, 1)
    share.set_counts([int(400 * math.exp(-(((i - 8) / 6) ** 2))) for i in range(26)])
    share.set_bounds(0.35, None)
    layout.addWidget(share)
    tick = QCheckBox("含没有数据的 412")
    tick.setChecked(True)
    layout.addWidget(tick)
    layout.addStretch(1)
    return column


def sample_controls() -> QWidget:
    """Buttons, fields and words."""
    card = panel("card")
    grid = QVBoxLayout(card)
    grid.setContentsMargins(16, 16, 16, 16)
    grid.setSpacing(10)
    for label in (
        text_label("¥1,190,500", type="display"),
        text_label("双11 水光精华", type="title"),
        text_label("卡片标题 · 每日趋势", type="heading"),
        text_label("正文与表格 128,402 位达人"),
        text_label("说明、轴、标签 T+1 截至 11-21", type="caption", tone="text-3"),
    ):
        grid.addWidget(label)
    off = Button("停用", kind="primary")
    off.setEnabled(False)
    rows: list[list[QWidget]] = [
        [
            Button("下单 14 位", kind="primary"),
            Button("确认 ¥12,000", kind="primary", key="A"),
            Button("比较", icon="compare", key="C"),
            off,
        ],
        [
            Button("次要"),
            Button("文字", kind="ghost"),
            Button("取消…", kind="danger"),
            Button("打开", kind="link"),
            Button("小", small=True),
        ],
        [
            Button("已候选", kind="selected", icon="star", key="S"),
            Button("按截止", kind="ghost", drops=True),
            IconButton("more", "更多"),
            KeyCap("Ctrl"),
            KeyCap("K"),
        ],
        [
            Badge("脚本待确认"),
            Badge("已发布", "good"),
            Badge("晚 2 天", "warn"),
            Badge("须改", "bad", icon="blocked"),
            Badge("星图", "accent"),
        ],
    ]
    for widgets in rows:
        row = QHBoxLayout()
        for widget in widgets:
            row.addWidget(widget)
        row.addStretch(1)
        grid.addLayout(row)
    segments = SegmentedControl([Segment("a", "全部 79"), Segment("b", "脚本 48"), Segment("c", "视频 31")])
    modes = SegmentedControl([Segment("s", "跟随系统", "contrast"), Segment("l", "浅色", "sun"), Segment("d", "深色", "moon")])
    row = QHBoxLayout()
    row.addWidget(segments)
    row.addWidget(modes)
    row.addStretch(1)
    grid.addLayout(row)
    on, off_switch = Switch("排除投流流量"), Switch()
    on.setChecked(True)
    radio = QRadioButton("合同约定")
    radio.setChecked(True)
    mid = QCheckBox("部分")
    mid.setTristate(True)
    mid.setCheckState(Qt.CheckState.PartiallyChecked)
    row = QHBoxLayout()
    for control in (on, off_switch, radio, QRadioButton("未设"), QCheckBox("未选"), mid):
        row.addWidget(control)
    row.addStretch(1)
    grid.addLayout(row)
    combo = QComboBox()
    combo.addItems(["闲置 10 分钟", "从不"])
    spin = NumberField(suffix=" 时")
    spin.setValue(24)
    field = QLineEdit("¥100,000")
    row = QHBoxLayout()
    for control in (combo, spin, field):
        row.addWidget(control)
    grid.addLayout(row)
    name = CounterLineEdit(60, name="任务名")
    name.setText("双12 丝绒身体乳 · 第二批")
    long = CounterLineEdit(10, name="短")
    long.setText("太长太长太长太长太长了")
    note = CounterTextEdit(100, name="驳回理由")
    note.set_text("挂了购物车，画面没有“广告”标识。左上角补上，全程可辨认。")
    for widget in (name, long, note):
        grid.addWidget(widget)
    bar = QProgressBar()
    bar.setValue(64)
    grid.addWidget(bar)
    pill, offline = Pill(), Pill()
    pill.set_pill("在线 · 2 分钟前同步 · 3 待发", dot="good")
    offline.set_pill("离线 · 20:02 已同步 · 3 待发", icon="wifi-off", tone="warn")
    row = QHBoxLayout()
    row.addWidget(pill)
    row.addWidget(offline)
    row.addStretch(1)
    grid.addLayout(row)
    grid.addStretch(1)
    return card


def sample_side() -> QWidget:
    """Panels, tiles, states."""
    card = panel("surface")
    layout = QVBoxLayout(card)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    banner = Banner()
    banner.set_words("离线 12 分钟。可以继续审；联网后先核对，再发送。", "查看")
    layout.addWidget(banner)
    section = Section("金额", "账单 1月6日")
    facts = KeyValueGrid()
    facts.set_rows([("任务金额", "¥12,000.00"), ("平台服务费", "¥600.00"), ("驳回", "剩 1", "bad")])
    section.add(facts)
    layout.addWidget(section)
    tiles = QHBoxLayout()
    for name, value, change, tone in (("CPM", "¥30.58", "−19.3%", "good"), ("互动率", "4.80%", "+1.04pp", "good")):
        tile = StatTile()
        tile.set_tile(name, value, change=change, change_tone=tone, against="对 618", note="P25 27.4 – P75 46.8")
        tile.band.set_band(27.4, 36, 46.8, 30.58)
        tiles.addWidget(tile)
    layout.addLayout(tiles)
    strip = ProgressStrip()
    strip.set_progress(23, 79)
    layout.addWidget(strip)
    row = QHBoxLayout()
    for name in ("花漾日化", "小鹿", "Momo"):
        avatar = Avatar(size=36, square=name == "花漾日化")
        avatar.set_name(name)
        row.addWidget(avatar)
    row.addStretch(1)
    layout.addLayout(row)
    layout.addWidget(ElidedLabel("一条很长很长的说明，会在放不下的时候用省略号结尾，悬停显示全文，全文在这里继续继续继续继续"))
    empty = EmptyState("search", "没有符合条件的达人", "放宽“粉丝 20–500万”到“10–500万”，会有 23 位。", "放宽", key="Alt 1")
    layout.addWidget(empty, 1)
    error = ErrorState()
    error.set_words("平台限流", "请求太多（40100）。已排队，20:16 自动再试。", "现在重试", details="code=40100", details_word="平台原文")
    layout.addWidget(error, 1)
    return card


def sample_icons() -> QWidget:
    """Every icon with its name."""
    host = panel("surface")
    grid = QGridLayout(host)
    for index, name in enumerate(icons.names()):
        box = QHBoxLayout()
        picture = IconButton(name, name)
        box.addWidget(picture)
        box.addWidget(text_label(name, type="caption", tone="text-3"))
        box.addStretch(1)
        grid.addLayout(box, index // 9, index % 9)
    return host


def main() -> None:
    """Draw and save."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--theme", choices=["light", "dark", "both"], default="both")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--compact", action="store_true")
    options = parser.parse_args()
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    theme = current_theme()
    theme.set_scale(options.scale)
    if options.compact:
        theme.set_density("compact")
    theme.apply(app)
    translations().set_language("zh_CN")
    options.out.mkdir(parents=True, exist_ok=True)
    for mode in ("light", "dark") if options.theme == "both" else (options.theme,):
        theme.set_mode(mode)
        window = QWidget()
        outer = QVBoxLayout(window)
        top = QHBoxLayout()
        for widget, stretch in ((sample_filters(), 0), (sample_controls(), 1), (sample_side(), 1)):
            top.addWidget(widget, stretch)
        outer.addLayout(top, 3)
        table = sample_table()
        outer.addWidget(table, 2)
        skeleton = Skeleton(rows=2)
        skeleton.setFixedHeight(90)
        outer.addWidget(skeleton)
        skeleton.begin()
        skeleton._appear()
        window.resize(1440, 1330)
        window.show()
        toasts = ToastHost(window)
        toasts.show_toast("已确认 @小鹿 的视频 v3", action=ToastAction("撤销", lambda: None, "Z"), seconds=8, counts=True)
        toasts.show_toast("断网，3 条已存进发件箱", tone="warn", action=ToastAction("打开", lambda: None))
        app.processEvents()
        window.grab().save(str(options.out / f"gallery_{mode}.png"))
        window.close()
        sheet = sample_icons()
        sheet.resize(1440, 520)
        sheet.show()
        app.processEvents()
        sheet.grab().save(str(options.out / f"icons_{mode}.png"))
        sheet.close()


if __name__ == "__main__":
    main()
