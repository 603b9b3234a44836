"""The desktop interface: PySide6 widgets, one folder a view, fed with frozen dataclasses by the services."""
