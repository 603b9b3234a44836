"""Alembic migrations of the files that are never begun again, a folder each; the newest revision equals the tables of tables.py."""
