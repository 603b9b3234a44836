"""The stores are the ports: every method that services/ports.py promises is there, with the same parameters."""

from __future__ import annotations

import inspect

import pytest

from xingtu_desktop.services import ports
from xingtu_desktop.storage.repositories import briefs, campaigns, creators, media, orders, outbox, reports, review, settings, shortlists

STORES = {
    ports.OutboxStore: outbox.SqlOutboxStore,
    ports.OrderStore: orders.SqlOrderStore,
    ports.CampaignStore: campaigns.SqlCampaignStore,
    ports.ReportStore: reports.SqlReportStore,
    ports.CreatorStore: creators.SqlCreatorStore,
    ports.ReviewStore: review.SqlReviewStore,
    ports.SettingsStore: settings.SqlSettingsStore,
    ports.TokenStore: settings.SqlTokenStore,
    ports.MediaStore: media.SqlMediaStore,
    ports.ShortlistStore: shortlists.SqlShortlistStore,
    ports.SavedSearchStore: shortlists.SqlSavedSearchStore,
    ports.BriefStore: briefs.SqlBriefStore,
}


@pytest.mark.parametrize(("port", "store"), STORES.items(), ids=lambda kind: kind.__name__)
def test_a_store_has_every_method_of_its_port(port: type, store: type) -> None:
    promised = {name: method for name, method in vars(port).items() if inspect.isfunction(method) and not name.startswith("_")}
    assert promised
    for name, method in promised.items():
        wanted = [(each.name, each.kind, each.default) for each in inspect.signature(method).parameters.values()]
        given = [(each.name, each.kind, each.default) for each in inspect.signature(getattr(store, name)).parameters.values()]
        assert given == wanted, f"{store.__name__}.{name}"
