"""A sealed file opens only whole, in order and under its key, at every length around a piece."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from xingtu_desktop.search import sealed

KEY = bytes(range(32))


def write(path: Path, data: bytes, key: bytes = KEY) -> None:
    with path.open("wb") as file, sealed.SealedWriter(file, key) as writer:
        writer.write(data[:3])
        writer.write(memoryview(data)[3:])


@pytest.mark.parametrize("length", [0, 1, 3, 99, 100, 101, 200, 250, 1000])
def test_what_was_written_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    monkeypatch.setattr(sealed, "PIECE", 100)
    data = np.random.default_rng(length).bytes(length)
    write(tmp_path / "f", data)
    assert sealed.read(tmp_path / "f", KEY).tobytes() == data


@pytest.mark.parametrize("fault", ["key", "flip", "cut piece", "cut byte", "swap", "append", "magic"])
def test_anything_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    monkeypatch.setattr(sealed, "PIECE", 100)
    path = tmp_path / "f"
    write(path, bytes(300))
    data, head = bytearray(path.read_bytes()), 16
    pieces = [bytes(data[head + i * 116 : head + (i + 1) * 116]) for i in range(3)]
    changed = {
        "key": bytes(data),
        "flip": bytes(data[:40]) + bytes([data[40] ^ 1]) + bytes(data[41:]),
        "cut piece": bytes(data[: head + 232]),
        "cut byte": bytes(data[:-1]),
        "swap": bytes(data[:head]) + pieces[1] + pieces[0] + pieces[2],
        "append": bytes(data) + pieces[2],
        "magic": b"XTSEAL99" + bytes(data[8:]),
    }[fault]
    path.write_bytes(changed)
    with pytest.raises(ValueError, match=r"changed|sealed|length"):
        sealed.read(path, bytes(32) if fault == "key" else KEY)
