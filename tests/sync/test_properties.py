"""Two operators, a creator and the platform act in any order: nobody approves what they did not see, nothing doubles, nothing is lost."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.sync.fakes import FakePlatform
from tests.sync.rig import TIMINGS, Rig
from xingtu_desktop.core.clock import ManualClock
from xingtu_desktop.core.errors import Conflict, InvalidInput, KnownError
from xingtu_desktop.domain.ids import IntentId, OrderId
from xingtu_desktop.domain.intent import Intent, IntentKind, IntentState
from xingtu_desktop.domain.lifecycle import OrderStatus, ResourceKind, ResourceStatus
from xingtu_desktop.domain.money import Fen
from xingtu_desktop.services.actions import Decision
from xingtu_desktop.services.sync.looks import Look, Looker, Verdict, newest
from xingtu_desktop.services.sync.reconcile import Reconciler

ORDERS = 2
ENDED = (IntentState.DONE, IntentState.REFUSED, IntentState.UNDONE, IntentState.NEEDS_HUMAN)


def _effect(intent: Intent) -> str:
    return "confirmed" if intent.kind is IntentKind.APPROVE else "rejected"


class TwoOperators(RuleBasedStateMachine):
    """Each operator has a desktop of their own and one platform between them."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = ManualClock()
        self.platform = FakePlatform(self.clock)
        self.desks = [Rig(self.platform, self.clock), Rig(self.platform, self.clock)]
        self.on_screen: dict[tuple[int, OrderId], Decision] = {}
        self.saved: list[tuple[int, IntentId]] = []
        self.count = 0

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(work)

    @initialize(repeat=st.sampled_from(["accept", "refuse"]), lag=st.sampled_from([0.0, 3.0]))
    def platform_is(self, repeat: str, lag: float) -> None:
        self.platform.repeat, self.platform.lag = repeat, lag
        for _ in range(ORDERS):
            order = self.platform.add_order()
            self.platform.upload(order.order_id, "第一版")

    def pick(self, which: int) -> OrderId:
        return list(self.platform.world.orders)[which]

    @rule(which=st.integers(0, ORDERS - 1))
    def creator_uploads(self, which: int) -> None:
        order = self.pick(which)
        if self.platform.world.orders[order].status in (OrderStatus.SCRIPT_UPLOADED, OrderStatus.SCRIPT_REJECTED):
            self.count += 1
            self.platform.upload(order, f"第 {self.count} 稿")

    @rule(which=st.integers(0, ORDERS - 1))
    def creator_changes_words_in_place(self, which: int) -> None:
        order = self.pick(which)
        version = newest(list(self.versions(order)), ResourceKind.SCRIPT)
        if self.unguarded_may_move() and version is not None and version.status is ResourceStatus.UPLOADED:
            self.count += 1
            self.platform.set_version(version.resource_id, content=f"改动 {self.count}")

    @rule(which=st.integers(0, ORDERS - 1), amount=st.integers(1, 3))
    def price_moves(self, which: int, amount: int) -> None:
        order = self.pick(which)
        if self.unguarded_may_move():
            self.platform.set_status(order, self.platform.world.orders[order].status, task_cost=Fen(amount * 100_000))

    def unguarded_may_move(self) -> bool:
        """The platform guards the version that a request names, not its words or its price.

        If these move after the look and before the effect, no client can tell; so they move only where the look is fresh.
        """
        return not self.platform.lag and not self.platform.under_way

    @rule(which=st.integers(0, ORDERS - 1))
    def platform_closes(self, which: int) -> None:
        order = self.pick(which)
        self.platform.set_status(order, OrderStatus.CLOSED)

    @rule(which=st.integers(0, ORDERS - 1), who=st.integers(0, 1))
    def operator_opens(self, which: int, who: int) -> None:
        order = self.pick(which)
        version = newest(list(self.versions(order)), ResourceKind.SCRIPT)
        if version is not None:
            self.on_screen[(who, order)] = self.desks[who].seen(order, version.resource_id)

    @rule(which=st.integers(0, ORDERS - 1), who=st.integers(0, 1), approve=st.booleans())
    def operator_decides(self, which: int, who: int, approve: bool) -> None:
        order = self.pick(which)
        if (who, order) not in self.on_screen:
            self.operator_opens(which, who)
        seen = self.on_screen.get((who, order))
        if seen is None:
            return
        desk = self.desks[who]
        try:
            batch = self.run(desk.actions.approve([seen]) if approve else desk.actions.reject([seen], "请改"))
        except (Conflict, InvalidInput):
            return
        self.saved += [(who, row.intent_id) for row in self.run(desk.rows(batch))]

    @rule(who=st.integers(0, 1))
    def operator_takes_back(self, who: int) -> None:
        self.run(self.desks[who].actions.undo_last())

    @rule(who=st.integers(0, 1))
    def crash(self, who: int) -> None:
        self.desks[who].restart()

    @rule(fates=st.lists(st.sampled_from(["ok", "lost", "late", "never", "limit", "offline", "rejected", "broken"]), max_size=3))
    def the_network_will(self, fates: list[str]) -> None:
        self.platform.plan = fates

    @rule(seconds=st.sampled_from([10, 40, 1, 130, 400]))
    def time_passes(self, seconds: int) -> None:
        self.clock.advance(seconds)
        self.platform.settle()
        for desk in self.desks:
            self.run(self.round(desk))

    async def round(self, desk: Rig) -> None:
        await desk.sender.drain()
        try:
            await desk.reconciler.step()
        except KnownError:
            return
        await desk.sender.drain()

    def versions(self, order: OrderId) -> Any:
        return [one for one in self.platform.world.versions.values() if one.order_id == order]

    @invariant()
    def every_effect_is_what_somebody_saw_and_decided(self) -> None:
        decided = {
            (row.expectation.resource_id, row.expectation.content_hash, row.expectation.amount.value if row.expectation.amount else None)
            for desk in self.desks
            for row in desk.outbox.rows.values()
            if row.state is not IntentState.UNDONE
        }
        for effect in self.platform.effects:
            assert (effect.resource_id, effect.content_hash, effect.amount) in decided, effect

    @invariant()
    def nothing_saved_is_gone(self) -> None:
        for who, intent_id in self.saved:
            assert intent_id in self.desks[who].outbox.rows

    def teardown(self) -> None:
        try:
            self.platform.plan = []
            self.run(self.end())
            effects = [(effect.resource_id, effect.what) for effect in self.platform.effects]
            # Two operators may both decide, and a lax platform takes both; one decision has one effect.
            decisions = Counter((row.expectation.resource_id, _effect(row)) for desk in self.desks for row in desk.outbox.rows.values())
            assert not Counter(effects) - decisions, "an effect happened twice"
            for desk in self.desks:
                for row in desk.outbox.rows.values():
                    assert row.state in ENDED, row
                    if row.state is IntentState.DONE:
                        assert (row.expectation.resource_id, _effect(row)) in effects, "done, and nothing happened"
        finally:
            self.runner.close()

    async def end(self) -> None:
        for _ in range(60):
            self.clock.advance(TIMINGS.uncertainty / 2 + 1)
            self.platform.settle()
            for desk in self.desks:
                await self.round(desk)


SETTINGS = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    report_multiple_bugs=False,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
)
TwoOperators.TestCase.settings = SETTINGS
TestTwoOperators = TwoOperators.TestCase


class Careless(Looker):
    """Compares nothing."""

    async def look(self, intent: Intent) -> Look:
        look = await super().look(intent)
        return look if look.verdict is Verdict.APPLIED else Look(Verdict.READY)


class Hasty(Reconciler):
    """Does not wait."""

    def wait_for(self, intent: Intent, watch: object) -> float:
        return 0.0


def _with(part: str, kind: type) -> type[TwoOperators]:
    class Spoiled(TwoOperators):
        def __init__(self) -> None:
            super().__init__()
            # Late effects from the beginning, so that the search need not find them first.
            self.platform.plan = ["late"] * 3 if part == "reconciler" else []
            for desk in self.desks:
                self.spoil(desk)

        def crash(self, who: int) -> None:
            self.desks[who].restart()
            self.spoil(self.desks[who])

        @staticmethod
        def spoil(desk: Rig) -> None:
            (desk.looker if part == "looker" else desk.reconciler).__class__ = kind

    return Spoiled


@pytest.mark.parametrize(("part", "kind"), [("looker", Careless), ("reconciler", Hasty)])
def test_the_machine_sees_a_planted_bug(part: str, kind: type) -> None:
    with pytest.raises(AssertionError):
        run_state_machine_as_test(_with(part, kind), settings=settings(SETTINGS, max_examples=2000, database=None, phases=[Phase.generate]))
