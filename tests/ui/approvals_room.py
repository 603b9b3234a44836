"""Owns an approvals view over real services and real stores in a temporary folder, filled with a day's queue."""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt

from xingtu_desktop.compliance.reviewer import Reviewer
from xingtu_desktop.compliance.rules import load
from xingtu_desktop.core import resources
from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.config import ServerConfig, Timings
from xingtu_desktop.core.events import Changes
from xingtu_desktop.core.tasks import ComputePool
from xingtu_desktop.domain.brief import Brief
from xingtu_desktop.domain.ids import AuthorId, BriefId, CampaignId, DemandId, OrderId, PlatformCampaignId, ResourceId, StarId
from xingtu_desktop.domain.lifecycle import AuditSource, AuditStatus, OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import AuditFinding, Campaign, Order, Resource
from xingtu_desktop.services.actions import ActionService
from xingtu_desktop.services.approvals import ApprovalService
from xingtu_desktop.storage.account_files import AccountFiles
from xingtu_desktop.ui.approvals.approvals_presenter import ApprovalsPresenter
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.shell import AccountInfo, MainWindow, ShellPorts, SyncStatus, shell_view
from xingtu_desktop.ui.widgets.toasts import ToastAction

BASE = 7_301_000_000_002_000
NOW = datetime(2026, 11, 22, 12, 14, tzinfo=UTC)
CLIPS = Path(__file__).resolve().parents[2] / "xingtu_desktop" / "sandbox" / "clips"
CAMPAIGN = Campaign(CampaignId("winter"), "年货节", NOW - timedelta(days=9), brief_id=BriefId("b"), reject_limit=3, review_hours=48)
LOOSE = Campaign(CampaignId("loose"), "夏日防晒试投", NOW - timedelta(days=5))
NAMES = (
    "安小满Mandy 小鹿同学 陈皮话梅糖 老周的洗衣房 甜橙布丁 一颗青提 小满的下午茶 大力出奇迹er 阿橙在杭州 "
    "粥粥酱 北门卖伞人 林间小筑🌿 麦芽糖大人 糯米糍Nomi 阿柚不熬夜 "
    "一个名字特别特别长的达人今天也在努力更新视频呀 橘子汽水糖 李不白不白"
).split()
FIRST = """[0:00] 冬天一到，我的手就像砂纸，刮毛衣的那种。
[0:04] 这支真的是护手霜天花板，闭眼入。
[0:10] 推开不黏，涂完马上就能打字。
[0:14] 抗敏配方，治好了我的倒刺。
[0:20] 坚持用，七天见效，手背嫩一圈。
[0:26] 白茶香，不抢香水。
[0:30] 管身不大，放包里刚好。
[0:33] 旗舰店复购率高达 41%，老客都懂。
[0:38] 比大牌便宜一半。
[0:41] 评论区告诉我你们的护手小习惯。
[0:43] 想试的点左下角小黄车。"""
SECOND = (
    FIRST.replace("这支真的是护手霜天花板，闭眼入。", "这支白茶润手霜，我从十一月用到现在，第二支了。")
    .replace("抗敏配方，治好了我的倒刺。", "配方温和，倒刺那一圈摸着没那么扎了。")
    .replace("比大牌便宜一半。", "质地秒杀同类大牌，价格还不到一半。")
)
CLEAN = """[0:00] 早上七点，闹钟响第三遍，我终于起来了。
[0:05] 先涂一层润手霜，推开不黏。
[0:12] 味道很淡，敏感的朋友先在耳后试一下。
[0:20] 想试的点左下角。"""


def sha(data: bytes) -> str:
    """The name of what was on screen."""
    return hashlib.sha256(data).hexdigest()


def clip(name: str = "serum", mark: int = 0) -> bytes:
    """A short real video; `mark` makes its bytes its own without changing the picture."""
    data = (CLIPS / f"{name}.mp4").read_bytes()
    return data + (12).to_bytes(4, "big") + b"free" + mark.to_bytes(4, "big") if mark else data


class Stage:
    """Stands for the composition root: the window as a view sees it, and what it was told."""

    def __init__(self) -> None:
        self.window: MainWindow | None = None
        self.said: list[str] = []
        self.actions: list[ToastAction] = []
        self.went: list[tuple[str, dict[str, object]]] = []
        self.badges: dict[str, int] = {}
        self.errors: list[BaseException] = []

    def toast(self, text: str, *, tone: str = "good", action: ToastAction | None = None, seconds: int = 6, counts: bool = False) -> None:
        self.said.append(text)
        if action is not None:
            self.actions.append(action)
        if self.window is not None:
            self.window.toasts.show_toast(text, tone=tone, action=action, seconds=seconds, counts=counts)

    def go(self, view: str, **parameters: object) -> None:
        self.went.append((view, parameters))

    def set_badge(self, view: str, count: int) -> None:
        self.badges[view] = count
        if self.window is not None:
            self.window.set_badge(view, count)

    def show_outbox(self) -> None:
        self.went.append(("outbox", {}))

    def report(self, error: BaseException) -> None:
        self.errors.append(error)


@dataclass
class Room:
    """Everything of one approvals view."""

    files: AccountFiles
    pool: ComputePool
    clock: ManualClock
    changes: Changes
    service: ApprovalService
    actions: ActionService
    frame: Stage
    online: bool = True
    presenter: ApprovalsPresenter | None = None
    window: MainWindow | None = None
    closed: bool = False

    @classmethod
    async def open(cls, folder: Path) -> Room:
        files = await AccountFiles.open(folder, bytes(range(32)))
        clock, changes, pool = ManualClock(NOW), Changes(), ComputePool()
        actions = ActionService(
            outbox=files.outbox,
            settings=files.settings,
            changes=changes,
            clock=clock,
            timings=Timings(),
            account=StarId(7001),
            install="here",
            operator="林澜",
            wake=lambda _why: None,
            rng=random.Random(7),
        )

        async def brief_of(brief_id: BriefId) -> Brief | None:
            return BRIEF

        service = ApprovalService(
            orders=files.orders,
            campaigns=files.campaigns,
            outbox=files.outbox,
            reviews=files.review,
            media=files.media,
            actions=actions,
            reviewer=Reviewer(load(resources.text("compliance", "terms.csv"), resources.text("compliance", "context.json"))),
            compute=pool,
            changes=changes,
            clock=clock,
            brief_of=brief_of,
        )
        await files.campaigns.save(CAMPAIGN)
        await files.campaigns.save(LOOSE)
        return cls(files, pool, clock, changes, service, actions, Stage())

    async def add(
        self, number: int, text: str | None = None, *, video: bytes | None = None, here: bool = True, hours: float = 40, **changes: object
    ) -> OrderId:
        """A script (`text`) or video order that waits; uploaded `hours` ago, so due in 48 − hours."""
        kind = ResourceKind.SCRIPT if text is not None else ResourceKind.VIDEO
        before = changes.pop("before", None)
        audit = changes.pop("audit", AuditStatus.PASSED)
        findings = changes.pop("findings", ())
        order = Order(
            order_id=OrderId(number),
            demand_id=DemandId(number),
            platform_campaign_id=PlatformCampaignId(1),
            status=OrderStatus.SCRIPT_UPLOADED if kind is ResourceKind.SCRIPT else OrderStatus.VIDEO_UPLOADED,
            author_id=AuthorId(6_900_000_000_000_000 + number),
            author_name=NAMES[number % len(NAMES)],
            demand_name="白茶润手霜 年货节 #K7F2-1",
            product_name="白茶润手霜",
            created_at=NOW - timedelta(days=6),
            synced_at=NOW - timedelta(minutes=2),
            campaign_id=CAMPAIGN.campaign_id,
            task_cost=Fen(1_100_000),
        )
        order = replace(order, **changes)  # type: ignore[arg-type]
        if order.task_cost is not None:
            fee = order.task_cost.share(500)
            order = replace(order, platform_fee=fee, total=order.task_cost + fee, total_paid=order.task_cost + fee)
        await self.files.orders.save_orders([order])
        uploaded = NOW - timedelta(hours=hours)
        made: list[Resource] = []
        if isinstance(before, str):
            old = Resource(
                ResourceId(BASE + number * 10),
                OrderId(number),
                kind,
                1,
                ResourceStatus.REJECTED,
                AuditStatus.PASSED,
                uploaded - timedelta(days=2),
            )
            made.append(replace(old, content=before))
        digest = await self.files.media.put(video, suffix="mp4") if video is not None and here else None
        made.append(
            Resource(
                ResourceId(BASE + number * 10 + 1),
                OrderId(number),
                kind,
                2 if made else 1,
                ResourceStatus.UPLOADED,
                audit,  # type: ignore[arg-type]
                uploaded,
                content=text if here else None,
                content_hash=digest,
                duration_seconds=6.0 if video is not None else None,
                findings=findings,  # type: ignore[arg-type]
            )
        )
        await self.files.orders.save_resources(made)
        return order.order_id

    async def fill(self) -> None:
        """A day's work: scripts good and bad, videos here and not yet, deadlines of every kind."""
        content = AuditFinding(AuditSource.CONTENT, AuditStatus.PASSED, at=NOW - timedelta(hours=1))
        running = AuditFinding(AuditSource.AD_MATERIAL, AuditStatus.IN_REVIEW)
        refused = AuditFinding(AuditSource.CONTENT, AuditStatus.FAILED, "画面出现二维码", NOW - timedelta(hours=2))
        passed = AuditFinding(AuditSource.AD_MATERIAL, AuditStatus.PASSED, at=NOW - timedelta(minutes=40))
        await self.add(0, SECOND, before=FIRST, hours=44.8, findings=(content,))
        await self.add(1, video=clip("serum", 1), hours=46.2, task_cost=Fen(1_200_000), findings=(content, running))
        await self.add(2, CLEAN, hours=45.6, task_cost=Fen(860_000), findings=(content,))
        await self.add(3, CLEAN + "\n[0:26] 洗完手记得补一层。", hours=45.2, task_cost=Fen(1_500_000))
        await self.add(4, video=clip("coffee", 4), hours=45, task_cost=Fen(820_000), findings=(content, running))
        await self.add(5, video=clip("sneaker", 5), hours=44.9, task_cost=Fen(920_000), findings=(content, passed))
        await self.add(6, CLEAN + "\n[0:26] 最近每天都在用。", hours=44.7, task_cost=Fen(1_150_000))
        await self.add(7, FIRST, hours=44.5, task_cost=Fen(680_000), audit=AuditStatus.FAILED, findings=(refused,))
        await self.add(8, video=clip("earbuds", 8), hours=44.4, task_cost=Fen(780_000), findings=(content, passed))
        await self.add(9, video=b"x", here=False, hours=44, task_cost=Fen(1_360_000), audit=AuditStatus.IN_REVIEW)
        for number in range(10, 18):
            text = CLEAN + f"\n[0:26] 第{number}天，手背不起皮了。"
            far = number >= 15
            await self.add(
                number,
                text,
                hours=31 - number * 1.5,
                task_cost=None if number == 13 else Fen(500_000 + number * 31_000),
                campaign_id=LOOSE.campaign_id if far else CAMPAIGN.campaign_id,
            )

    def show(self, size: tuple[int, int] = (1440, 900)) -> ApprovalsPresenter:
        """Put the view into the real window with its commands."""
        context = ViewContext(frame=self.frame, changes=self.changes, clock=self.clock, real_clock=self.clock, server=ServerConfig())
        presenter = ApprovalsPresenter(context, approvals=self.service, online=lambda: self.online)
        window = MainWindow([shell_view("approvals", lambda: presenter.view)], ShellPorts(now=self.clock.now))
        window.registry.register(*presenter.commands())
        window.set_account(AccountInfo("花漾日化", "星图账户"))
        window.set_sync(SyncStatus("online", NOW - timedelta(minutes=2), waiting=3))
        self.frame.window = window
        self.presenter, self.window = presenter, window
        window.resize(*size)
        window.show_shell()
        window.show()
        presenter.start()
        return presenter

    async def close(self) -> None:
        """Everything, in order; safe to call twice."""
        if self.closed:
            return
        self.closed = True
        if self.presenter is not None:
            await self.presenter.close()
        if self.window is not None:
            self.window.finish_close()
            self.window.deleteLater()
        self.pool.shutdown()
        await self.files.close()


BRIEF = Brief(
    brief_id=BriefId("b"),
    title="白茶润手霜 年货节",
    industry=(1930, 193001),
    checklist=("开头 5 秒内说出场景", "说出“白茶香，不抢香水”", "涂抹动作 ≥ 1 次", "功效表述有依据"),
    must_say=("结尾引导购物车",),
)
NO_IM = Qt.WidgetAttribute.WA_InputMethodEnabled
