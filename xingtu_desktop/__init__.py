"""Xingtu Desktop: the program's package and its version."""

__version__ = "0.1.0"
