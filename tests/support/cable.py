"""Owns the network cable of tests: the program's own, which its tour pulls too."""

from __future__ import annotations

from xingtu_desktop.app.cable import Cable

__all__ = ["Cable"]
