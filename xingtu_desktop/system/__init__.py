"""Edges of the operating system: secrets, folders, one start at a time, the browser, the loopback of sign-in."""
