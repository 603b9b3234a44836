"""What creators hand in and what the platform says of it: script and video versions, ban reasons, reasons for wanting out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from xingtu_desktop.sandbox import media, texts
from xingtu_desktop.sandbox.ids import between
from xingtu_desktop.sandbox.plans import AD_AUDIT, SCRIPT
from xingtu_desktop.sandbox.records import Campaign, Order, Resource

if TYPE_CHECKING:
    from xingtu_desktop.sandbox.world import World

_CONTENT_REASONS = (
    "画面出现第三方平台水印或联系方式，请修改后重新提交",
    "口播含绝对化用语，违反《广告法》第九条，请修改后重新提交",
    "内容涉及未经证实的功效宣称，请补充依据或删除",
    "背景音乐未取得授权，请更换后重新提交",
    "画面存在低俗、不适内容，请修改后重新提交",
)
_AD_REASONS = (
    "素材落地页与视频内容不一致，广告素材审核不通过",
    "缺少行业资质，广告素材审核不通过",
    "视频含未标注的营销对比内容，广告素材审核不通过",
)
_CANCEL_REASONS = ("档期冲突，无法按期完成拍摄", "产品与个人内容定位不符", "身体原因暂停更新，申请取消", "样品未按时寄达，无法拍摄")


def ban_reason(world: World, order: Order, resource: Resource, source: int) -> str:
    """Why the platform failed a version."""
    reasons = _AD_REASONS if source == AD_AUDIT else _CONTENT_REASONS
    return reasons[between(0, len(reasons) - 1, world.seed, order.order_id, "ban", resource.kind, resource.version, source)]


def cancel_reason(world: World, order: Order) -> str:
    """Why the creator asks to be let go."""
    return _CANCEL_REASONS[between(0, len(_CANCEL_REASONS) - 1, world.seed, order.order_id, "why_cancel")]


def demand_of(world: World, order: Order) -> dict[str, object]:
    """The demand_info that the order was placed with."""
    campaign = world.ledger.get(Campaign, order.campaign_id)
    found: dict[str, object] = json.loads(campaign.demand_json) if campaign is not None else {}
    return found


def make(world: World, order: Order, kind: int, version: int, feedback: str, at: int) -> Resource:
    """The creator's next version of a script (2) or video (3), `feedback` being what the client said of the one before."""
    demand = demand_of(world, order)
    product = str(demand.get("product_name", ""))
    industry = demand.get("product_industry")
    script = texts.script_for(
        world.seed,
        order.order_id,
        product=product,
        brand=str(demand.get("brand_name", "")),
        information=str(demand.get("product_information", "")),
        industry=int(industry[0]) if isinstance(industry, list) and industry else 0,
        video_type=order.video_type,
        version=version,
        feedback=feedback,
    )
    resource_id = world.ledger.new_id("resource")
    if kind == SCRIPT:
        filename = f"{product}_脚本_v{version}.txt"
        return Resource(resource_id, order.order_id, kind, version, 1, 99, at, script.title, filename, script.content, "", "", 0, 0, 0, "")
    video, cover, seconds = media.video_path(resource_id), media.cover_path(resource_id), media.seconds_of(resource_id)
    filename = f"{product}_视频_v{version}.mp4"
    return Resource(resource_id, order.order_id, kind, version, 1, 99, at, script.title, filename, "", video, cover, seconds, 0, 2, "")
