"""Identifier types, so that an order can never stand where a creator is meant.

All platform ids are int64 (wire.md A1); ours are UUID4 text.
"""

from __future__ import annotations

from typing import NewType

StarId = NewType("StarId", int)
"""A Xingtu account (星图账户), never a creator."""
AuthorId = NewType("AuthorId", int)
"""A creator (达人), the platform's Star id of the author."""
PlatformCampaignId = NewType("PlatformCampaignId", int)
"""What one `create_assign` request makes on the platform; one local campaign owns many."""
DemandId = NewType("DemandId", int)
OrderId = NewType("OrderId", int)
ResourceId = NewType("ResourceId", int)
ItemId = NewType("ItemId", int)
"""A published video."""
ProjectId = NewType("ProjectId", int)

CampaignId = NewType("CampaignId", str)
"""A campaign (项目) of ours, local to this computer."""
BriefId = NewType("BriefId", str)
IntentId = NewType("IntentId", str)
BatchId = NewType("BatchId", str)
ShortlistId = NewType("ShortlistId", str)
SavedSearchId = NewType("SavedSearchId", str)
