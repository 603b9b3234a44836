"""Promises of the creator index, held against a plain reference."""
