"""Promises of the small stores: what was kept comes back, nothing known is lost, removals can be taken back."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.storage.making import KEY, at, creator, order, resource
from xingtu_desktop.core.errors import BugError, Conflict, InvalidInput, NoSuchThing
from xingtu_desktop.domain.account import Tokens
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.creator import CreatorDetail, DailyPlays, QuotePoint, VideoTier
from xingtu_desktop.domain.ids import AuthorId, BriefId, CampaignId, OrderId, PlatformCampaignId, ResourceId, SavedSearchId, ShortlistId
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.domain.order import Campaign, OrderBill, PendingBill
from xingtu_desktop.domain.report import Audience, Counts, DailyCounts, OrderReport, Share, WordCount
from xingtu_desktop.domain.review import ReviewNote
from xingtu_desktop.domain.shortlist import BASKET, SavedSearch, ShortlistMember
from xingtu_desktop.storage.account_files import AccountFiles
from xingtu_desktop.storage.creator_codec import decode, encode

# ------------------------------------------------------------------ orders


async def test_an_order_keeps_what_a_shorter_answer_leaves_out(files: AccountFiles) -> None:
    known = order(1, campaign_id=CampaignId("c"), product_name="面霜", refund=Fen(5))
    await files.orders.save_orders([known])
    short = order(1, OrderStatus.SCRIPT_CONFIRMED, synced_at=at(120), task_cost=None, total=None)
    await files.orders.save_orders([short])
    stored = await files.orders.order(OrderId(1))
    assert stored == replace(known, status=OrderStatus.SCRIPT_CONFIRMED, synced_at=at(120))


async def test_an_older_reading_never_overwrites_a_newer_one(files: AccountFiles) -> None:
    await files.orders.save_orders([order(1, OrderStatus.VIDEO_UPLOADED, synced_at=at(120))])
    change = await files.orders.save_orders([order(1, OrderStatus.SCRIPT_UPLOADED, synced_at=at(60))])
    assert change.ids == frozenset()
    stored = await files.orders.order(OrderId(1))
    assert stored is not None
    assert stored.status is OrderStatus.VIDEO_UPLOADED


async def test_orders_are_found_by_id_campaign_and_openness(files: AccountFiles) -> None:
    mine = CampaignId("c")
    rows = [order(1, campaign_id=mine), order(2, OrderStatus.FINISHED, campaign_id=mine), order(3)]
    await files.orders.save_orders(rows)
    assert {one.order_id for one in await files.orders.orders()} == {1, 2, 3}
    assert [one.order_id for one in await files.orders.orders(campaign_id=mine, open_only=True)] == [1]
    assert [one.order_id for one in await files.orders.orders(ids=[OrderId(3), OrderId(99)])] == [3]
    assert await files.orders.orders(ids=[]) == []
    assert await files.orders.order(OrderId(99)) is None


async def test_versions_are_numbered_by_creation_whatever_order_they_come_in(files: AccountFiles) -> None:
    await files.orders.save_resources([resource(12, 1, seconds=20), resource(20, 1, ResourceKind.VIDEO, seconds=5)])
    await files.orders.save_resources([resource(11, 1, seconds=10)])
    assert [(each.resource_id, each.version) for each in await files.orders.resources([OrderId(1)])] == [(11, 1), (12, 2), (20, 1)]


async def test_a_known_text_or_hash_is_never_lost(files: AccountFiles) -> None:
    await files.orders.save_resources([resource(11, 1, content="口播文案"), resource(20, 1, ResourceKind.VIDEO)])
    await files.orders.set_content(ResourceId(20), content=None, content_hash="cd" * 32)
    await files.orders.save_resources([resource(11, 1), resource(20, 1, ResourceKind.VIDEO)])
    script, video = await files.orders.resources([OrderId(1)])
    assert (script.content, script.content_hash) == ("口播文案", hashlib.sha256("口播文案".encode()).hexdigest())
    assert video.content_hash == "cd" * 32
    await files.orders.save_resources([resource(11, 1, content="改过的文案")])
    changed = (await files.orders.resources([OrderId(1)]))[0]
    assert changed.content_hash == hashlib.sha256("改过的文案".encode()).hexdigest()
    with pytest.raises(NoSuchThing):
        await files.orders.set_content(ResourceId(404), content=None, content_hash="00")


async def test_only_the_newest_version_of_the_awaited_kind_waits_for_review(files: AccountFiles) -> None:
    await files.orders.save_orders([order(1), order(2, OrderStatus.VIDEO_UPLOADED), order(3, OrderStatus.SCRIPT_REJECTED), order(4)])
    await files.orders.save_resources(
        [
            resource(11, 1, seconds=1),
            resource(12, 1, seconds=2, content="新稿"),
            resource(21, 2, seconds=1),
            resource(22, 2, ResourceKind.VIDEO, seconds=3),
            resource(31, 3),
        ]
    )
    assert [(one.order_id, version.resource_id) for one, version in await files.orders.awaiting_review()] == [(1, 12), (2, 22)]
    assert [version.resource_id for version in await files.orders.unhashed_resources(10)] == [22]
    await files.orders.set_content(ResourceId(22), content=None, content_hash="ab" * 32)
    assert await files.orders.unhashed_resources(10) == []


async def test_the_balance_is_that_of_the_bill_told_last(files: AccountFiles) -> None:
    assert await files.orders.balance() is None
    line = OrderBill(OrderId(1), Fen(100), Fen(5), Fen(105), Fen(105))
    for seconds, balance in ((10, 500), (30, 300), (20, 400)):
        bill = PendingBill(Fen(balance), Fen(105), Fen(100), Fen(5), (line,))
        await files.orders.save_bill(PlatformCampaignId(seconds % 20), bill, at(seconds))
    assert await files.orders.balance() == (Fen(300), at(30))
    kept = await files.orders.bill(PlatformCampaignId(0))
    assert kept is not None
    assert kept[0].orders == (line,)


# ------------------------------------------------------------------ creators


async def test_a_creator_comes_back_as_the_feed_told_it(files: AccountFiles) -> None:
    bare = creator(2, None, bio="", gender=None, weekly_plays=(), last_active=None, mcn=None, quotes=creator(1, None).quotes)
    odd = creator(3, audience=replace(creator(3).audience, devices=()), nickname='a\tb\n"c"')
    told = [creator(1), bare, odd]
    reached, change = await files.creators.apply_page(FeedPage(tuple(told), (), "c1", False, 3, 0), "feed")
    assert (reached, await files.creators.sequence(), await files.creators.count()) == (3, 3, 3)
    assert change.ids == {one.author_id for one in told}
    wanted = [told[2].author_id, AuthorId(404), told[0].author_id, told[1].author_id]
    assert await files.creators.by_ids(wanted) == [told[2], told[0], told[1]]
    assert await files.creators.cursor("feed") == "c1"
    await files.creators.clear_cursor("feed")
    assert await files.creators.cursor("feed") is None


async def test_changes_come_in_order_with_deletes_and_an_unchanged_row_is_no_change(files: AccountFiles) -> None:
    first = tuple(creator(number) for number in range(1, 6))
    reached, _ = await files.creators.apply_page(FeedPage(first, (), "c1", True, 5, 0), "feed")
    changed = creator(2, 90_000, seconds=10)
    await files.creators.apply_page(FeedPage((*first[:1], changed), (first[4].author_id, AuthorId(404)), "c2", False, 5, 0), "feed")
    upserts, deletes, newest = await files.creators.changes_since(reached, 100)
    assert (upserts, deletes, newest) == ([changed], [first[4].author_id], await files.creators.sequence())
    assert await files.creators.count() == 4
    step, _, middle = await files.creators.changes_since(0, 2)
    assert [one.author_id for one in step] == [first[0].author_id, first[2].author_id]
    rest, gone, end = await files.creators.changes_since(middle, 100)
    assert (len(rest), gone, end) == (2, [first[4].author_id], newest)
    assert await files.creators.changes_since(newest, 10) == ([], [], newest)
    await files.creators.apply_page(FeedPage((first[4],), (), "c3", False, 5, 0), "feed")
    assert (await files.creators.changes_since(newest, 10))[0] == [first[4]]


async def test_every_creator_is_walked_once_in_chunks(files: AccountFiles) -> None:
    told = tuple(creator(number) for number in range(25))
    await files.creators.apply_page(FeedPage(told, (told[3].author_id,), "c", False, 25, 0), "feed")
    chunks = [chunk async for chunk in files.creators.iter_all(10)]
    assert [len(chunk) for chunk in chunks] == [10, 10, 4]
    assert [one.author_id for chunk in chunks for one in chunk] == [one.author_id for one in told if one is not told[3]]


async def test_a_price_is_written_down_only_when_it_changed(files: AccountFiles) -> None:
    for seconds, quote in ((0, 100), (10, 100), (20, 120), (30, None), (40, 120)):
        await files.creators.apply_page(FeedPage((creator(1, quote, seconds),), (), "c", False, 1, 0), "feed")
    asked = [
        (point.seen_at, point.amount) for point in await files.creators.quotes(creator(1).author_id) if point.tier is VideoTier.UP_TO_20
    ]
    assert asked == [(at(0), Fen(100)), (at(20), Fen(120)), (at(40), Fen(120))]


async def test_a_detail_adds_its_prices_to_the_ledger_and_loses_none(files: AccountFiles) -> None:
    known = creator(1)
    assert await files.creators.detail(known.author_id) is None
    await files.creators.apply_page(FeedPage((known,), (), "c", False, 1, 0), "feed")
    paid = QuotePoint(at(-500), VideoTier.OVER_60, Fen(7), paid=True, source="own")
    plays = (DailyPlays(at(0).date(), 5),)
    await files.creators.save_detail(CreatorDetail(known.author_id, quotes=(paid,), daily_plays=plays))
    await files.creators.save_detail(CreatorDetail(known.author_id, daily_plays=plays))
    detail = await files.creators.detail(known.author_id)
    assert detail is not None
    assert (detail.quotes[0], len(detail.quotes), detail.daily_plays) == (paid, 3, plays)


def test_a_creator_row_keeps_odd_keys_apart() -> None:
    from xingtu_desktop.domain.creator import Share as Part

    shares = (Part("", 0.5), Part("a b", 0.25), Part("", 0.125))
    told = creator(1, audience=replace(creator(1).audience, groups=shares, devices=(Part("", 1.0),)))
    assert decode(told.author_id, encode(told)) == told


# ------------------------------------------------------------------ reports


def report(seconds: float, plays: int, *, days: bool = False) -> OrderReport:
    day = DailyCounts(at(0).date(), Counts(plays=plays))
    return OrderReport(
        OrderId(1), at(seconds), Counts(plays=plays, gmv=Fen(5)), days=(day,) if days else (), words=(WordCount("好用", 3),) if days else ()
    )


async def test_every_pull_is_kept_and_one_that_says_the_same_is_not_kept_twice(files: AccountFiles) -> None:
    for seconds, plays in ((0, 10), (60, 10), (120, 20), (180, 10)):
        await files.reports.save([report(seconds, plays)])
    assert [(each.pulled_at, each.total.plays) for each in await files.reports.history(OrderId(1))] == [
        (at(0), 10),
        (at(120), 20),
        (at(180), 10),
    ]
    assert (await files.reports.save([report(240, 10)])).ids == frozenset()
    assert await files.reports.latest([OrderId(1), OrderId(2)]) == [report(240, 10)]


async def test_a_pull_of_totals_takes_no_days_away(files: AccountFiles) -> None:
    await files.reports.save([report(0, 10, days=True)])
    await files.reports.save([report(60, 20)])
    (latest,) = await files.reports.latest([OrderId(1)])
    assert (latest.pulled_at, latest.total.plays, latest.days, latest.words) == (
        at(60),
        20,
        report(0, 10, days=True).days,
        (WordCount("好用", 3),),
    )


async def test_audiences_are_kept_like_reports(files: AccountFiles) -> None:
    told = Audience(OrderId(1), at(0), gender=(Share("女", 70),))
    await files.reports.save_audience([told])
    await files.reports.save_audience([replace(told, pulled_at=at(60))])
    assert await files.reports.audiences([OrderId(2), OrderId(1)]) == [replace(told, pulled_at=at(60))]


# ------------------------------------------------------------------ campaigns, review, settings, tokens


async def test_an_attached_platform_campaign_survives_a_save_that_does_not_name_it(files: AccountFiles) -> None:
    campaign = Campaign(CampaignId("c"), "双11", at(0), budget=Fen(1))
    await files.campaigns.attach(campaign.campaign_id, PlatformCampaignId(8))
    await files.campaigns.save(replace(campaign, platform_campaign_ids=(PlatformCampaignId(9),)))
    await files.campaigns.save(replace(campaign, name="双12", budget=None))
    assert await files.campaigns.all() == [
        replace(campaign, name="双12", budget=None, platform_campaign_ids=(PlatformCampaignId(8), PlatformCampaignId(9)))
    ]


async def test_what_was_seen_noted_put_off_and_flagged_comes_back(files: AccountFiles) -> None:
    review, one = files.review, ResourceId(1)
    await review.mark_seen(one, "aa", at(0))
    await review.mark_seen(one, "bb", at(1))
    assert await review.seen([one, ResourceId(2)]) == {one: ("bb", at(1))}
    notes = [ReviewNote(f"n{number}", OrderId(1), one, ResourceKind.SCRIPT, "慢一点", at(number), start=1.5) for number in (2, 1)]
    for note in notes:
        await review.add_note(note)
    assert await review.notes(OrderId(1)) == notes[::-1]
    await review.remove_note("n1")
    assert await review.notes(OrderId(1)) == notes[:1]
    await review.set_snooze(one, at(9))
    await review.set_flag(one, "legal")
    assert (await review.snoozed(), await review.flags()) == ({one: at(9)}, {one: "legal"})
    await review.set_snooze(one, None)
    await review.set_flag(one, None)
    assert (await review.snoozed(), await review.flags()) == ({}, {})


async def test_settings_and_tokens_come_back_and_go(files: AccountFiles) -> None:
    await files.settings.put("a", "1")
    await files.settings.put("a", "2")
    assert (await files.settings.get("a"), await files.settings.get("b")) == ("2", None)
    await files.settings.put("a", None)
    assert await files.settings.all() == {}
    pair = Tokens("access", at(0), "refresh", at(0) + timedelta(days=30), 3)
    await files.tokens.save(pair)
    assert await files.tokens.load() == pair
    await files.tokens.save(None)
    assert await files.tokens.load() is None


# ------------------------------------------------------------------ lists, searches, briefs


async def test_a_list_keeps_who_was_added_and_a_removal_can_be_taken_back(files: AccountFiles) -> None:
    lists, name = files.shortlists, ShortlistId("s")
    with pytest.raises(NoSuchThing):
        await lists.put(name, [ShortlistMember(AuthorId(1), at(0))], at(0))
    await lists.save(name, "护肤", at(0))
    members = [ShortlistMember(AuthorId(number), at(number), "备注") for number in (1, 2, 3)]
    new, _ = await lists.put(name, members, at(5))
    assert new == [1, 2, 3]
    assert (await lists.put(name, [replace(members[0], note="改", added_at=at(99))], at(6)))[0] == []
    gone, _ = await lists.remove(name, [AuthorId(1), AuthorId(3), AuthorId(9)], at(7))
    assert gone == (replace(members[0], note="改"), members[2])
    await lists.put(name, gone, at(8))
    assert await lists.members(name) == [replace(members[0], note="改"), *members[1:]]
    before = await lists.all()
    contents, _ = await lists.delete(name)
    assert await lists.all() == []
    assert await lists.members(name) == []
    await lists.restore(contents)
    assert await lists.all() == before
    assert await lists.lists_of(AuthorId(2)) == [name]


async def test_the_basket_is_there_when_it_is_needed_and_cannot_be_deleted(files: AccountFiles) -> None:
    await files.shortlists.save(ShortlistId("a"), "A", at(0))
    await files.shortlists.put(BASKET, [ShortlistMember(AuthorId(1), at(0))], at(0))
    await files.shortlists.put(BASKET, [ShortlistMember(AuthorId(2), at(1))], at(1))
    assert [(one.shortlist_id, one.count) for one in await files.shortlists.all()] == [(BASKET, 2), ("a", 0)]
    with pytest.raises(BugError):
        await files.shortlists.delete(BASKET)


async def test_a_saved_search_is_replaced_by_id_and_removed(files: AccountFiles) -> None:
    search = SavedSearch(SavedSearchId("q"), "护肤 CPM", '{"text":"护肤"}', at(0), at(0))
    await files.saved_searches.save(search)
    await files.saved_searches.save(replace(search, name="改名", updated_at=at(9)))
    assert await files.saved_searches.all() == [replace(search, name="改名", updated_at=at(9))]
    await files.saved_searches.remove(search.saved_search_id)
    assert await files.saved_searches.all() == []


async def write(files: AccountFiles, seconds: float, document: str, *, author: str = "林", name: str | None = None) -> int:
    record, _ = await files.briefs.save(BriefId("b"), title="双11", document=document, author=author, at=at(seconds), name=name)
    return record.revision


async def test_automatic_saves_of_a_minute_are_one_version_and_named_ones_stand_alone(files: AccountFiles) -> None:
    for seconds, document in ((0, "a"), (30, "b"), (59, "c"), (60, "d")):
        await write(files, seconds, document)
    await write(files, 61, "e", name="给客户")
    await write(files, 62, "f")
    await write(files, 63, "g", author="王")
    texts = await files.briefs.version_texts(BriefId("b"), [1, 2, 3, 4, 5])
    assert [(each.document, each.version.name, each.version.author) for each in texts] == [
        ("c", None, "林"), ("d", None, "林"), ("e", "给客户", "林"), ("f", None, "林"), ("g", None, "王"),
    ]  # fmt: skip
    assert [version.number for version in await files.briefs.versions(BriefId("b"))] == [5, 4, 3, 2, 1]
    assert (await files.briefs.get(BriefId("b"))).revision == 7


async def test_restoring_makes_a_new_version_and_loses_nothing(files: AccountFiles) -> None:
    await write(files, 0, "old")
    await write(files, 100, "new")
    record, _ = await files.briefs.restore(BriefId("b"), 1, author="林", at=at(101))
    assert (record.document, record.revision) == ("old", 3)
    await write(files, 102, "after")
    assert [each.document for each in await files.briefs.version_texts(BriefId("b"), [1, 2, 3, 4])] == ["old", "new", "old", "after"]
    with pytest.raises(NoSuchThing):
        await files.briefs.restore(BriefId("b"), 99, author="林", at=at(103))


async def test_a_save_over_someone_elses_save_is_a_conflict(files: AccountFiles) -> None:
    await files.briefs.save(BriefId("b"), title="t", document="a", author="林", at=at(0), expected_revision=0)
    await files.briefs.save(BriefId("b"), title="t", document="b", author="王", at=at(1), expected_revision=1)
    with pytest.raises(Conflict) as conflict:
        await files.briefs.save(BriefId("b"), title="t", document="c", author="林", at=at(2), expected_revision=1)
    assert (conflict.value.expected, conflict.value.actual) == (1, 2)
    assert (await files.briefs.get(BriefId("b"))).document == "b"


async def test_a_brief_is_linked_named_archived(files: AccountFiles) -> None:
    await write(files, 0, "a")
    await files.briefs.set_campaign(BriefId("b"), CampaignId("c"))
    await files.briefs.name_version(BriefId("b"), 1, "初稿")
    assert (await files.briefs.versions(BriefId("b")))[0].name == "初稿"
    await files.briefs.set_archived(BriefId("b"), True)
    assert await files.briefs.all() == []
    assert [one.campaign_id for one in await files.briefs.all(archived=True)] == ["c"]
    with pytest.raises(NoSuchThing):
        await files.briefs.set_archived(BriefId("nobody"), True)


# ------------------------------------------------------------------ media


async def test_media_stays_within_its_cap_and_the_longest_unused_goes_first(tmp_path: Path) -> None:
    files = await AccountFiles.open(tmp_path, KEY, media_cap_bytes=3000)
    a, b, c = [await files.media.put(bytes([number]) * 1000, suffix=".mp4") for number in range(3)]
    assert await files.media.get(a) == bytes(1000)
    d = await files.media.put(b"d" * 900, suffix=".mp4")
    assert await files.media.has([a, b, c, d]) == {a, c, d}
    assert await files.media.get(b) is None
    assert await files.media.put(b"d" * 900, suffix=".mp4") == d
    assert await files.media.bytes_kept() == 2900
    with pytest.raises(InvalidInput):
        await files.media.put(b"x" * 3001, suffix=".mp4")
    await files.close()
    assert b"d" * 32 not in (tmp_path / "media" / "media.db").read_bytes()
