"""The profile survives damage, and secrets are kept only where the person or a real keyring keeps them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from xingtu_desktop.app.container import data_key
from xingtu_desktop.app.keys import Keys
from xingtu_desktop.app.profile import KnownAccount, Profile, ProfileFile
from xingtu_desktop.core.errors import NoKeyring
from xingtu_desktop.domain.ids import StarId
from xingtu_desktop.system.secrets import MemorySecrets
from xingtu_desktop.ui.signin.ports import SecretsKind


def test_a_profile_is_read_as_it_was_written(tmp_path: Path) -> None:
    profile = Profile(window={"view": "creators", "recent": ["a"]}, language="en", app_id=1832).with_account(KnownAccount(17, "花漾"))
    ProfileFile(tmp_path).save(profile)
    assert ProfileFile(tmp_path).load() == profile


@pytest.mark.parametrize("text", ["", "{", "[]", '{"accounts": [{"star_id": "x"}]}', '{"window": 3}'])
def test_a_damaged_profile_begins_anew_and_starts_the_program(tmp_path: Path, text: str) -> None:
    (tmp_path / "profile.json").write_text(text, encoding="utf-8")
    assert ProfileFile(tmp_path).load() == Profile()


def test_the_account_entered_last_stands_first_and_once() -> None:
    profile = Profile().with_account(KnownAccount(1, "a")).with_account(KnownAccount(2, "b")).with_account(KnownAccount(1, "a2"))
    assert [a.star_id for a in profile.accounts] == [1, 2]
    assert profile.last_star_id == 1
    assert profile.accounts[0].name == "a2"


async def test_a_failed_write_leaves_the_old_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = ProfileFile(tmp_path)
    file.save(Profile(app_id=1))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        file.save(Profile(app_id=2))
    assert file.load().app_id == 1


async def test_without_a_keyring_nothing_is_kept_until_the_person_chose(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "vault")
    await keys.look()
    state = await keys.state()
    assert (state.in_force, state.usable) == (None, False)
    with pytest.raises(NoKeyring):
        await keys.put("app:1", "secret")
    assert not (tmp_path / "vault").exists()


async def test_a_passphrase_opens_what_it_kept_and_another_does_not(tmp_path: Path) -> None:
    keys = Keys(tmp_path / "vault")
    assert await keys.choose(SecretsKind.PASSPHRASE, "correct horse battery")
    key = await data_key(keys, StarId(17))
    await keys.close()
    again = Keys(tmp_path / "vault")
    assert not await again.choose(SecretsKind.PASSPHRASE, "wrong horse battery")
    assert await again.choose(SecretsKind.PASSPHRASE, "correct horse battery")
    assert await data_key(again, StarId(17)) == key
    await again.close()


async def test_each_account_has_a_key_of_its_own(tmp_path: Path) -> None:
    secrets = MemorySecrets()
    first, second = await data_key(secrets, StarId(1)), await data_key(secrets, StarId(2))
    assert first != second
    assert len(first) == 32
    assert await data_key(secrets, StarId(1)) == first


async def test_a_keyring_that_forgets_is_refused_before_anything_is_encrypted_with_its_key() -> None:
    class Forgetful(MemorySecrets):
        async def put(self, name: str, value: str) -> None:
            return None

    with pytest.raises(NoKeyring):
        await data_key(Forgetful(), StarId(1))
