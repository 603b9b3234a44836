"""The composition root: the only place that knows every layer, and the only one that starts and stops things."""
