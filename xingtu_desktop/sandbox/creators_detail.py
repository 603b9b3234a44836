"""Owns what the feed tells about one creator only: its videos, its quotes over time and its daily plays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from xingtu_desktop.sandbox.creators import DAY, VIDEO_TYPES, Catalog
from xingtu_desktop.sandbox.creators_rows import JsonObject
from xingtu_desktop.sandbox.creators_words import CONTENT_TYPES, THEMES
from xingtu_desktop.sandbox.ids import author_id_of, between, unit

_QUOTE_POINTS: Final = 12
_ITEM_BASE: Final = 7_100_000_000_000_000_000
_PERSONAL_TITLES: Final = (
    "{theme}｜一条视频讲清楚", "新手也能学会的{theme}", "我的{theme}日常", "关于{theme}，被问最多的{n}个问题", "周末{theme}记录",
    "{theme}避坑，这{n}点要留意",
    "今天聊聊{theme}", "把{theme}做成习惯的第{n}周", "{theme}合集，建议收藏", "答应你们的{theme}来了",
)  # fmt: skip
_SPONSORED_TITLES: Final = (
    "{theme}里常用的{product}，用了{n}周说说感受", "{product}开箱｜{theme}好搭档", "和{product}一起的{theme}时间",
    "{theme}必备？认真试了{product}", "{product}怎么选，从{theme}说起",
)  # fmt: skip
_PRODUCTS: Final[dict[str, tuple[str, ...]]] = {
    "beauty": ("舒缓精华", "防晒乳", "气垫", "洁面"), "fashion": ("羊毛大衣", "帆布包", "跑鞋"), "parenting": ("辅食机", "绘本套装",
    "婴儿推车"),
    "food": ("冷萃咖啡液", "空气炸锅", "燕麦奶"), "cars": ("行车记录仪", "车载香氛", "新能源SUV"), "digital": ("蓝牙耳机", "平板电脑",
    "扫地机"),
    "drama": ("气泡水", "手游新版本", "洗衣凝珠"), "pets": ("冻干猫粮", "自动喂食器", "宠物尿垫"), "travel": ("行李箱", "民宿套餐",
    "防晒衣"),
    "home": ("收纳箱", "护眼台灯", "香薰机"), "sports": ("筋膜枪", "瑜伽垫", "蛋白棒"),
}  # fmt: skip


def iso(unix: int) -> str:
    """ISO 8601 in UTC with a Z."""
    return datetime.fromtimestamp(unix, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def detail_of(catalog: Catalog, index: int, day: int) -> JsonObject:
    """`author_id, videos[], quotes[], daily_plays` of a creator on a day; shapes in resources/data/catalog_feed.schema.json."""
    return {
        "author_id": author_id_of(index),
        "videos": videos_of(catalog, index, day),
        "quotes": quotes_of(catalog, index, day),
        "daily_plays": daily_plays_of(catalog, index, day),
    }


def videos_of(catalog: Catalog, index: int, day: int) -> list[JsonObject]:
    """The creator's latest 12 to 30 videos, the newest first. A video keeps its id and figures as days pass."""
    seed, figures = catalog.seed, catalog.figures(index, day)
    group = CONTENT_TYPES[int(figures.type_row[0])][7]
    median, interact = int(figures.expected_plays[0]), float(figures.interact_rate[0])
    gap = between(2, 7, seed, "gap", index)
    latest = day // gap
    videos: list[JsonObject] = []
    for slot in range(latest, latest - between(12, 30, seed, "videos", index), -1):
        key = (seed, "video", index, slot)
        at = (catalog.day_zero + slot * gap) * DAY - 8 * 3600 + between(10 * 3600, 22 * 3600, *key, "at")
        if slot == latest and slot * gap == day:
            continue
        theme = THEMES[group][between(0, len(THEMES[group]) - 1, *key, "theme")]
        sponsored = unit(*key, "sponsored") < 0.28
        titles = _SPONSORED_TITLES if sponsored else _PERSONAL_TITLES
        products = _PRODUCTS[group]
        title = titles[between(0, len(titles) - 1, *key, "title")].format_map(
            {"theme": theme, "n": str(between(2, 9, *key, "n")), "product": products[between(0, len(products) - 1, *key, "product")]}
        )
        heat = 0.25 + unit(*key, "heat") * 1.5 + (6.0 * unit(*key, "hit") if unit(*key, "is hit") < float(figures.burst_rate[0]) else 0.0)
        plays = max(int(median * heat * (0.85 if sponsored else 1.0)), 100)
        likes = int(plays * interact * (0.6 + 0.3 * unit(*key, "likes")))
        videos.append(
            {
                "item_id": _ITEM_BASE + index * 8_000_000_000 + (slot + 500_000) * 4096 + between(0, 4095, *key, "id"),
                "theme": theme,
                "kind": "sponsored" if sponsored else "personal",
                "title": title,
                "published_at": iso(at),
                "duration": between(12, 95, *key, "duration"),
                "plays": plays,
                "likes": likes,
                "comments": int(likes * (0.03 + 0.09 * unit(*key, "comments"))),
                "shares": int(likes * (0.02 + 0.07 * unit(*key, "shares"))),
            }
        )
    return videos


def quotes_of(catalog: Catalog, index: int, day: int) -> list[JsonObject]:
    """Every quote the source has seen, oldest first; a point stands where at least one price was another than before."""
    points: list[JsonObject] = []
    before: JsonObject = {}
    for change in reversed(catalog.change_days(index, day, _QUOTE_POINTS)):
        prices: JsonObject = {}
        for video_type, field in VIDEO_TYPES.items():
            fen = catalog.price_fen(index, video_type, change)
            if fen is not None:
                prices[field] = fen // 100
        if prices and prices != before:
            points.append({"at": iso((catalog.day_zero + change) * DAY - 8 * 3600), **prices})
        before = prices
    return points


def daily_plays_of(catalog: Catalog, index: int, day: int) -> JsonObject | None:
    """Plays of the last 90 days that the source knows (seven add up to a value of `plays_90d_weekly`), None where it knows none."""
    figures = catalog.figures(index, day)
    if figures.missing("plays_90d_weekly")[0]:
        return None
    last = catalog.change_days(index, day, 1)[0] - 1
    values: list[int] = []
    for week, total in enumerate(figures.weekly_plays[0].tolist()):
        weights = [between(60, 140, catalog.seed, "daily", index, int(figures.version[0]), week, at) for at in range(7)]
        done = parts = 0
        for weight in weights:
            parts += weight
            value = total * parts // sum(weights) - done
            done += value
            values.append(value)
    end = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=catalog.day_zero + last)
    return {"from": (end - timedelta(days=89)).strftime("%Y-%m-%d"), "to": end.strftime("%Y-%m-%d"), "values": values[1:]}
