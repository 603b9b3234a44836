"""The one loop that writes the outbox and then reads what may have changed."""
