"""A seeded catalogue of any size for benchmarks: skewed figures, Chinese names and bios, made column by column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from xingtu_desktop.domain.creator_query import FIELDS, Facet, Field, Scale, Unit
from xingtu_desktop.search.columns import CategoryBatch, Columns, Numbers, fold, name_key

_TYPES = (
    "美妆 时尚 萌宠 测评 游戏 二次元 旅行 汽车 生活 音乐 舞蹈 美食 母婴亲子 运动健身 科技数码 教育培训 颜值达人 影视娱乐 剧情搞笑 财经投资"
).split()
_VALUES: dict[Facet, tuple[str, ...]] = {
    Facet.CONTENT_TYPE: tuple(_TYPES),
    Facet.CONTENT_SUBTYPE: tuple(f"{name}{part}" for name in _TYPES for part in ("教程", "展示", "测评种草", "日常")),
    Facet.THEME: tuple(f"{name}主题{number}" for name in _TYPES[:11] for number in range(8)),
    Facet.INDUSTRY: tuple(str(number) for number in range(1901, 1935)),
    Facet.GENDER: ("female", "male"),
    Facet.PROVINCE: tuple(f"省{number:02}" for number in range(31)),
    Facet.CITY: tuple(f"市{number:03}" for number in range(340)),
    Facet.CITY_TIER: ("一线", "新一线", "二线", "三线", "四线", "五线"),
    Facet.MCN: ("", *(f"机构{number:04}" for number in range(1500))),
    Facet.VERIFICATION: ("none", "personal", "expert", "organisation"),
    Facet.AVAILABILITY: ("open", "busy", "closed"),
    Facet.ECOMMERCE: ("yes", "no"),
    Facet.ECOMMERCE_LEVEL: tuple(f"L{number}" for number in range(8)),
    Facet.SOURCE: ("目录", "导入", "历史"),
}
_MOST_VALUES = {Facet.CONTENT_TYPE: 2, Facet.CONTENT_SUBTYPE: 3, Facet.THEME: 4, Facet.INDUSTRY: 3}
_WORDS = (
    "护肤 美妆 日记 分享 每天 生活 穿搭 好物 测评 旅行 美食 探店 宝宝 辅食 健身 减脂 数码 开箱 汽车 游戏 剧情 搞笑 音乐 舞蹈 萌宠 猫咪 "
    "商务合作 请联系 微信 私信 工作室 官方 小店 橱窗 热爱 记录 平凡 日常 学生党 敏感肌 成分党 早C晚A vlog OOTD 8年 原创 干货 推荐"
).split()


def make_catalogue(rows: int, seed: int) -> Columns:
    """`rows` creators; the same for the same seed and size."""
    random = np.random.default_rng(seed)
    ids = 6_500_000_000_000_000_000 + random.permutation(rows).astype(np.int64) * 7_919
    texts, names = _texts(random, rows)
    return Columns(
        author_ids=ids,
        numbers={field: _numbers(random, field, rows) for field in Field},
        categories={facet: _categories(random, facet, rows) for facet in Facet},
        texts=texts,
        name_keys=np.fromiter((name_key(name) for name in names), np.uint64, rows),
    )


def _numbers(random: np.random.Generator, field: Field, rows: int) -> Numbers:
    spec = FIELDS[field]
    if spec.scale is Scale.LOG:
        middle, spread = np.log(spec.low * 8), 1.4
        values = np.exp(random.normal(middle, spread, rows))
    elif spec.unit is Unit.INSTANT:
        values = random.integers(spec.low, 215_000_000, rows).astype(np.float64)
    else:
        values = spec.low + (spec.high - spec.low) * random.beta(2.0, 5.0, rows)
    kind = np.uint16 if spec.narrow else np.int32
    numbers = np.clip(values, 0 if spec.narrow else -(2**31) + 2, 65_534 if spec.narrow else 2**31 - 2).astype(kind)
    numbers[random.random(rows) < 0.06] = np.array(spec.missing).astype(kind)
    return numbers


def _categories(random: np.random.Generator, facet: Facet, rows: int) -> CategoryBatch:
    values = _VALUES[facet]
    popularity = 1.0 / np.arange(1, len(values) + 1) ** 0.8
    popularity /= popularity.sum()
    most = _MOST_VALUES.get(facet, 1)
    drawn = random.choice(len(values), (rows, most), p=popularity).astype(np.int32)
    kept = random.random((rows, most)) < (0.95 if most == 1 else 0.7)
    for later in range(1, most):
        for earlier in range(later):
            kept[:, later] &= ~(kept[:, earlier] & (drawn[:, later] == drawn[:, earlier]))
    row, _ = np.nonzero(kept)
    return CategoryBatch(values, row.astype(np.int32), drawn[kept])


def _texts(random: np.random.Generator, rows: int) -> tuple[list[str], list[str]]:
    # Characters and words follow Zipf's law, like those of real bios: a few stand in most of them, most in very few.
    weights = 1.0 / np.arange(1, 2_501) ** 0.9
    characters = np.array([chr(0x4E00 + int(place)) for place in random.permutation(20_000)[:2_500]])
    pairs: npt.NDArray[np.str_] = random.choice(characters, (6_000, 2), p=weights / weights.sum())
    words = [*_WORDS, *("".join(pair) for pair in pairs.tolist())]
    weights = 1.0 / np.arange(1, len(words) + 1) ** 0.85
    weights /= weights.sum()
    names: list[str] = []
    texts: list[str] = []
    for start in range(0, rows, 50_000):
        size = min(50_000, rows - start)
        drawn = random.choice(len(words), (size, 24), p=weights)
        lengths = random.integers(8, 24, size)
        for picked, length in zip(drawn.tolist(), lengths.tolist(), strict=True):
            name = words[picked[0]] + words[picked[1]]
            names.append(name)
            texts.append(fold(f"{name}\nid{picked[2]}{picked[3]}\n" + "".join(words[word] for word in picked[2:length])))
    return texts, names
