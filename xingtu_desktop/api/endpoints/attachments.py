"""The path that uploads a file for a demand (wire.md A8)."""

from __future__ import annotations

from xingtu_desktop.api.exchange import Part
from xingtu_desktop.api.gateway import Gateway
from xingtu_desktop.api.wire import Node
from xingtu_desktop.domain.ids import StarId

UPLOAD = "/open_api/2/star/attachment/upload/"


async def upload(gateway: Gateway, star_id: StarId, name: str, data: bytes) -> bool:
    """Whether the platform took the file; it is referred to by its name afterwards."""
    answer = await gateway.upload(UPLOAD, {"file_name": name, "star_id": star_id}, [("file", Part(name, data))])
    return Node.of("data", answer.data).maybe_flag("result") is True
