"""The states of an order and of a script or video, and which action each state allows (wire.md A8, A12)."""

from __future__ import annotations

from enum import IntEnum, StrEnum


class OrderStatus(IntEnum):
    """The platform's order codes; an unpaid order has none in lists and reads 0 in order/detail (wire.md C0)."""

    WAITING_FOR_CREATOR = -1
    UNPAID = 0
    ACCEPTED = 1
    CLOSED = 2
    FINISHED = 3
    CANCELLED = 4
    BALANCE_DUE = 10
    SCRIPT_UPLOADED = 41
    SCRIPT_REJECTED = 42
    SCRIPT_CONFIRMED = 43
    SCRIPT_SKIPPED = 44
    VIDEO_UPLOADED = 51
    VIDEO_REJECTED = 52
    VIDEO_CONFIRMED = 53
    PUBLISHED = 54

    @property
    def ended(self) -> bool:
        return self in (OrderStatus.CLOSED, OrderStatus.FINISHED, OrderStatus.CANCELLED)


class ResourceKind(IntEnum):
    """`resource_type` of approve and reject."""

    SCRIPT = 2
    VIDEO = 3


class ResourceStatus(IntEnum):
    """What the client said of a version."""

    UPLOADED = 1
    REJECTED = 2
    CONFIRMED = 3
    SUPERSEDED = 4
    DELETED = 5


class AuditStatus(IntEnum):
    """What the platform's own audit says of a version."""

    FAILED = 0
    PASSED = 1
    DELETED_BY_AUTHOR = 3
    SKIPPED = 4
    IN_REVIEW = 99


class AuditSource(IntEnum):
    CONTENT = 1
    """抖音内容审核."""
    AD_MATERIAL = 7
    """广告素材审核."""


class AdSyncDecision(IntEnum):
    """`ad_sync_decision`: what a confirmation means while audits are open; always shown in words."""

    ALL_AUDITS_MUST_PASS = 0
    GIVE_UP_ADS = 1
    WHILE_AD_AUDIT_RUNS = 2


class CancelReason(IntEnum):
    OTHER = 0
    WRONG_INFORMATION = 1
    PLAN_CHANGED = 2
    AGREED_BY_BOTH = 3
    NO_SLOT = 4
    UNCOOPERATIVE = 5
    NOT_AS_REQUIRED = 6


class OrderAction(StrEnum):
    """What a client can do to one order."""

    PAY = "pay"
    APPROVE = "approve"
    REJECT = "reject"
    PUBLISH = "publish"
    PAY_TAIL = "pay_tail"
    FINISH = "finish"
    CANCEL = "cancel"


_S = OrderStatus
_ACTIONS: dict[OrderStatus, frozenset[OrderAction]] = {
    _S.UNPAID: frozenset({OrderAction.PAY, OrderAction.CANCEL}),
    _S.WAITING_FOR_CREATOR: frozenset({OrderAction.CANCEL}),
    _S.ACCEPTED: frozenset({OrderAction.CANCEL}),
    _S.SCRIPT_UPLOADED: frozenset({OrderAction.APPROVE, OrderAction.REJECT, OrderAction.CANCEL}),
    _S.SCRIPT_REJECTED: frozenset({OrderAction.CANCEL}),
    _S.SCRIPT_CONFIRMED: frozenset({OrderAction.CANCEL}),
    _S.SCRIPT_SKIPPED: frozenset({OrderAction.CANCEL}),
    _S.VIDEO_UPLOADED: frozenset({OrderAction.APPROVE, OrderAction.REJECT, OrderAction.CANCEL}),
    _S.VIDEO_REJECTED: frozenset({OrderAction.CANCEL}),
    _S.VIDEO_CONFIRMED: frozenset({OrderAction.PUBLISH, OrderAction.CANCEL}),
    _S.BALANCE_DUE: frozenset({OrderAction.PAY_TAIL, OrderAction.CANCEL}),
    _S.PUBLISHED: frozenset({OrderAction.FINISH}),
}


def allowed_actions(status: OrderStatus) -> frozenset[OrderAction]:
    """The client's actions in `status`; none once an order has ended."""
    return _ACTIONS.get(status, frozenset())


def awaited_resource(status: OrderStatus) -> ResourceKind | None:
    """Which kind of version waits for the client's word in `status`."""
    return {_S.SCRIPT_UPLOADED: ResourceKind.SCRIPT, _S.VIDEO_UPLOADED: ResourceKind.VIDEO}.get(status)


_STAGE = {
    _S.UNPAID: 0,
    _S.WAITING_FOR_CREATOR: 1,
    _S.ACCEPTED: 2,
    _S.SCRIPT_UPLOADED: 3,
    _S.SCRIPT_REJECTED: 3,
    _S.SCRIPT_CONFIRMED: 4,
    _S.SCRIPT_SKIPPED: 4,
    _S.VIDEO_UPLOADED: 5,
    _S.VIDEO_REJECTED: 5,
    _S.VIDEO_CONFIRMED: 6,
    _S.BALANCE_DUE: 7,
    _S.PUBLISHED: 8,
    _S.FINISHED: 9,
    _S.CANCELLED: 10,
    _S.CLOSED: 10,
}


def stage(status: OrderStatus) -> int:
    """How far an order is, 0 unpaid … 9 finished, 10 ended early; for sorting and for 'has it already happened'."""
    return _STAGE[status]
