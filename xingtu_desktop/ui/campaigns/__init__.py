"""The Campaigns view: budget, states, orders, one order's whole story, and what can be done to it."""
