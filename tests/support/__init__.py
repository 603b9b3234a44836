"""Owns what the tests share: the event loop, leak checks, the sandbox process, screenshots."""
