"""Use cases: async, no Qt; they return domain values and reach the world through the protocols in ports."""
