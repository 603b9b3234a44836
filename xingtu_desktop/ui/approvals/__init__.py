"""Approvals: the queue, scripts and videos under review, the decision by one key, and batches."""
