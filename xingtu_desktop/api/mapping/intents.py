"""Maps what the operator decided to the body of the one request that says it (wire.md A8)."""

from __future__ import annotations

from dataclasses import dataclass

from xingtu_desktop.api.mapping import units
from xingtu_desktop.core.errors import BugError
from xingtu_desktop.domain.demand import DemandInfo
from xingtu_desktop.domain.ids import StarId
from xingtu_desktop.domain.intent import (
    ApproveResource,
    CancelOrder,
    CreateAssign,
    FinishOrder,
    PayCampaign,
    PayTail,
    PublishResource,
    RejectResource,
    ReplyCancel,
)

CREATE_ASSIGN = "/open_api/2/star/demand/create_assign/"
PAY = "/open_api/2/star/bill/pay/"
APPROVE = "/open_api/2/star/order/approve_resource/"
REJECT = "/open_api/2/star/order/reject_resource/"
PUBLISH = "/open_api/2/star/order/publish_resource/"
FINISH = "/open_api/2/star/order/finish/"
CANCEL = "/open_api/2/star/order/demander_cancel/"
REPLY_CANCEL = "/open_api/2/star/order/reply_author_cancel/"

_ACCEPT, _REFUSE = 1, 2


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A POST: the path and the body that is spelled by `gateway.body_bytes`."""

    path: str
    body: dict[str, object]


def outgoing(star_id: StarId, payload: object) -> Outgoing:
    """The request that `payload` stands for.

    A PayCampaign whose campaign is still to be created names the intent that creates it, so that its stamp can be taken before; such a
    request is never sent, since the outbox fills the campaign in first.
    """
    match payload:
        case ApproveResource(order_id, resource_id, kind, decision):
            ids: dict[str, object] = {"order_id": order_id, "resource_id": resource_id, "resource_type": int(kind)}
            return Outgoing(APPROVE, {"star_id": star_id, **ids, "ad_sync_decision": int(decision)})
        case RejectResource(order_id, resource_id, kind, feedback):
            ids = {"order_id": order_id, "resource_id": resource_id, "resource_type": int(kind)}
            return Outgoing(REJECT, {"star_id": star_id, **ids, "feedback_content": feedback})
        case PublishResource(order_id):
            return Outgoing(PUBLISH, {"star_id": star_id, "order_id": order_id})
        case FinishOrder(order_id):
            return Outgoing(FINISH, {"star_id": star_id, "order_id": order_id})
        case CancelOrder(order_id, reason_type, reason):
            body: dict[str, object] = {"star_id": star_id, "order_id": order_id, "reason_type": int(reason_type)}
            return Outgoing(CANCEL, body | ({"reason": reason} if reason else {}))
        case ReplyCancel(order_id, accept, reject_reason):
            body = {"star_id": star_id, "order_id": order_id, "accept": _ACCEPT if accept else _REFUSE}
            return Outgoing(REPLY_CANCEL, body | ({"reject_reason": reject_reason} if reject_reason and not accept else {}))
        case PayTail(order_id, _):
            return Outgoing(PAY, {"star_id": star_id, "order_id": order_id})
        case PayCampaign(platform_campaign_id=campaign_id, created_by=created_by):
            if campaign_id is None:
                return Outgoing(PAY, {"star_id": star_id, "campaign_of_intent": str(created_by)})
            return Outgoing(PAY, {"star_id": star_id, "campaign_id": campaign_id})
        case CreateAssign():
            return Outgoing(CREATE_ASSIGN, _create_assign(star_id, payload))
    raise BugError(f"no request says {type(payload).__name__}")


def _create_assign(star_id: StarId, payload: CreateAssign) -> dict[str, object]:
    authors = [{"author_id": line.author_id, "video_type": int(line.tier), "cnt": line.count} for line in payload.lines]
    return {
        "star_id": star_id,
        "demand_info": _demand(payload.demand),
        "order_item_info": {"order_type": int(payload.payment), "author_list": authors},
    }


def _demand(demand: DemandInfo) -> dict[str, object]:
    requirement = {
        "other_demand": demand.other_demand,
        "music": demand.music_demand,
        "prop_demand": demand.prop_demand,
        "scene_demand": demand.scene_demand,
        "script_demand": demand.script_demand,
        "special_topic": demand.special_topic,
    }
    components: dict[str, object] = {}
    if demand.link_component_id is not None:
        components["link_component_ids"] = [demand.link_component_id]
    if demand.cart:
        components["ecom_cart"] = [{"title": item.title, "product_link": item.product_link} for item in demand.cart]
    body: dict[str, object] = {
        "demand_name": demand.demand_name,
        "brand_name": demand.brand_name,
        "product_name": demand.product_name,
        "product_information": demand.product_information,
        # Two integer ids that the contract wants as texts (wire.md C0).
        "product_industry": [str(industry) for industry in demand.product_industry],
        "contact_name": demand.contact_name,
        "contact_phone": demand.contact_phone,
        "expect_remain_time": demand.retention_days,
        "expiration_time": units.to_seconds(demand.publish_from),
        "expiration_time_end": units.to_seconds(demand.publish_until),
        "demand_requirement": {"detail_demand": demand.detail_demand, **{name: text for name, text in requirement.items() if text}},
    }
    if demand.accept_expiration_days is not None:
        body["accept_expiration_day"] = demand.accept_expiration_days
    if demand.skip_script:
        body["ignore_script"] = 1
    if demand.project_id is not None:
        body["project_id"] = demand.project_id
    if demand.product_link:
        body["product_link"] = demand.product_link
    if demand.attachments:
        body["attachments"] = list(demand.attachments)
    if components:
        body["component_info"] = components
    return body
