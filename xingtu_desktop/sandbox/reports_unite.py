"""The official unite task reports (星广联投, wire.md A7): a few tasks of every account, their days, and their videos day by day.

Budget and bid are yuan × 1000, cost is yuan × 100000. The tasks follow from the seed and the account; nobody can change them here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from starlette.routing import BaseRoute

from xingtu_desktop.sandbox import wire_answers as wire
from xingtu_desktop.sandbox.figures import DAY, Counts, Published, beijing_day, daily, day_text, midnight
from xingtu_desktop.sandbox.ids import author_id_of, between, entity_id
from xingtu_desktop.sandbox.pipeline import official
from xingtu_desktop.sandbox.reports_topics import days_of
from xingtu_desktop.sandbox.wire_answers import Call, JsonObject, page_by_size, size_info
from xingtu_desktop.sandbox.world import World

_MOST_ROWS: Final = 20
# Name, state of the detail, state that the list filters by, how the client pays, days since it began, videos.
_KINDS: Final = (
    ("澄屿 App 拉新联投", "STARTED", "ONGOING", "ACTIVE", 12, 6),
    ("禾煮会员注册联投", "BILLING", "ONGOING", "REGISTER", 34, 5),
    ("山野行记安装联投", "FINISHED", "FINISHED", "INSTALL_FINISH", 62, 4),
    ("听禾首单付费联投", "FINISHED", "FINISHED", "ACTIVE_PAY", 80, 7),
    ("澜光新品预热联投", "CANCELED", "CANCELED", "DEEP_PURCHASE", 41, 0),
)
_STATES: Final = ("ALL", "WAIT_PAYMENT", "RECEIVEING", "ONGOING", "WAIT_EVALUATE", "FINISHED", "CANCELED")
_NUMBER_BASE: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class _Task:
    """A unite task of an account; `created` and the publishing of its videos are unix seconds."""

    demand_id: int
    name: str
    status: str
    listed: str
    evaluate_type: str
    created: int
    videos: tuple[Published, ...]
    authors: tuple[int, ...]
    items: tuple[int, ...]
    bid: int
    budget: int


@dataclass(frozen=True, slots=True)
class _Result:
    """What a video's counts of one day are worth: conversions on the two systems and the cost, fen."""

    android: int
    ios: int
    android_deep: int
    ios_deep: int
    android_fen: int
    ios_fen: int

    @property
    def converts(self) -> int:
        return self.android + self.ios

    @property
    def fen(self) -> int:
        return self.android_fen + self.ios_fen


def routes(world: World) -> list[BaseRoute]:
    """The unite task paths."""
    base = "/open_api/2/star"
    return [
        official(world, "GET", f"{base}/star_ad_unite_task/list/", _list),
        official(world, "GET", f"{base}/star_ad_unite_task/detail/", _detail),
        official(world, "GET", f"{base}/star_ad_unite_task_item/list/", _items),
    ]


def _tasks(world: World, star_id: int) -> list[_Task]:
    """The account's tasks, the newest first."""
    tasks: list[_Task] = []
    for number, (name, status, listed, kind, age, videos) in enumerate(_KINDS):
        key = (world.seed, "unite", star_id, number)
        created = world.start - age * DAY - between(0, 8 * 3600, *key, "at")
        demand_id = entity_id(world.seed, "demand", _NUMBER_BASE + star_id % 10_000 * 10 + number)
        facts: list[Published] = []
        authors: list[int] = []
        items: list[int] = []
        for video in range(videos):
            author = author_id_of(between(0, world.creators - 1, *key, "author", video))
            traits = world.catalog.traits(author)
            at = created + between(6, 40, *key, "published", video) * 3600
            rates = (traits.interact_rate, traits.finish_rate, traits.search_rate)
            facts.append(Published(world.seed, demand_id + video + 1, at, traits.expected_plays, *rates))
            authors.append(author)
            items.append(entity_id(world.seed, "item", _NUMBER_BASE + star_id % 10_000 * 100 + number * 10 + video))
        bid = between(18, 95, *key, "bid") * 1000
        budget = bid * between(400, 3000, *key, "budget")
        tasks.append(_Task(demand_id, name, status, listed, kind, created, tuple(facts), tuple(authors), tuple(items), bid, budget))
    return sorted(tasks, key=lambda task: -task.created)


def _task(call: Call) -> _Task:
    demand_id = call.params.need_int("demand_id")
    found = next((task for task in _tasks(call.world, call.star_id) if task.demand_id == demand_id), None)
    if found is None:
        raise wire.wrong("demand_id", "联投任务不存在或不属于该账户")
    return found


def _result(task: _Task, counts: Counts) -> _Result:
    android, ios = counts.orders * 62 // 100, counts.orders - counts.orders * 62 // 100
    per_convert = task.bid // 10
    return _Result(android, ios, android * 12 // 100, ios * 12 // 100, android * per_convert, ios * per_convert)


def _until(task: _Task, now: int) -> int:
    """Finished tasks count for 45 days; nothing counts after that."""
    return min(now, task.created + 46 * DAY) if task.status == "FINISHED" else now


def _list(call: Call) -> object:
    page = page_by_size(call.params, most=_MOST_ROWS)
    filtering = call.params.object_or_none("filtering")
    wanted = filtering.enum_or("status", "ALL", _STATES) if filtering else "ALL"
    tasks = [task for task in _tasks(call.world, call.star_id) if wanted in ("ALL", task.listed)]
    demands = [
        {"demand_id": task.demand_id, "demand_name": task.name, "create_time": wire.beijing_text(task.created)}
        for task in tasks[page.offset : page.offset + page.size]
    ]
    return {"demands": demands, "page_info": size_info(page, len(tasks))}


def _detail(call: Call) -> object:
    task = _task(call)
    first, last = days_of(call, "stat_start_date", "stat_end_date")
    by_day: dict[int, Counts] = {}
    for video in task.videos:
        for day, counts in daily(video, first, last, _until(task, call.now)):
            by_day[day] = by_day.get(day, Counts()) + counts
    stats: list[JsonObject] = []
    for day in sorted(by_day):
        result = _result(task, by_day[day])
        stats.append(
            {
                "stat_date": day_text(day),
                "android_convert_unit_amount": task.bid,
                "android_cost": result.android_fen * 1000,
                "android_convert": result.android,
                "android_deep_convert": result.android_deep,
                "ios_convert_unit_amount": task.bid,
                "ios_cost": result.ios_fen * 1000,
                "ios_convert": result.ios,
                "ios_deep_convert": result.ios_deep,
            }
        )
    return {
        "star_id": call.star_id,
        "demand_id": task.demand_id,
        "status": task.status,
        "audit_status": "CONFIRM_FAIL" if task.status == "CANCELED" else "CONFIRM",
        "evaluate_type": task.evaluate_type,
        "budget": task.budget,
        "week_schedule": [[1 if 8 <= hour < 24 else 0 for hour in range(24)] for _ in range(7)],
        "stat_info": stats,
    }


def _items(call: Call) -> object:
    page = page_by_size(call.params, most=_MOST_ROWS)
    task = _task(call)
    first, last = days_of(call, "stat_start_date", "stat_end_date")
    rows = [
        (day, number, counts)
        for number, video in enumerate(task.videos)
        for day, counts in daily(video, first, min(last, beijing_day(call.now) - 1), _until(task, call.now))
    ]
    rows.sort(key=lambda row: (-row[0], row[1]))
    shown = [_item(call, task, *row) for row in rows[page.offset : page.offset + page.size]]
    return {"stat_info": shown, "page_info": size_info(page, len(rows))}


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 6) if whole else 0.0


def _item(call: Call, task: _Task, day: int, number: int, counts: Counts) -> JsonObject:
    result = _result(task, counts)
    cost = result.fen * 1000
    author, item_id = task.authors[number], task.items[number]
    each = cost // result.converts if result.converts else 0
    active = result.converts if task.evaluate_type in ("ACTIVE", "ACTIVE_PAY") else 0
    registered = result.converts if task.evaluate_type == "REGISTER" else 0
    installed = result.converts if task.evaluate_type == "INSTALL_FINISH" else 0
    paid = result.android_deep + result.ios_deep
    return {
        "star_id": call.star_id,
        "demand_id": task.demand_id,
        "item_id": item_id,
        "item_title": f"{task.name} · 第{number + 1}条",
        "item_url": f"https://www.douyin.com/video/{item_id}",
        "item_status": "AUDIT_PASS" if midnight(day + 1) - task.videos[number].published > DAY else "CREATED",
        "author_id": author,
        "author_nick_name": call.world.catalog.name(author),
        "release_time": task.videos[number].published,
        "stat_date": day_text(day),
        "play_cnt": counts.plays,
        "like": counts.likes,
        "comment": counts.comments,
        "share": counts.shares,
        "interact": counts.engagements,
        "interact_rate": counts.engagements * 10_000 // counts.plays if counts.plays else 0,
        "show": counts.shows,
        "click": counts.clicks,
        "click_rate": _rate(counts.clicks, counts.shows),
        "play_finish_rate": _rate(counts.finishes, counts.plays),
        "play_5s_rate": _rate(counts.valid_plays, counts.plays),
        "convert": result.converts,
        "cost": cost,
        "settled_cost": cost if task.status == "FINISHED" else cost * 9 // 10,
        "active_cnt": active,
        "avtive_rate": _rate(active, counts.clicks),
        "cost_per_active": each if active else 0,
        "register_cnt": registered,
        "register_rate": _rate(registered, counts.clicks),
        "cost_per_register": each if registered else 0,
        "install_finish_cnt": installed,
        "pay_cnt": paid,
        "pay_rate": _rate(paid, counts.clicks),
        "pay_amount": counts.gmv_fen * 1000,
    }
