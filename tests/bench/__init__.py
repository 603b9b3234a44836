"""Measurements that anyone can repeat: each prints one JSON object on its last line."""
