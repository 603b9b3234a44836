"""Briefs: the list, the editor with its review in the margin, history, preview, and the pre-flight of an order."""
