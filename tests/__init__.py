"""Owns the proof: every promise of the program that a machine can check."""
