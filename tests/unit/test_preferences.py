"""Promises of preferences: typed, checked, kept under the keys that others read, undone in one step."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from xingtu_desktop.core.errors import InvalidInput
from xingtu_desktop.core.events import Change, Changes, Topic
from xingtu_desktop.services.actions import CAP_KEYS
from xingtu_desktop.services.preferences import KEYS, Preferences, PreferenceValues


class Store:
    def __init__(self) -> None:
        self.kept: dict[str, str] = {}
        self.writes: list[str] = []

    async def get(self, key: str) -> str | None:
        return self.kept.get(key)

    async def put(self, key: str, value: str | None) -> Change:
        self.writes.append(key)
        if value is None:
            self.kept.pop(key, None)
        else:
            self.kept[key] = value
        return Change.of(Topic.SETTINGS)

    async def all(self) -> dict[str, str]:
        return dict(self.kept)


async def test_what_is_set_is_there_after_a_restart() -> None:
    store = Store()
    wanted = PreferenceValues("en", "dark", "compact", 150, "Europe/London", 40, 10_000_000, 200, 30_000_000, 2, 48)
    await Preferences(store, Changes()).change(wanted)
    assert await Preferences(store, Changes()).load() == wanted


async def test_only_what_differs_is_written_and_told() -> None:
    store, changes, heard = Store(), Changes(), list[Change]()
    changes.subscribe(heard.append, Topic.SETTINGS)
    preferences = Preferences(store, changes)
    await preferences.change(replace(preferences.values, theme="dark"))
    assert store.writes == ["look.theme"]
    assert len(heard) == 1


async def test_a_change_is_undone_by_what_it_returned() -> None:
    store = Store()
    preferences = Preferences(store, Changes())
    before = await preferences.change(replace(preferences.values, cap_day_fen=5_000_000))
    assert await preferences.change(before) == replace(before, cap_day_fen=5_000_000)
    assert preferences.values == PreferenceValues()
    assert await Preferences(store, Changes()).load() == PreferenceValues()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("language", "fr"),
        ("theme", "blue"),
        ("density", "loose"),
        ("scale", 84),
        ("scale", 201),
        ("zone", "Mars/Olympus"),
        ("zone", "../../etc/passwd"),
        ("cap_batch_fen", 0),
        ("cap_day_fen", -1),
        ("cap_batch_count", 0),
        ("reject_limit", 21),
        ("review_hours", 0),
        ("review_hours", True),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_is_written(name: str, value: object) -> None:
    store = Store()
    preferences = Preferences(store, Changes())
    with pytest.raises(InvalidInput) as refused:
        await preferences.change(replace(preferences.values, **{"density": "compact", name: value}))  # type: ignore[arg-type]
    assert refused.value.field == name
    assert store.kept == {}
    assert preferences.values == PreferenceValues()


async def test_what_cannot_be_read_falls_back_and_keeps_the_rest() -> None:
    store = Store()
    store.kept = {"look.theme": '"dark"', "look.scale": '"huge"', "caps.day_fen": "{", "look.zone": "42", "other": "1"}
    values = await Preferences(store, Changes()).load(PreferenceValues(language="en"))
    assert values == PreferenceValues(language="en", theme="dark")


def test_every_field_has_its_key_and_caps_stand_where_actions_look() -> None:
    assert set(KEYS) == {each.name for each in fields(PreferenceValues)}
    assert len(set(KEYS.values())) == len(KEYS)
    assert set(CAP_KEYS) <= set(KEYS.values())
