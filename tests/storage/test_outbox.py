"""Promises of the outbox on disk: nothing twice, nothing early, nothing without its journal link."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.storage.making import ACCOUNT, CANARY, INSTALL, KEY, at, intent
from xingtu_desktop.core.errors import BugError, Conflict, NoSuchThing
from xingtu_desktop.domain.ids import IntentId, StarId
from xingtu_desktop.domain.intent import CAPABILITY, Intent, IntentKind, IntentState
from xingtu_desktop.storage.account_files import AccountFiles
from xingtu_desktop.storage.cipher import Keyed, Worth, connect
from xingtu_desktop.storage.repositories.outbox import DEPENDENCY_FAILED, SqlOutboxStore

S = IntentState


@pytest.fixture
def outbox(files: AccountFiles) -> SqlOutboxStore:
    return files.outbox


async def claim(outbox: SqlOutboxStore, seconds: float = 60, *, busy: frozenset[str] = frozenset()) -> str | None:
    claimed = await outbox.claim(at(seconds), account=ACCOUNT, install=INSTALL, busy_lanes=busy)
    return None if claimed is None else claimed.intent_id


async def walk(outbox: SqlOutboxStore, name: str, *states: IntentState, seconds: float = 60) -> Intent:
    """Move a row along, whatever its state."""
    row = await outbox.get(IntentId(name))
    for state in states:
        row = await outbox.move(row.intent_id, state, expected=frozenset({row.state}), now=at(seconds), event=state.value)
    return row


async def test_a_row_comes_back_as_it_was_added(outbox: SqlOutboxStore) -> None:
    added = [
        intent(f"i{number}", number, kind) for number, kind in enumerate([IntentKind.APPROVE, IntentKind.REJECT, IntentKind.PAY_CAMPAIGN])
    ]
    change = await outbox.add(added)
    assert change.ids == {"i0", "i1", "i2"}
    assert await outbox.open_intents() == added
    assert await outbox.get(IntentId("i1")) == added[1]
    with pytest.raises(NoSuchThing):
        await outbox.get(IntentId("nobody"))


async def test_nothing_is_claimed_before_its_undo_deadline(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("i", undo_seconds=10)])
    assert await claim(outbox, 9.999) is None
    assert await claim(outbox, 10) == "i"
    assert await claim(outbox, 11) is None


@pytest.mark.parametrize(
    ("kept_back", "opens_at"),
    [
        ({"hold_until": at(100)}, 100),
        ({"not_before": at(50)}, 50),
        ({"held": True}, None),
        ({"account": 1}, None),
        ({"install": "clone"}, None),
    ],
)
async def test_what_is_kept_back_is_not_claimed(outbox: SqlOutboxStore, kept_back: dict[str, object], opens_at: float | None) -> None:
    await outbox.add([intent("i", **kept_back)])  # type: ignore[arg-type]
    if opens_at is None:
        assert await claim(outbox, 1e6) is None
    else:
        assert await claim(outbox, opens_at - 0.001) is None
        assert await claim(outbox, opens_at) == "i"


async def test_a_lane_sends_one_after_another_in_the_order_of_adding(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("first", 1), intent("second", 1, IntentKind.PUBLISH), intent("other", 2)])
    assert await claim(outbox) == "first"
    assert await claim(outbox) == "other"
    for state in (S.SENDING, S.UNKNOWN, S.NEEDS_HUMAN):
        await walk(outbox, "first", state)
        assert await claim(outbox) is None, state
    await walk(outbox, "first", S.DONE)
    assert await claim(outbox) == "second"


async def test_a_row_that_waits_lets_no_later_one_of_its_lane_pass(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("first", 1, held=True), intent("second", 1, IntentKind.PUBLISH)])
    assert await claim(outbox) is None


async def test_a_busy_lane_is_passed_over(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("a", 1), intent("b", 2)])
    assert await claim(outbox, busy=frozenset({"order:1"})) == "b"


async def test_stop_all_stops_with_one_commit_and_survives_a_restart(tmp_path: Path) -> None:
    files = await AccountFiles.open(tmp_path, KEY)
    await files.outbox.add([intent("i")])
    await files.outbox.stop_all(True, at(1))
    assert await files.outbox.stopped()
    await files.close()
    files = await AccountFiles.open(tmp_path, KEY)
    assert await claim(files.outbox) is None
    await files.outbox.stop_all(False, at(2))
    assert not await files.outbox.stopped()
    assert await claim(files.outbox) == "i"
    assert [link.event for link in await files.outbox.journal()] == ["added_queued", "stopped", "resumed", "claimed"]
    await files.close()


async def test_a_second_open_intent_for_an_order_and_action_is_refused_with_its_batch(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("first", 1)])
    with pytest.raises(Conflict) as conflict:
        await outbox.add([intent("innocent", 2), intent("second", 1)])
    assert (conflict.value.what, conflict.value.actual) == ("open_intent", "first")
    assert [row.intent_id for row in await outbox.open_intents()] == ["first"]
    assert len(await outbox.journal()) == 1
    with pytest.raises(Conflict):
        await outbox.add([intent("a", 5), intent("b", 5)])
    await walk(outbox, "first", S.REFUSED)
    await outbox.add([intent("second", 1)])
    # Another action on the same order is another intent.
    await outbox.add([intent("reject", 1, IntentKind.REJECT)])


async def test_a_draft_that_would_be_the_second_open_one_cannot_be_queued(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("draft", 1, state=S.DRAFT), intent("open", 1)])
    assert [row.intent_id for row in await outbox.open_intents()] == ["open"]
    with pytest.raises(Conflict):
        await walk(outbox, "draft", S.QUEUED)
    assert [row.intent_id for row in await outbox.drafts()] == ["draft"]


async def test_a_dependent_waits_until_its_dependency_is_done(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("create", 1), intent("pay", 2, IntentKind.PAY_CAMPAIGN, lane="campaign:c", depends_on="create")])
    assert await claim(outbox) == "create"
    assert await claim(outbox) is None
    await walk(outbox, "create", S.SENDING, S.DONE)
    assert await claim(outbox) == "pay"


@pytest.mark.parametrize("end", [S.REFUSED, S.UNDONE])
async def test_dependents_fail_with_their_dependency_all_the_way_down(outbox: SqlOutboxStore, end: IntentState) -> None:
    await outbox.add([intent("a", 1), intent("b", 2, depends_on="a"), intent("c", 3, depends_on="b"), intent("d", 4)])
    await walk(outbox, "a", end)
    for name in ("b", "c"):
        row = await outbox.get(IntentId(name))
        assert (row.state, row.outcome) == (S.REFUSED, DEPENDENCY_FAILED)
    assert [row.intent_id for row in await outbox.open_intents()] == ["d"]
    with pytest.raises(Conflict) as conflict:
        await outbox.add([intent("late", 9, depends_on="a")])
    assert conflict.value.what == "dependency"
    assert await outbox.verify_journal() is None


async def test_undo_takes_back_only_what_was_never_on_its_way(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent(name, number) for number, name in enumerate(["queued", "claimed", "asked", "sent"])])
    await outbox.add([intent("draft", 9, state=S.DRAFT), intent("after", 10, depends_on="queued")])
    await walk(outbox, "claimed", S.CLAIMED)
    await walk(outbox, "asked", S.NEEDS_HUMAN)
    sent = await walk(outbox, "sent", S.CLAIMED)
    await outbox.move(
        sent.intent_id, S.SENDING, expected=frozenset({S.CLAIMED}), now=at(60), event="sending", changes={"attempt": 1, "sent_at": at(60)}
    )
    await walk(outbox, "sent", S.UNKNOWN, S.NEEDS_HUMAN)
    every = [IntentId(name) for name in ("after", "queued", "claimed", "asked", "sent", "draft", "nobody")]
    assert set(await outbox.undo(every, at(61))) == {"queued", "asked", "draft", "after"}
    assert {row.intent_id for row in await outbox.open_intents()} == {"claimed", "sent"}
    assert await outbox.undo(every, at(62)) == []


async def test_hold_and_release_move_only_what_is_queued(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("a", 1), intent("b", 2)])
    await walk(outbox, "b", S.CLAIMED)
    change = await outbox.hold([IntentId("a"), IntentId("b")], until=None, held=True, now=at(1))
    assert change.ids == {"a"}
    assert await claim(outbox) is None
    await outbox.hold([IntentId("a")], until=at(500), held=False, now=at(2))
    assert await claim(outbox, 499) is None
    assert await claim(outbox, 500) == "a"


async def test_a_move_needs_the_expected_state_and_an_allowed_step(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("i")])
    with pytest.raises(Conflict) as conflict:
        await outbox.move(IntentId("i"), S.SENDING, expected=frozenset({S.CLAIMED}), now=at(1), event="sending")
    assert (conflict.value.expected, conflict.value.actual) == (["claimed"], "queued")
    with pytest.raises(BugError):
        await outbox.move(IntentId("i"), S.DONE, expected=frozenset({S.QUEUED}), now=at(1), event="done")
    with pytest.raises(BugError):
        await outbox.move(IntentId("i"), S.CLAIMED, expected=frozenset({S.QUEUED}), now=at(1), event="x", changes={"lane": "other"})
    assert len(await outbox.journal()) == 1


async def test_a_move_keeps_what_changed_and_says_so_in_the_journal(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("i")])
    await walk(outbox, "i", S.CLAIMED)
    changes = {"attempt": 1, "sent_at": at(61), "request_hash": "ab" * 32, "detail": {"balance": 5}, "result": {"order_ids": [1, 2]}}
    moved = await outbox.move(
        IntentId("i"),
        S.SENDING,
        expected=frozenset({S.CLAIMED}),
        now=at(61),
        event="sending",
        changes=changes,
        journal={"read": "41", "at": at(61)},
    )
    assert moved == await outbox.get(IntentId("i"))
    assert (moved.attempt, moved.sent_at, moved.request_hash, moved.result) == (1, at(61), "ab" * 32, {"order_ids": [1, 2]})
    link = (await outbox.journal(after=2))[0]
    assert (link.event, link.intent_id, link.at) == ("sending", "i", at(61))
    assert "ab" * 32 in link.body
    assert '"read":"41"' in link.body


async def test_a_second_reading_can_be_noted_without_leaving_the_state(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent("i")])
    await walk(outbox, "i", S.CLAIMED, S.SENDING, S.UNKNOWN, S.UNKNOWN)
    assert [link.event for link in await outbox.journal()][-2:] == ["unknown", "unknown"]


async def test_what_ended_is_listed_newest_first(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent(name, number) for number, name in enumerate(["a", "b", "c"])])
    for seconds, name in ((70, "b"), (80, "a")):
        await walk(outbox, name, S.REFUSED, seconds=seconds)
    assert [row.intent_id for row in await outbox.recent(10)] == ["a", "b"]
    assert [row.intent_id for row in await outbox.recent(1)] == ["a"]


TAMPERINGS = {
    "a body changed": "UPDATE journal SET body = replace(body, '105000', '1') WHERE sequence = 2",
    "a link taken out": "DELETE FROM journal WHERE sequence = 2",
    "the end cut off": "DELETE FROM journal WHERE sequence >= 3",
    "everything cut off": "DELETE FROM journal",
    "links exchanged": "UPDATE journal SET intent_id = 'i1' WHERE sequence = 2",
    "a time moved": "UPDATE journal SET at = '2020-01-01T00:00:00+00:00' WHERE sequence = 2",
}


@pytest.mark.parametrize("tampering", TAMPERINGS)
async def test_a_journal_that_was_tampered_with_is_found_out(tmp_path: Path, tampering: str) -> None:
    files = await AccountFiles.open(tmp_path, KEY)
    await files.outbox.add([intent(f"i{number}", number, IntentKind.PAY_CAMPAIGN) for number in range(1, 4)])
    assert await files.outbox.verify_journal() is None
    await files.close()
    raw = connect(Keyed(tmp_path / "work.db", KEY, Worth.PRECIOUS))
    with pytest.raises(Exception, match="append-only"):
        raw.execute(TAMPERINGS[tampering])
    raw.execute("DROP TRIGGER journal_no_update")
    raw.execute("DROP TRIGGER journal_no_delete")
    raw.execute(TAMPERINGS[tampering])
    raw.close()
    files = await AccountFiles.open(tmp_path, KEY)
    broken = {"the end cut off": 3, "everything cut off": 1}.get(tampering, 2)
    assert await files.outbox.verify_journal() == broken
    await files.close()


async def test_an_empty_journal_is_whole(outbox: SqlOutboxStore) -> None:
    assert await outbox.verify_journal() is None
    assert await outbox.journal() == []


def test_every_kind_of_intent_can_be_stored() -> None:
    from xingtu_desktop.storage.mapping import PAYLOADS

    assert set(PAYLOADS) == set(IntentKind) == set(CAPABILITY)


async def test_rows_of_another_account_are_never_claimed_even_alone(outbox: SqlOutboxStore) -> None:
    await outbox.add([intent(CANARY, 1, account=5)])
    assert await outbox.claim(at(1e6), account=StarId(5), install="other", busy_lanes=frozenset()) is None
    assert await outbox.claim(at(1e6), account=StarId(5), install=INSTALL, busy_lanes=frozenset()) is not None
