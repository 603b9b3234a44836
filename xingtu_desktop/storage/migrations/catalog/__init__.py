"""The migrations of catalog.db, oldest first."""
