"""The tables of the four files.

Instants are whole microseconds since 1970 UTC, money is whole fen, values of the domain are JSON text (codec.py).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, Table, Text, text

from xingtu_desktop.storage.schema import Schema

NEVER = 1 << 62
"""An instant that does not come: what is held without a time."""

# ------------------------------------------------------------------ work.db: what the operator made

work = MetaData()

intents = Table(
    "intents",
    work,
    Column("position", Integer, primary_key=True),
    Column("intent_id", Text, nullable=False, unique=True),
    Column("batch_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("target", Text),
    Column("lane", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("open", Integer, nullable=False),
    Column("account", BigInteger, nullable=False),
    Column("install", Text, nullable=False),
    Column("operator", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("undo_until", BigInteger, nullable=False),
    Column("hold_until", BigInteger),
    Column("held", Integer, nullable=False),
    Column("not_before", BigInteger),
    Column("ready_at", BigInteger, nullable=False),
    Column("depends_on", Text),
    Column("attempt", Integer, nullable=False),
    Column("sent_at", BigInteger),
    Column("request_hash", Text),
    Column("outcome", Text, nullable=False),
    Column("request_id", Text),
    Column("payload", Text, nullable=False),
    Column("expectation", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("result", Text, nullable=False),
    sqlite_autoincrement=True,
)
# One open intent for an order (or campaign) and action, whatever the program believes.
Index("one_open_intent", intents.c.target, intents.c.kind, unique=True, sqlite_where=text("open = 1 AND target IS NOT NULL"))
# Claiming walks this alone, oldest first, before it looks at any row.
Index(
    "queue",
    intents.c.position,
    intents.c.ready_at,
    intents.c.lane,
    intents.c.account,
    intents.c.install,
    intents.c.depends_on,
    sqlite_where=text("state = 'queued'"),
)
Index("open_lanes", intents.c.lane, intents.c.position, intents.c.state, sqlite_where=text("open = 1"))
Index("dependents", intents.c.depends_on, sqlite_where=text("depends_on IS NOT NULL"))
Index("ended", intents.c.updated_at, sqlite_where=text("open = 0"))

journal = Table(
    "journal",
    work,
    Column("sequence", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("intent_id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("digest", Text, nullable=False),
)
outbox_state = Table(
    "outbox_state",
    work,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
WORK_TRIGGERS = (
    "CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
    "CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END",
)

campaigns = Table(
    "campaigns",
    work,
    Column("campaign_id", Text, primary_key=True),
    Column("created_at", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
)
campaign_links = Table(
    "campaign_links",
    work,
    Column("platform_campaign_id", Integer, primary_key=True, autoincrement=False),
    # No foreign key: what the platform made is noted even where the campaign's own row is not there.
    Column("campaign_id", Text, nullable=False),
)
Index("links_of_campaign", campaign_links.c.campaign_id)

review_seen = Table(
    "review_seen",
    work,
    Column("resource_id", Integer, primary_key=True, autoincrement=False),
    Column("content_hash", Text, nullable=False),
    Column("at", BigInteger, nullable=False),
)
review_notes = Table(
    "review_notes",
    work,
    Column("note_id", Text, primary_key=True),
    Column("order_id", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
)
Index("notes_of_order", review_notes.c.order_id, review_notes.c.created_at)
review_snoozes = Table(
    "review_snoozes",
    work,
    Column("resource_id", Integer, primary_key=True, autoincrement=False),
    Column("until", BigInteger, nullable=False),
)
review_flags = Table(
    "review_flags",
    work,
    Column("resource_id", Integer, primary_key=True, autoincrement=False),
    Column("flag", Text, nullable=False),
)

settings = Table("settings", work, Column("key", Text, primary_key=True), Column("value", Text, nullable=False))
tokens = Table("tokens", work, Column("slot", Integer, primary_key=True, autoincrement=False), Column("payload", Text, nullable=False))

shortlists = Table(
    "shortlists",
    work,
    Column("shortlist_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
shortlist_members = Table(
    "shortlist_members",
    work,
    Column("shortlist_id", Text, ForeignKey("shortlists.shortlist_id", ondelete="CASCADE"), primary_key=True),
    Column("author_id", BigInteger, primary_key=True),
    Column("added_at", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    sqlite_with_rowid=False,
)
saved_searches = Table(
    "saved_searches",
    work,
    Column("saved_search_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("query", Text, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
)
briefs = Table(
    "briefs",
    work,
    Column("brief_id", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("updated_at", BigInteger, nullable=False),
    Column("campaign_id", Text),
    Column("archived", Integer, nullable=False),
)
brief_versions = Table(
    "brief_versions",
    work,
    Column("brief_id", Text, ForeignKey("briefs.brief_id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("name", Text),
    Column("restored", Integer, nullable=False),
    Column("started_at", BigInteger, nullable=False),
    Column("saved_at", BigInteger, nullable=False),
    Column("title", Text, nullable=False),
    Column("document", Text, nullable=False),
)

# ------------------------------------------------------------------ catalog.db: what was gathered and no server gives again

catalog = MetaData()

creators = Table(
    "creators",
    catalog,
    Column("author_id", Integer, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False),
    Column("deleted", Integer, nullable=False),
    Column("quote_up_to_20", BigInteger),
    Column("quote_from_21_to_60", BigInteger),
    Column("quote_over_60", BigInteger),
    Column("source", Text, nullable=False),
    Column("received_at", BigInteger, nullable=False),
    Column("payload", LargeBinary),
)
Index("creators_by_change", creators.c.sequence)
quotes = Table(
    "quotes",
    catalog,
    Column("author_id", BigInteger, primary_key=True),
    Column("seen_at", BigInteger, primary_key=True),
    Column("tier", Integer, primary_key=True),
    Column("paid", Integer, primary_key=True),
    Column("fen", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    sqlite_with_rowid=False,
)
creator_details = Table(
    "creator_details",
    catalog,
    Column("author_id", Integer, primary_key=True, autoincrement=False),
    Column("payload", Text, nullable=False),
)
feed_cursors = Table("feed_cursors", catalog, Column("source", Text, primary_key=True), Column("cursor", Text, nullable=False))
reports = Table(
    "reports",
    catalog,
    Column("order_id", BigInteger, primary_key=True),
    Column("pulled_at", BigInteger, primary_key=True),
    Column("same_until", BigInteger, nullable=False),
    Column("rich", Integer, nullable=False),
    Column("digest", Text, nullable=False),
    Column("payload", Text, nullable=False),
    sqlite_with_rowid=False,
)
audiences = Table(
    "audiences",
    catalog,
    Column("order_id", BigInteger, primary_key=True),
    Column("pulled_at", BigInteger, primary_key=True),
    Column("same_until", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("payload", Text, nullable=False),
    sqlite_with_rowid=False,
)

# ------------------------------------------------------------------ cache.db: what the server gives again

cache = MetaData()

orders = Table(
    "orders",
    cache,
    Column("order_id", Integer, primary_key=True, autoincrement=False),
    Column("campaign_id", Text),
    Column("platform_campaign_id", BigInteger, nullable=False),
    Column("status", Integer, nullable=False),
    Column("ended", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("synced_at", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
)
Index("orders_of_campaign", orders.c.campaign_id)
Index("orders_by_status", orders.c.status)
resources = Table(
    "resources",
    cache,
    Column("resource_id", Integer, primary_key=True, autoincrement=False),
    Column("order_id", BigInteger, nullable=False),
    Column("kind", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("content_hash", Text),
    Column("payload", Text, nullable=False),
)
Index("resources_of_order", resources.c.order_id, resources.c.kind, resources.c.version)
bills = Table(
    "bills",
    cache,
    Column("platform_campaign_id", Integer, primary_key=True, autoincrement=False),
    Column("at", BigInteger, nullable=False),
    Column("payload", Text, nullable=False),
)

# ------------------------------------------------------------------ media.db: prefetched scripts and videos

media = MetaData()

media_files = Table(
    "media_files",
    media,
    Column("content_hash", Text, primary_key=True),
    Column("suffix", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    # Last, so that looking at the others reads none of the bytes.
    Column("data", LargeBinary, nullable=False),
)
Index("media_by_use", media_files.c.used, media_files.c.size)

WORK = Schema("work", work, revisions=("work_0001",), extra=WORK_TRIGGERS)
CATALOG = Schema("catalog", catalog, revisions=("catalog_0001",))
CACHE = Schema("cache", cache, number=1)
MEDIA = Schema("media", media, number=1)
