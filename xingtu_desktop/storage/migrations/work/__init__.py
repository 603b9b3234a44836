"""The migrations of work.db, oldest first."""
