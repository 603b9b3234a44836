"""The one formatter of numbers, money, shares, ages, deadlines and ids, in Chinese and English; unknown is always "—"."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from xingtu_desktop.domain.money import Fen

UNKNOWN: Final = "—"
MINUS: Final = "−"
DOT: Final = " · "
BEIJING: Final = timezone(timedelta(hours=8), "Asia/Shanghai")
BEIJING_ZONE: Final = "Asia/Shanghai"

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
# Cities that agencies and their clients sit in; any other zone shows the city of its IANA name.
_CITIES: Final = {
    "Asia/Shanghai": "北京",
    "Europe/London": "伦敦",
    "Europe/Paris": "巴黎",
    "Europe/Berlin": "柏林",
    "Europe/Madrid": "马德里",
    "America/New_York": "纽约",
    "America/Los_Angeles": "洛杉矶",
    "America/Chicago": "芝加哥",
    "America/Sao_Paulo": "圣保罗",
    "Asia/Tokyo": "东京",
    "Asia/Seoul": "首尔",
    "Asia/Singapore": "新加坡",
    "Asia/Bangkok": "曼谷",
    "Asia/Jakarta": "雅加达",
    "Asia/Dubai": "迪拜",
    "Asia/Kolkata": "加尔各答",
    "Australia/Sydney": "悉尼",
}
_WEEKDAYS: Final = {
    "zh_CN": ("周一", "周二", "周三", "周四", "周五", "周六", "周日"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}


@dataclass(frozen=True, slots=True)
class Formats:
    """Formats for one language and one second time zone (IANA name). Pure: every instant of "now" is given."""

    language: Literal["zh_CN", "en"] = "zh_CN"
    zone: str | None = None

    @property
    def _chinese(self) -> bool:
        return self.language == "zh_CN"

    # Plain numbers

    def integer(self, value: int | None) -> str:
        """12846 → "12,846"."""
        return UNKNOWN if value is None else _signed(value, f"{abs(value):,}")

    def decimal(self, value: float | None, digits: int = 1) -> str:
        """A plain figure such as a CPM: 32.41 → "32.4"."""
        return UNKNOWN if value is None else _signed(round(value, digits), f"{abs(value):,.{digits}f}")

    def count(self, value: float | None, *, short: bool = False) -> str:
        """Followers, plays: 1862000 → "186.2万" or "1.86M". `short` drops a zero after the point ("20万")."""
        if value is None:
            return UNKNOWN
        size = abs(value)
        if size < 9_999.5:
            return self.integer(round(value))
        steps = ((1e8, "亿", 1), (1e4, "万", 1)) if self._chinese else ((1e9, "B", 2), (1e6, "M", 2), (1e3, "K", 1))
        # Three digits, so that 9,999.96万 becomes 1.0亿 and not 10,000万.
        unit, name, digits = next((step for step in steps if round(size / step[0], 3) >= 1), steps[-1])
        scaled = size / unit
        if round(scaled, 1) >= 1000:
            digits = 0
        elif round(scaled, digits) >= 100:
            digits = min(digits, 1)
        text = f"{scaled:,.{digits}f}"
        if short and "." in text:
            text = text.rstrip("0").rstrip(".")
        return _signed(value, text + name)

    def bytes(self, value: int | None) -> str:
        """Disk sizes: "142 MB", "1.71 GB"."""
        if value is None:
            return UNKNOWN
        size = float(value)
        for unit in ("B", "KB", "MB"):
            if size < 999.5:
                return f"{size:.0f} {unit}"
            size /= 1000
        return f"{size:.2f} GB" if size < 10 else f"{size:.1f} GB"

    # Money

    def money(self, amount: Fen | None, *, exact: bool = False) -> str:
        """Fen as yuan: "¥28,000"; with fen when there are any, or always with `exact` ("¥12,600.00")."""
        if amount is None:
            return UNKNOWN
        yuan, fen = divmod(abs(amount.value), 100)
        text = f"¥{yuan:,}.{fen:02d}" if exact or fen else f"¥{yuan:,}"
        return _signed(amount.value, text)

    def money_short(self, amount: Fen | None) -> str:
        """Money on an axis or in a chip: "¥1万", "¥12.5K"."""
        if amount is None:
            return UNKNOWN
        return _signed(amount.value, "¥" + self.count(abs(amount.value) / 100, short=True))

    # Shares and changes

    def percent(self, ratio: float | None, digits: int = 1) -> str:
        """A share 0–1: 0.068 → "6.8%"."""
        return UNKNOWN if ratio is None else _signed(round(ratio * 100, digits), f"{abs(ratio) * 100:,.{digits}f}%")

    def change(self, ratio: float | None, digits: int = 1) -> str:
        """A relative change: 0.244 → "+24.4%", never without its sign."""
        return UNKNOWN if ratio is None else _plus(round(ratio * 100, digits), f"{abs(ratio) * 100:,.{digits}f}%")

    def change_points(self, delta: float | None, digits: int = 2) -> str:
        """A difference of two shares in percentage points: 0.0104 → "+1.04pp"."""
        return UNKNOWN if delta is None else _plus(round(delta * 100, digits), f"{abs(delta) * 100:,.{digits}f}pp")

    def rank(self, percentile: float | None) -> str:
        """Standing in a sample, share 0–1 of it below: 0.92 → "前 8%", 0.37 → "后 37%" (below the median)."""
        if percentile is None:
            return UNKNOWN
        top = percentile >= 0.5
        share = max(1, round((1 - percentile if top else percentile) * 100))
        if self._chinese:
            return f"{'前' if top else '后'} {share}%"
        return f"{'top' if top else 'bottom'} {share}%"

    def estimate(self, text: str) -> str:
        """Marks a figure as an estimate: "约 41%"; an unknown stays "—"."""
        if text == UNKNOWN:
            return text
        return f"约 {text}" if self._chinese else f"about {text}"

    def between(self, low: str, high: str) -> str:
        """A range of two formatted figures: "20万–500万"."""
        return f"{low}–{high}"

    # Time

    def age(self, since: datetime | None, now: datetime) -> str:
        """How old a figure is: "刚刚", "2 分钟", "2 小时", "12 天"."""
        if since is None:
            return UNKNOWN
        seconds = max(0, int((now - since).total_seconds()))
        if seconds < _MINUTE:
            return "刚刚" if self._chinese else "now"
        for unit, chinese, english in ((_DAY, "天", "d"), (_HOUR, "小时", "h"), (_MINUTE, "分钟", "min")):
            if seconds >= unit:
                return f"{seconds // unit} {chinese if self._chinese else english}"
        raise AssertionError("every age over a minute has a unit")

    def ago(self, since: datetime | None, now: datetime) -> str:
        """The same in a sentence: "2 分钟前", "2 min ago"."""
        text = self.age(since, now)
        if text in (UNKNOWN, "刚刚", "now"):
            return text
        return f"{text}前" if self._chinese else f"{text} ago"

    def remaining(self, due: datetime | None, now: datetime) -> str:
        """Time left: "2 小时 06 分", "13 小时", "3 天"; after the deadline "超时 1 小时"."""
        if due is None:
            return UNKNOWN
        seconds = int((due - now).total_seconds())
        text = self._span(abs(seconds))
        if seconds >= 0:
            return text
        return f"超时 {text}" if self._chinese else f"{text} overdue"

    def _span(self, seconds: int) -> str:
        days, hours, minutes = seconds // _DAY, seconds // _HOUR, seconds % _HOUR // _MINUTE
        if days >= 2:
            return f"{days} 天" if self._chinese else f"{days} d"
        if hours >= 6:
            return f"{hours} 小时" if self._chinese else f"{hours} h"
        if hours >= 1:
            return f"{hours} 小时 {minutes:02d} 分" if self._chinese else f"{hours} h {minutes:02d} min"
        if seconds >= _MINUTE:
            return f"{minutes} 分钟" if self._chinese else f"{minutes} min"
        return self.seconds(seconds)

    def seconds(self, value: int) -> str:
        """A countdown's figure: "8 秒", "8 s"."""
        return f"{value} 秒" if self._chinese else f"{value} s"

    def duration(self, seconds: float | None) -> str:
        """Length of a video or a time-code: "0:48", "1:04:05"."""
        if seconds is None:
            return UNKNOWN
        whole = int(seconds)
        hours, minutes = whole // _HOUR, whole % _HOUR // _MINUTE
        return f"{hours}:{minutes:02d}:{whole % 60:02d}" if hours else f"{minutes}:{whole % 60:02d}"

    def timecode(self, seconds: float) -> str:
        """A place in a video to the hundredth: "0:23.12"."""
        hundredths = int(seconds * 100 + 0.5)
        return f"{self.duration(hundredths // 100)}.{hundredths % 100:02d}"

    def clock(self, instant: datetime | None, zone: str | None = None) -> str:
        """Hours and minutes in Beijing, or in `zone`: "20:14"."""
        return UNKNOWN if instant is None else f"{instant.astimezone(_zone(zone or BEIJING_ZONE)):%H:%M}"

    def date(self, instant: datetime | None) -> str:
        """The day in Beijing: "2026-11-22"."""
        return UNKNOWN if instant is None else f"{instant.astimezone(BEIJING):%Y-%m-%d}"

    def weekday(self, instant: datetime) -> str:
        """The weekday in Beijing: "周日", "Sun"."""
        return _WEEKDAYS[self.language][instant.astimezone(BEIJING).weekday()]

    def moment(self, instant: datetime | None, now: datetime) -> str:
        """A point in time near now, in Beijing time: "今天 22:00", "昨天 21:40", "周一 09:30", "11-30 18:00", "2027-01-04 10:00"."""
        if instant is None:
            return UNKNOWN
        there, here = instant.astimezone(BEIJING), now.astimezone(BEIJING)
        days = (there.date() - here.date()).days
        near = {-1: ("昨天", "yesterday"), 0: ("今天", "today"), 1: ("明天", "tomorrow")}
        if days in near:
            day = near[days][0 if self._chinese else 1]
        elif 1 < days < 7:
            day = _WEEKDAYS[self.language][there.weekday()]
        else:
            day = f"{there:%m-%d}" if there.year == here.year else f"{there:%Y-%m-%d}"
        return f"{day} {there:%H:%M}"

    def city(self, zone: str) -> str:
        """The name of a time zone's city: "伦敦", "London"."""
        if self._chinese and zone in _CITIES:
            return _CITIES[zone]
        return "Beijing" if zone == BEIJING_ZONE else zone.rpartition("/")[2].replace("_", " ")

    def dual_clock(self, now: datetime) -> str:
        """Beijing beside the second zone: "北京 20:14 · 伦敦 12:14"; one clock where the two agree."""
        beijing = f"{self.city(BEIJING_ZONE)} {self.clock(now)}"
        if self.zone is None or now.astimezone(_zone(self.zone)).utcoffset() == timedelta(hours=8):
            return beijing
        return f"{beijing}{DOT}{self.city(self.zone)} {self.clock(now, self.zone)}"

    # Ids

    def short_id(self, identifier: str | int, keep: int = 4) -> str:
        """An id or hash with its middle left out: "7301…4410"; short ones stay whole."""
        text = str(identifier)
        return text if len(text) <= keep * 2 + 1 else f"{text[:keep]}…{text[-keep:]}"


def _signed(value: float, text: str) -> str:
    return MINUS + text if value < 0 else text


def _plus(value: float, text: str) -> str:
    return text if value == 0 else ("+" if value > 0 else MINUS) + text


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    if name == BEIJING_ZONE:
        return BEIJING
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
