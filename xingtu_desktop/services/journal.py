"""Says how long the append-only journal is and whether its chain is whole."""

from __future__ import annotations

from xingtu_desktop.services.ports import OutboxStore

_PAGE = 5_000


class JournalService:
    """Reads the journal of one account; remembers how far it counted, since nothing before that can change."""

    def __init__(self, outbox: OutboxStore) -> None:
        self._outbox = outbox
        self._counted = 0

    async def summary(self) -> tuple[int, int | None]:
        """The number of entries, and the sequence of the first broken link (None: the chain is whole)."""
        while True:
            page = await self._outbox.journal(after=self._counted, limit=_PAGE)
            if not page:
                break
            self._counted = page[-1].sequence
        return self._counted, await self._outbox.verify_journal()
