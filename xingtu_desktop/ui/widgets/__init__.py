"""Widgets that know no domain: views compose them, give them plain values and listen to their signals."""
