"""Owns the shape of a creator in the feed: names, bios and the JSON object of one creator (resources/data/catalog_feed.schema.json)."""

from __future__ import annotations

from typing import Final

import numpy as np

from xingtu_desktop.sandbox import creators_words as words
from xingtu_desktop.sandbox.creators_figures import I64, U64, Bools, Figures, bits, schedule
from xingtu_desktop.sandbox.ids import author_id_of

JsonObject = dict[str, object]

AVATARS: Final = 48
_DAY: Final = 86_400
_AGENCIES: Final = tuple(head + tail for head in words.AGENCY_HEADS for tail in words.AGENCY_TAILS)
_GROUP_OF: Final = tuple(row[7] for row in words.CONTENT_TYPES)
_GMV: Final = ("0-10000", "10000-50000", "50000-100000", "100000-250000", "250000-500000", "500000-1000000", "1000000-5000000", "5000000+")
_GPM: Final = ("0-50", "50-100", "100-200", "200-500", "500+")
_BASKET: Final = ("0-50", "50-100", "100-200", "200-500", "500+")
_VERIFICATION: Final = (("verified", "personal"), ("verified", "personal"), ("verified", "enterprise"), ("pending", "personal"), ("none",
"personal"))
_AVAILABILITY: Final = ("open", "open", "open", "open", "open", "open", "open", "busy", "busy", "closed")
_LINK_STEPS: Final = (("link_l_cnt_by_industry", 0.42), ("link_i_cnt_by_industry", 0.21), ("link_k_cnt_by_industry", 0.08),
("link_n_cnt_by_industry", 0.025))
_FLAGS: Final = (
    ("is_excellenct_author", 8), ("star_excellent_author", 12), ("is_black_horse_author", 6), ("is_cocreate_author", 14),
    ("is_cpm_project_author", 22),
    ("is_short_drama", 4),
)  # fmt: skip


def nickname(number: int, group: str) -> str:
    """A creator's name, drawn by a 64-bit number; some with emoji, Latin letters or rare characters. A million are mostly distinct."""

    def take(choices: tuple[str, ...]) -> str:
        nonlocal number
        number, at = divmod(number, len(choices))
        return choices[at]

    number, style = divmod(number, 100)
    suffix = take(words.SUFFIXES[group])
    if style < 26:
        return take(words.PET_HEADS) + take(words.PET_STEMS) + take(words.GIVEN) + suffix
    if style < 46:
        return take(words.GIVEN) + take(words.GIVEN) + suffix + take(words.TAILS)
    if style < 60:
        return take(words.SURNAMES) + take(words.GIVEN) + take(words.GIVEN) + take(words.TAILS)
    if style < 70:
        return take(words.LATIN) + take(words.GIVEN) + take(words.GIVEN) + suffix
    if style < 78:
        return take(words.LATIN) + ("_", ".", "")[number % 3] + take(words.PET_STEMS) + str(number // 3 % 10_000)
    if style < 90:
        return take(words.PET_STEMS) + take(words.GIVEN) + suffix + take(words.EMOJI)
    if style < 94:
        return take(words.RARE) + take(words.GIVEN) + suffix + take(words.TAILS)
    return take(words.SURNAMES) + take(words.PET_STEMS) + take(words.GIVEN) + suffix


def bio(number: int, *, city: str, field: str, group: str, agency: str | None, fans: int) -> str:
    """What the creator says of itself, one to three short sentences."""
    themes = words.THEMES[group]
    first, second = themes[number & 7 if number & 7 < len(themes) else 0], themes[(number >> 3) % len(themes)]
    years = 2 + (number >> 8 & 7)
    opening = number >> 12 & 7
    if opening == 0:
        text = f"{years}年{field}博主"
    elif opening == 1:
        text = f"专注{first}的第{years}年"
    elif opening == 2:
        text = f"坐标{city}｜{field}"
    elif opening == 3:
        text = f"{80 + (number >> 16 & 3) * 5}后{field}爱好者"
    elif opening == 4:
        text = f"{city}人在{city}，前{words.JOBS[(number >> 18) % len(words.JOBS)]}"
    else:
        text = words.BIO_OPENINGS[(number >> 22) % len(words.BIO_OPENINGS)] + first
    text += "，" + words.BIO_MIDDLES[(number >> 28) % len(words.BIO_MIDDLES)]
    ending = number >> 36 & 7
    if ending == 0 and agency:
        return f"{text}，商务找{agency}"
    if ending == 1 and fans >= 10_000:
        return f"{text}，谢谢{fans // 10_000}万个朋友的喜欢"
    if ending == 2:
        return f"{text}，偶尔聊聊{second}"
    return text + words.BIO_ENDINGS[ending]


def _column(values: I64 | list[object], absent: Bools) -> list[object]:
    """The values as JSON ones, None where the source has none."""
    column: list[object] = values if isinstance(values, list) else values.tolist()
    for row in np.flatnonzero(absent).tolist():
        column[row] = None
    return column


def _times(seconds: I64) -> list[str]:
    """ISO 8601 texts in UTC of unix seconds."""
    texts: list[str] = np.datetime_as_string(seconds.astype("datetime64[s]"), unit="s", timezone="UTC").tolist()
    return texts


def _identity(figures: Figures) -> dict[str, list[object]]:
    seed, index = figures.seed, figures.index
    number_name = bits(seed, "name", index).tolist()
    number_bio = bits(seed, "bio", index).tolist()
    number_misc: list[int] = bits(seed, "misc", index).tolist()
    types = figures.type_row.tolist()
    second = bits(seed, "second type", index).tolist()
    level2 = figures.level2.tolist()
    places = [words.PLACES[place] for place in figures.place.tolist()]
    agencies: list[object] = [_AGENCIES[number % len(_AGENCIES)] if number >> 40 & 15 < 9 else None for number in number_misc]
    fans = figures.follower.tolist()
    tags: list[object] = []
    themes: list[object] = []
    industries: list[object] = []
    bios: list[object] = []
    for row, kind in enumerate(types):
        name, _, subs, _, _, _, serves, group = words.CONTENT_TYPES[kind]
        number = second[row]
        tag: dict[str,
        list[str]] = {name: [subs[level2[row]]] + ([subs[(level2[row] + 1) % len(subs)]] if number % 3 == 0 and len(subs) > 1 else [])}
        if number % 5 == 0:
            other = words.CONTENT_TYPES[number // 7 % len(words.CONTENT_TYPES)]
            tag.setdefault(other[0], [other[2][0]])
        tags.append(tag)
        pool = words.THEMES[group]
        start, count = number // 11 % len(pool), 1 + number // 101 % 3
        themes.append([pool[(start + step * 2) % len(pool)] for step in range(count)])
        industries.append(list(serves[: 1 + number // 307 % len(serves)]))
        agency = agencies[row]
        bios.append(bio(number_bio[row], city=places[row][1], field=name, group=group, agency=str(agency) if agency else None,
        fans=fans[row]))
    verification: list[object] = []
    availability: list[object] = []
    for number in number_misc:
        state, kind_of = _VERIFICATION[0 if number >> 8 & 31 < 26 else 1 + (number >> 8) % 4]
        verification.append({"state": state, "kind": kind_of})
        availability.append({"state": _AVAILABILITY[(number >> 20) % len(_AVAILABILITY)]})
    return {
        "author_id": [author_id_of(at) for at in index.tolist()],
        "nick_name": [nickname(number, _GROUP_OF[kind]) for number, kind in zip(number_name, types, strict=True)],
        "avatar_uri": [f"/sandbox/media/avatars/{number % AVATARS}.png" for number in number_misc],
        "unique_id": _column([f"dy{number % 10**9:09d}" for number in number_misc], figures.missing("unique_id")),
        "gender": _column(np.where(figures.woman, 2, 1), figures.missing("gender")),
        "province": _column([place[0] for place in places], figures.missing("place")),
        "city": _column([place[1] for place in places], figures.missing("place")),
        "city_tier": _column([place[2] for place in places], figures.missing("place")),
        "author_type": [3 if number >> 8 & 31 < 26 else 1 + number % 2 for number in number_misc],
        "bio": _column(bios, figures.missing("bio")),
        "mcn_name": agencies,
        "tags_relation": tags,
        "content_theme_labels_180d": _column(themes, figures.missing("content_theme_labels_180d")),
        "industry_ids": _column(industries, figures.missing("industry_ids")),
        "verification": verification,
        "availability": _column(availability, figures.missing("availability")),
    }


def _performance(figures: Figures) -> dict[str, list[object]]:
    quotes = {"1_20": figures.price_1_20, "20_60": figures.price_20_60, "60": figures.price_60}
    columns: dict[str, list[object]] = {}

    def put(name: str, values: object, absent_as: str | None = None) -> None:
        assert isinstance(values, np.ndarray)
        columns[name] = _column(values, figures.missing(absent_as or name))

    put("follower", figures.follower)
    put("fans_increment_within_30d", figures.fans_increment_30d)
    put("fans_increment_within_15d", figures.fans_increment_15d)
    put("fans_increment_rate_within_15d", np.round(figures.fans_increment_15d / figures.follower, 4))
    plays_unknown = figures.missing("expected_play_num")
    for tier, price in quotes.items():
        absent = figures.missing("price_" + tier)
        columns["price_" + tier] = _column(price, absent)
        columns[f"prospective_{tier}_cpm"] = _column(figures.cpm(price).tolist(), absent | plays_unknown)
        columns[f"prospective_{tier}_cpe"] = _column(figures.cpe(price).tolist(),
        absent | plays_unknown | figures.missing("interact_rate_within_30d"))
    put("assign_cpm_suggest_price", np.round(figures.cpm(figures.price_20_60) * 0.9, 1))
    put("expected_play_num", figures.expected_plays)
    # A forecast without its middle has no ends either.
    low, high = figures.expected_plays_range
    put("expected_play_num_p10", low, "expected_play_num")
    put("expected_play_num_p90", high, "expected_play_num")
    put("expected_natural_play_num", figures.natural_plays)
    put("vv_median_30d", figures.median_plays)
    put("interaction_median_30d", figures.median_interactions)
    put("interact_rate_within_30d", figures.interact_rate)
    put("play_over_rate_within_30d", figures.finish_rate)
    put("burst_text_rate", figures.burst_rate)
    put("avg_search_after_view_rate_30d", figures.search_rate)
    put("star_item_count_within_30d", figures.sponsored_30d)
    for name, score in figures.scores.items():
        put(name, score)
    rare = bits(figures.seed, "by industry", figures.index) % np.uint64(10) >= np.uint64(3)
    for name in ("link_spread_index", "link_shopping_index", "link_convert_index"):
        columns[name + "_by_industry"] = _column(np.clip(np.round(figures.scores[name] * 0.97 + 2.0, 1), 0, 100).tolist(), rare)
    columns["search_after_view_index_by_industry"] = _column(np.round(figures.search_rate * 8_000.0, 1).clip(0, 100).tolist(), rare)
    connected = np.rint(figures.follower * (0.3 + 0.5 * (figures.scores["link_spread_index"] / 100.0))).astype(np.int64)
    put("link_link_cnt_by_industry", connected)
    for name, share in _LINK_STEPS:
        columns[name] = _column(np.rint(connected * share).astype(np.int64), figures.missing("link_link_cnt_by_industry"))
    columns["plays_90d_weekly"] = _column(figures.weekly_plays.tolist(), figures.missing("plays_90d_weekly"))
    return columns


def _commerce(figures: Figures) -> dict[str, list[object]]:
    shop: list[bool] = figures.sells.tolist()
    unknown = figures.missing("ecom_gmv_30d_range").tolist()
    numbers: list[int] = bits(figures.seed, "ecom", figures.index).tolist()
    columns: dict[str, list[object]] = {
        name: []
        for name in ("e_commerce_enable", "author_ecom_level", "ecom_score", "ecom_gmv_30d_range", "ecom_gpm_30d_range",
        "ecom_avg_order_value_30d_range",
                     "ecom_video_product_num_30d")
    }  # fmt: skip
    for opened, hidden, number in zip(shop, unknown, numbers, strict=True):
        level = min(number % 8, number >> 8 & 7)
        known = opened and not hidden
        columns["e_commerce_enable"].append(opened)
        columns["author_ecom_level"].append(level if opened else None)
        columns["ecom_score"].append((300 + (number >> 16) % 201) / 100 if opened else None)
        columns["ecom_gmv_30d_range"].append(_GMV[level] if known else None)
        columns["ecom_gpm_30d_range"].append(_GPM[(number >> 24) % len(_GPM)] if known else None)
        columns["ecom_avg_order_value_30d_range"].append(_BASKET[(number >> 32) % len(_BASKET)] if known else None)
        columns["ecom_video_product_num_30d"].append((number >> 40) % (6 + 6 * level) if opened else None)
    for name, percent in _FLAGS:
        raised: list[bool] = (bits(figures.seed, name, figures.index) % np.uint64(100) < np.uint64(percent)).tolist()
        columns[name] = [flag or None for flag in raised]
    return columns


def _audience(figures: Figures) -> list[object]:
    female = figures.audience_female.tolist()
    ages = figures.audience_age.tolist()
    tiers = figures.audience_tier.tolist()
    provinces = figures.audience_province
    top = np.argsort(-provinces, axis=1, kind="stable")[:, :8]
    top_names = top.tolist()
    top_shares = np.take_along_axis(provinces, top, axis=1).tolist()
    devices = figures.audience_device.tolist()
    groups = figures.audience_group.tolist()
    absent = {name: figures.missing("audience " + name).tolist() for name in ("gender", "age", "city_tier", "province", "device",
    "eight_groups")}
    rows: list[object] = []
    for row, share in enumerate(female):
        audience: JsonObject = {}
        if not absent["gender"][row]:
            audience["gender"] = {"male": round(1 - share, 3), "female": share}
        if not absent["age"][row]:
            audience["age"] = dict(zip(words.AGE_BANDS, ages[row], strict=True))
        if not absent["city_tier"][row]:
            audience["city_tier"] = dict(zip(words.TIERS, tiers[row], strict=True))
        if not absent["province"][row]:
            audience["province"] = {words.AUDIENCE_PROVINCES[at]: value for at, value in zip(top_names[row], top_shares[row], strict=True)}
        if not absent["device"][row]:
            audience["device"] = dict(zip(words.DEVICES, devices[row], strict=True))
        if not absent["eight_groups"][row]:
            audience["eight_groups"] = dict(zip(words.EIGHT_GROUPS, groups[row], strict=True))
        rows.append(audience or None)
    return rows


def rows_of(seed: int, index: U64, version: I64, day_zero: int) -> list[JsonObject]:
    """One JSON object a creator, each at its version; `day_zero` is the unix second at which day 0 of the catalog began.

    A field without a value is left out. Money is yuan, a share or rate 0 to 1, an index 0 to 100.
    """
    figures = Figures(seed, index, version)
    period, phase, _ = schedule(seed, index)
    changed = day_zero + (version * period - phase) * _DAY
    columns = _identity(figures) | _performance(figures) | _commerce(figures)
    columns["audience"] = _audience(figures)
    idle = (bits(seed, "idle", index, version) % np.uint64(72 * 3600)).astype(np.int64)
    columns["last_active_at"] = _column(list(_times(changed - idle)), figures.missing("last_active_at"))
    columns["updated_at"] = list(_times(changed))
    names = tuple(columns)
    rows: list[JsonObject] = [dict(zip(names, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    for name, values in columns.items():
        if None in values:
            for row, value in zip(rows, values, strict=True):
                if value is None:
                    del row[name]
    return rows
