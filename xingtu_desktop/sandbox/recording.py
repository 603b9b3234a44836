"""Writes every official exchange as one JSON line, in the form that the independent contract checker reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO


class Recorder:
    """Off until `start`. Exchanges that a fault spoiled carry `planted: true`, which the checker skips."""

    def __init__(self) -> None:
        self._file: TextIO | None = None
        self.path = ""
        self.count = 0

    @property
    def on(self) -> bool:
        return self._file is not None

    def start(self, path: str) -> None:
        """Append to the file from now on (OSError when it cannot be opened)."""
        self.stop()
        # Stays open until `stop`: one line an exchange for as long as the server runs.
        self._file = Path(path).open("a", encoding="utf-8")  # noqa: SIM115
        self.path = path

    def stop(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = None
        self.path = ""

    def exchange(
        self, method: str, path: str, query: Mapping[str, str], body: object, status: int, response: object, planted: bool
    ) -> None:
        """Note one exchange; nothing happens while off."""
        if self._file is None:
            return
        line = {"method": method, "path": path, "query": dict(query), "body": body, "status": status, "response": response}
        if planted:
            line["planted"] = True
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()
        self.count += 1
