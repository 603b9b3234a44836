"""Owns a room for tests of briefs and ordering: real stores in a folder, real services, creators and drafts, a frame that listens."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from xingtu_desktop.compliance.reviewer import Reviewer
from xingtu_desktop.compliance.rules import load
from xingtu_desktop.core import resources
from xingtu_desktop.core.clock import ManualClock, SystemClock
from xingtu_desktop.core.config import ServerConfig, Timings
from xingtu_desktop.core.events import Changes
from xingtu_desktop.core.tasks import InlineCompute
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.brief import Brief, BriefState
from xingtu_desktop.domain.creator import Availability, Creator, TierAmounts, Verification
from xingtu_desktop.domain.demand import CartItem
from xingtu_desktop.domain.ids import AuthorId, BriefId, PlatformCampaignId, StarId
from xingtu_desktop.domain.money import ZERO, Fen
from xingtu_desktop.domain.order import PendingBill
from xingtu_desktop.domain.preflight import fee_rates
from xingtu_desktop.domain.shortlist import BASKET
from xingtu_desktop.services.actions import ActionService
from xingtu_desktop.services.briefs import BriefService
from xingtu_desktop.services.ordering import OrderingService
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.storage.account_files import AccountFiles
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.widgets.toasts import ToastAction

NOW = datetime(2026, 1, 20, 4, 0, tzinfo=UTC)
NAMES = (
    "小鹿同学", "粥粥酱", "麦芽糖大人", "木子的小日子", "林间小筑🌿", "Vivian在南方的每一个慢悠悠的清晨", "加班不秃头", "奶酥小饼",
    "江湖菜小野", "苏打绿了", "十里春风er", "猫系少年阿泽", "成分党老K", "敏皮自救指南", "南巷七七", "橙子不加糖",
)  # fmt: skip


@dataclass
class RecordingFrame:
    """The window that a presenter sees, remembering what it was told."""

    toasts: list[tuple[str, str, ToastAction | None]] = field(default_factory=list)
    went: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)
    seconds: list[int] = field(default_factory=list)
    outbox_shown: int = 0

    def toast(self, text: str, *, tone: str = "good", action: ToastAction | None = None, seconds: int = 6, counts: bool = False) -> None:
        self.toasts.append((text, tone, action))
        self.seconds.append(seconds)

    def go(self, view: str, **parameters: object) -> None:
        self.went.append((view, parameters))

    def set_badge(self, view: str, count: int) -> None:
        return None

    def show_outbox(self) -> None:
        self.outbox_shown += 1

    def report(self, error: BaseException) -> None:
        self.errors.append(error)


@dataclass
class BriefRoom:
    """Stores, services and window of one account."""

    files: AccountFiles
    clock: ManualClock
    changes: Changes
    frame: RecordingFrame
    context: ViewContext
    briefs: BriefService
    shortlists: ShortlistService
    ordering: OrderingService
    actions: ActionService

    @classmethod
    async def open(cls, folder: Path, now: datetime = NOW) -> BriefRoom:
        files = await AccountFiles.open(folder, bytes(range(32)))
        clock, changes, frame = ManualClock(now), Changes(), RecordingFrame()
        reviewer = Reviewer(load(resources.text("compliance", "terms.csv"), resources.text("compliance", "context.json")))
        actions = ActionService(
            outbox=files.outbox,
            settings=files.settings,
            changes=changes,
            clock=clock,
            timings=Timings(),
            account=StarId(7001),
            install="install-1",
            operator="林澜",
            wake=lambda _why: None,
        )
        return cls(
            files=files,
            clock=clock,
            changes=changes,
            frame=frame,
            context=ViewContext(frame=frame, changes=changes, clock=clock, real_clock=SystemClock(), server=ServerConfig()),
            briefs=BriefService(
                store=files.briefs, reviewer=reviewer, compute=InlineCompute(), changes=changes, clock=clock, operator="林澜"
            ),
            shortlists=ShortlistService(
                store=files.shortlists, searches=files.saved_searches, creators=files.creators, changes=changes, clock=clock
            ),
            ordering=OrderingService(
                creators=files.creators,
                orders=files.orders,
                campaigns=files.campaigns,
                settings=files.settings,
                actions=actions,
                changes=changes,
                clock=clock,
                rates=fee_rates(resources.text("data", "fee_rates.json")),
            ),
            actions=actions,
        )

    async def add_creators(self, count: int, *, basket: bool = True) -> list[AuthorId]:
        """Creators of every kind: some without a quote, closed, unverified, or with an old price."""
        now = self.clock.now()
        creators = [creator(number, now) for number in range(count)]
        await self.files.creators.apply_page(FeedPage(tuple(creators), (), "c1", False, count, 0), "feed")
        ids = [each.author_id for each in creators]
        if basket:
            await self.shortlists.add(BASKET, ids)
        return ids

    async def add_balance(self, balance: Fen) -> None:
        await self.files.orders.save_bill(PlatformCampaignId(9001), PendingBill(balance, ZERO, ZERO, ZERO, ()), self.clock.now())

    async def close(self) -> None:
        await self.files.close()


def creator(number: int, now: datetime) -> Creator:
    """One of many, by number the same every time."""
    quote = None if number % 29 == 8 else Fen(520_000 + number * 37 % 100 * 10_000)
    return Creator(
        author_id=AuthorId(7_300_000_000_000_000 + number),
        nickname=NAMES[number % len(NAMES)] + ("" if number < len(NAMES) else str(number)),
        updated_at=now - timedelta(days=92 if number % 31 == 7 else 40 if number % 17 == 3 else number % 6),
        source="feed",
        verification=Verification.NONE if number % 23 == 9 else Verification.EXPERT,
        availability=Availability.CLOSED if number % 37 == 11 else Availability.BUSY if number % 19 == 4 else Availability.OPEN,
        followers=None if number % 41 == 40 else 93_000 + number * 71_300 % 1_900_000,
        quotes=TierAmounts(Fen(300_000), quote, Fen(1_800_000)),
    )


def full_brief(now: datetime = NOW, brief_id: str = "b1") -> Brief:
    """A brief with nothing missing, and text that the reviewer has something to say about."""
    return Brief(
        BriefId(brief_id),
        "白茶润手霜｜年货节第二波｜送礼场景",
        brand_name="花漾",
        product_name="花漾白茶润手霜 60 g 新年礼盒",
        product_information="白茶花与乳木果，推开就吸收，不黏手。礼盒含 60 g 正装和两支旅行装。质地是半透明乳霜，香味偏清茶。",
        industry=(1933, 193301),
        contact_name="林澜",
        contact_phone="138 0000 6021",
        detail_demand="第一步先拍手背干燥的特写，再涂抹。口播一句：“全网最好的护手霜，闭眼入”。说清“白茶香，不抢香水”，不要提疗效。",
        other_demand="背景不出现其他品牌，字幕与口播一致。",
        special_topic="#年货节送礼#",
        selling_points=("推开就吸收，不黏手", "白茶香，不抢香水", "礼盒送礼体面"),
        must_say=("白茶润手霜",),
        must_not_say=("疗效", "祛皱"),
        checklist=("前 5 秒出现产品", "结尾引导购物车", "画面全程有“广告”标识"),
        publish_from=now + timedelta(days=19),
        publish_until=now + timedelta(days=25),
        cart=(CartItem("白茶润手霜礼盒", "https://example.com/p/1"),),
        budget=Fen(120_000_000),
    )


async def write(room: BriefRoom, brief: Brief) -> BriefId:
    """Keep a brief as if it had been typed."""
    await room.briefs.save(brief, 0)
    return brief.brief_id


async def several(room: BriefRoom) -> None:
    """A list as it looks after a month: drafts, ordered ones, long names, an empty one."""
    base = full_brief(room.clock.now())
    titles = ("护手霜礼盒 · 圣诞", "留香洗衣凝珠 · 双旦", "牙膏新品试投 · 小样本", "除菌洗手液 · 返工季", "头皮精华洗发水 · 情人节", "")
    for number, title in enumerate(titles):
        state = BriefState.ORDERED if number in (0, 2) else BriefState.DRAFT
        await write(room, replace(base, brief_id=BriefId(f"o{number}"), title=title, state=state))
        room.clock.advance(3600)
    await write(room, replace(base, brief_id=BriefId("b1")))
