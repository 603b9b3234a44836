"""Questions that are awaited: confirm, ask for text, choose, pick a file, side sheet. None of them blocks the event loop."""

from xingtu_desktop.ui.dialogs.ask import Choice, ask_text, choose, confirm
from xingtu_desktop.ui.dialogs.files import open_file, save_file
from xingtu_desktop.ui.dialogs.sheet import Sheet

__all__ = ["Choice", "Sheet", "ask_text", "choose", "confirm", "open_file", "save_file"]
