"""A Creators view over real services and real encrypted stores, filled from the training catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from xingtu_desktop.api.mapping import creators as mapping
from xingtu_desktop.core.clock import SystemClock
from xingtu_desktop.core.config import ServerConfig
from xingtu_desktop.core.events import Changes
from xingtu_desktop.core.tasks import ComputePool
from xingtu_desktop.domain.answers import FeedPage
from xingtu_desktop.domain.creator import Creator, CreatorDetail
from xingtu_desktop.domain.ids import AuthorId
from xingtu_desktop.sandbox.creators import Catalog
from xingtu_desktop.sandbox.creators_detail import detail_of
from xingtu_desktop.search.builder import IndexMaker
from xingtu_desktop.services.creator_details import CreatorDetailService
from xingtu_desktop.services.creator_export import CreatorExportService
from xingtu_desktop.services.creator_search import CreatorSearchService
from xingtu_desktop.services.shortlists import ShortlistService
from xingtu_desktop.services.sync.connectivity import Connectivity
from xingtu_desktop.storage.account_files import AccountFiles
from xingtu_desktop.ui.context import ViewContext
from xingtu_desktop.ui.creators.creators_presenter import CreatorsPresenter
from xingtu_desktop.ui.widgets.toasts import ToastAction

DAY_ZERO = 20_760
DAY = 20
SERVER = ServerConfig(
    api_url="http://127.0.0.1:1",
    authorize_url="http://127.0.0.1:1",
    feed_url="http://127.0.0.1:1/feed",
    events_url=None,
    control_url=None,
)


@dataclass
class Toasted:
    text: str
    action: ToastAction | None


@dataclass
class RecordingFrame:
    """Notes what the view asks of the window."""

    toasts: list[Toasted] = field(default_factory=list)
    gone: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    errors: list[BaseException] = field(default_factory=list)

    def toast(self, text: str, *, tone: str = "good", action: ToastAction | None = None, seconds: int = 6, counts: bool = False) -> None:
        self.toasts.append(Toasted(text, action))

    def go(self, view: str, **parameters: object) -> None:
        self.gone.append((view, parameters))

    def set_badge(self, view: str, count: int) -> None: ...

    def show_outbox(self) -> None: ...

    def report(self, error: BaseException) -> None:
        self.errors.append(error)


class CatalogFeed:
    """The part of the feed that a profile asks."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    async def page(self, cursor: str | None, limit: int) -> FeedPage:
        raise AssertionError("the view never reads pages")

    async def detail(self, author_id: AuthorId) -> CreatorDetail:
        index = self._catalog.index_of(int(author_id), DAY)
        assert index is not None
        return mapping.detail(detail_of(self._catalog, index, DAY), "青禾目录")


def catalogue(count: int, seed: int = 7) -> tuple[Catalog, list[Creator]]:
    """`count` creators as the feed gives them."""
    catalog = Catalog(seed, count, DAY_ZERO)
    creators: list[Creator] = []
    position: int | None = 0
    while position is not None:
        rows, position = catalog.full_page(position, 1_000, DAY)
        creators += [mapping.creator(row, "青禾目录", "http://127.0.0.1:1") for row in rows]
    return catalog, creators


@dataclass
class Rig:
    """Everything of one view."""

    folder: Path
    presenter: CreatorsPresenter
    frame: RecordingFrame
    files: AccountFiles
    search: CreatorSearchService
    shortlists: ShortlistService
    connectivity: Connectivity
    changes: Changes
    creators: list[Creator]
    pool: ComputePool

    async def close(self) -> None:
        await self.presenter.close()
        await self.search.close()
        await self.files.close()
        self.pool.shutdown()
        assert self.frame.errors == [], self.frame.errors


async def make_rig(folder: Path, count: int = 300, *, extra: list[Creator] | None = None, server: ServerConfig = SERVER) -> Rig:
    """Files, services, presenter; the index is ready, the view not yet started."""
    catalog, creators = catalogue(count) if count else (Catalog(7, 1, DAY_ZERO), [])
    creators += extra or []
    files = await AccountFiles.open(folder / "account", bytes(range(32)))
    await files.creators.apply_page(FeedPage(tuple(creators), (), "cursor", False, len(creators), 0), "青禾目录")
    pool, changes, clock = ComputePool(), Changes(), SystemClock()
    search = CreatorSearchService(files.creators, IndexMaker(bytes(32)), pool, folder / "creators.index")
    await search.start()
    shortlists = ShortlistService(
        store=files.shortlists, searches=files.saved_searches, creators=files.creators, changes=changes, clock=clock
    )
    frame = RecordingFrame()
    connectivity = Connectivity(changes, clock)
    connectivity.restored(datetime.now(UTC))
    presenter = CreatorsPresenter(
        ViewContext(frame, changes, clock, clock, server),
        search=search,
        details=CreatorDetailService(feed=CatalogFeed(catalog), store=files.creators, changes=changes),
        shortlists=shortlists,
        exports=CreatorExportService(source=search, compute=pool),
        connectivity=connectivity,
        settings=files.settings,
    )
    return Rig(folder, presenter, frame, files, search, shortlists, connectivity, changes, creators, pool)
