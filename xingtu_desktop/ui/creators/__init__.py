"""Creators: filters, the table of found creators, profile, comparison, basket and export."""
