"""Logging set up once, with secrets taken out by value and by pattern before a line is written."""

from __future__ import annotations

import logging
import logging.handlers
import re
from pathlib import Path

_PATTERNS = (
    re.compile(r"(?i)(access[-_]?token|refresh[-_]?token|secret|auth_code|authorization|code|sig)([\"']?\s*[:=]\s*[\"']?)([^\s\"'&,}]{4,})"),
    re.compile(r"(?<!\d)(1[3-9]\d)\d{4}(\d{4})(?!\d)"),
)


class Redactor:
    """Knows the secrets of this run and takes them out of text."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def keep_out(self, *secrets: str) -> None:
        """These values never appear in a log again."""
        self._secrets.update(secret for secret in secrets if len(secret) >= 6)

    def clean(self, text: str) -> str:
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, "•••")
        text = _PATTERNS[0].sub(r"\1\2•••", text)
        return _PATTERNS[1].sub(r"\1••••\2", text)


class _RedactingFormatter(logging.Formatter):
    def __init__(self, redactor: Redactor) -> None:
        super().__init__("%(asctime)s %(levelname).1s %(name)s: %(message)s")
        self._redactor = redactor

    def format(self, record: logging.LogRecord) -> str:
        return self._redactor.clean(super().format(record))


def set_up(folder: Path | None, redactor: Redactor, *, level: int = logging.INFO) -> logging.Handler:
    """Log to `folder`/xingtu.log (1 MB, three kept) or, without a folder, to stderr. Returns the handler to close."""
    handler: logging.Handler
    if folder is None:
        handler = logging.StreamHandler()
    else:
        folder.mkdir(parents=True, exist_ok=True)
        handler = logging.handlers.RotatingFileHandler(folder / "xingtu.log", maxBytes=1_000_000, backupCount=3, encoding="utf-8")
    handler.setFormatter(_RedactingFormatter(redactor))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(level)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    return handler
