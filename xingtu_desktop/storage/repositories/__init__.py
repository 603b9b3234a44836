"""The stores of services/ports.py over SQLite, a module each."""
