"""Folders, the id of an installation, one start at a time, and addresses that may be opened."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from xingtu_desktop.domain.ids import StarId
from xingtu_desktop.system import paths
from xingtu_desktop.system.browser import SystemBrowser
from xingtu_desktop.system.paths import DataFolders
from xingtu_desktop.system.single_instance import SingleInstance


def test_each_account_has_its_own_folder_below_the_root(tmp_path: Path) -> None:
    folders = DataFolders.at(tmp_path / "data")
    one, other = folders.account(StarId(1)), folders.account(StarId(2))
    assert one != other
    assert folders.make(one).is_dir()
    assert one.is_relative_to(folders.root)
    with pytest.raises(ValueError, match="subpath"):
        folders.make(tmp_path / "elsewhere")


def test_the_default_folder_is_below_the_users_data(home_of_tests: Path) -> None:
    assert DataFolders.default().root.name == paths.APP_NAME


def test_the_install_id_stays_and_changes_on_another_computer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folders = DataFolders.at(tmp_path)
    first = folders.install_id()
    assert folders.install_id() == first
    monkeypatch.setattr(paths, "_system_id", lambda: b"another computer")
    second = folders.install_id()
    assert second != first
    assert folders.install_id() == second


def test_a_spoiled_install_id_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "install_id").write_text("nonsense", encoding="ascii")
    assert len(DataFolders.at(tmp_path).install_id()) == 36


async def test_a_second_start_asks_the_first_to_show_itself(tmp_path: Path) -> None:
    shown: list[bool] = []
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path)
    assert first.claim()
    await first.listen(lambda: shown.append(True))
    assert not second.claim()
    assert await asyncio.get_running_loop().run_in_executor(None, second.ask_to_show)
    assert shown == [True]
    await first.close()
    assert second.claim()
    await second.close()


async def test_a_stranger_on_the_port_cannot_raise_the_window(tmp_path: Path) -> None:
    shown: list[bool] = []
    first = SingleInstance(tmp_path)
    assert first.claim()
    await first.listen(lambda: shown.append(True))
    import json

    port = json.loads((tmp_path / "running.json").read_text())["port"]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"0" * 32 + b"\n")
    assert await reader.read() == b""
    writer.close()
    assert shown == []
    await first.close()


def test_parallel_starts_in_other_processes_give_one_writer(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from xingtu_desktop.system.single_instance import SingleInstance;"
        "one = SingleInstance(pathlib.Path(sys.argv[1])); print(one.claim(), flush=True); sys.stdin.read()"
    )
    root = Path(__file__).resolve().parents[2]
    starts = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    try:
        answers = [start.stdout.readline().strip() for start in starts if start.stdout is not None]
    finally:
        for start in starts:
            start.communicate()
    assert sorted(answers) == ["False", "False", "False", "True"]


def test_a_killed_program_leaves_the_folder_free(tmp_path: Path) -> None:
    code = (
        "import sys, os, pathlib; from xingtu_desktop.system.single_instance import SingleInstance;"
        "assert SingleInstance(pathlib.Path(sys.argv[1])).claim(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).resolve().parents[2], check=False)
    after = SingleInstance(tmp_path)
    assert after.claim()
    assert not after.ask_to_show()
    after._lock.release()


@pytest.mark.parametrize(
    ("address", "training", "opened"),
    [
        ("https://ad.oceanengine.com/openapi/audit/oauth.html?app_id=1", False, True),
        ("https://www.xingtu.cn/", False, True),
        ("https://oceanengine.com.evil.example/", False, False),
        ("https://eviloceanengine.com/", False, False),
        ("https://ad.oceanengine.com@evil.example/", False, False),
        ("https://ad.oceanengine.com:8443/", False, False),
        ("https://ad.oceanengine.com\\@evil.example/", False, False),
        ("http://ad.oceanengine.com/", False, False),
        ("http://127.0.0.1:8080/consent", False, False),
        ("http://127.0.0.1:8080/consent", True, True),
        ("file:///etc/passwd", True, False),
        ("javascript:alert(1)", True, False),
        ("https://ad.oceanengine.com/ x", False, False),
        ("https://[bad", False, False),
        ("https://ad.oceаnengine.com/", False, False),
    ],
)
def test_only_known_addresses_leave_for_the_browser(address: str, training: bool, opened: bool) -> None:
    handed: list[str] = []
    browser = SystemBrowser(training=training, opener=lambda given: not handed.append(given))
    assert browser.open(address) is opened
    assert handed == ([address] if opened else [])
