"""The first schema of work.db, what the operator made; frozen as released, so that it never follows a later change of tables.py."""

from __future__ import annotations

from alembic import op

revision = "work_0001"
down_revision: str | None = None

STATEMENTS = (
    """
    CREATE TABLE briefs (
        brief_id TEXT NOT NULL,
        title TEXT NOT NULL,
        document TEXT NOT NULL,
        revision INTEGER NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        campaign_id TEXT,
        archived INTEGER NOT NULL,
        PRIMARY KEY (brief_id)
    )
    """,
    """
    CREATE TABLE campaign_links (
        platform_campaign_id INTEGER NOT NULL,
        campaign_id TEXT NOT NULL,
        PRIMARY KEY (platform_campaign_id)
    )
    """,
    """
    CREATE INDEX links_of_campaign ON campaign_links (campaign_id)
    """,
    """
    CREATE TABLE campaigns (
        campaign_id TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (campaign_id)
    )
    """,
    """
    CREATE TABLE intents (
        position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
        intent_id TEXT NOT NULL,
        batch_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        target TEXT,
        lane TEXT NOT NULL,
        state TEXT NOT NULL,
        open INTEGER NOT NULL,
        account BIGINT NOT NULL,
        install TEXT NOT NULL,
        operator TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        undo_until BIGINT NOT NULL,
        hold_until BIGINT,
        held INTEGER NOT NULL,
        not_before BIGINT,
        ready_at BIGINT NOT NULL,
        depends_on TEXT,
        attempt INTEGER NOT NULL,
        sent_at BIGINT,
        request_hash TEXT,
        outcome TEXT NOT NULL,
        request_id TEXT,
        payload TEXT NOT NULL,
        expectation TEXT NOT NULL,
        subject TEXT NOT NULL,
        detail TEXT NOT NULL,
        result TEXT NOT NULL,
        UNIQUE (intent_id)
    )
    """,
    """
    CREATE INDEX dependents ON intents (depends_on) WHERE depends_on IS NOT NULL
    """,
    """
    CREATE INDEX ended ON intents (updated_at) WHERE open = 0
    """,
    """
    CREATE UNIQUE INDEX one_open_intent ON intents (target, kind) WHERE open = 1 AND target IS NOT NULL
    """,
    """
    CREATE INDEX open_lanes ON intents (lane, position, state) WHERE open = 1
    """,
    """
    CREATE INDEX queue ON intents (position, ready_at, lane, account, install, depends_on) WHERE state = 'queued'
    """,
    """
    CREATE TABLE journal (
        sequence INTEGER NOT NULL,
        at TEXT NOT NULL,
        intent_id TEXT NOT NULL,
        event TEXT NOT NULL,
        body TEXT NOT NULL,
        previous TEXT NOT NULL,
        digest TEXT NOT NULL,
        PRIMARY KEY (sequence)
    )
    """,
    """
    CREATE TABLE outbox_state (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE review_flags (
        resource_id INTEGER NOT NULL,
        flag TEXT NOT NULL,
        PRIMARY KEY (resource_id)
    )
    """,
    """
    CREATE TABLE review_notes (
        note_id TEXT NOT NULL,
        order_id BIGINT NOT NULL,
        created_at BIGINT NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (note_id)
    )
    """,
    """
    CREATE INDEX notes_of_order ON review_notes (order_id, created_at)
    """,
    """
    CREATE TABLE review_seen (
        resource_id INTEGER NOT NULL,
        content_hash TEXT NOT NULL,
        at BIGINT NOT NULL,
        PRIMARY KEY (resource_id)
    )
    """,
    """
    CREATE TABLE review_snoozes (
        resource_id INTEGER NOT NULL,
        until BIGINT NOT NULL,
        PRIMARY KEY (resource_id)
    )
    """,
    """
    CREATE TABLE saved_searches (
        saved_search_id TEXT NOT NULL,
        name TEXT NOT NULL,
        "query" TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        PRIMARY KEY (saved_search_id)
    )
    """,
    """
    CREATE TABLE settings (
        "key" TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY ("key")
    )
    """,
    """
    CREATE TABLE shortlists (
        shortlist_id TEXT NOT NULL,
        name TEXT NOT NULL,
        created_at BIGINT NOT NULL,
        updated_at BIGINT NOT NULL,
        PRIMARY KEY (shortlist_id)
    )
    """,
    """
    CREATE TABLE tokens (
        slot INTEGER NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (slot)
    )
    """,
    """
    CREATE TABLE brief_versions (
        brief_id TEXT NOT NULL,
        number INTEGER NOT NULL,
        revision INTEGER NOT NULL,
        author TEXT NOT NULL,
        name TEXT,
        restored INTEGER NOT NULL,
        started_at BIGINT NOT NULL,
        saved_at BIGINT NOT NULL,
        title TEXT NOT NULL,
        document TEXT NOT NULL,
        PRIMARY KEY (brief_id, number),
        FOREIGN KEY(brief_id) REFERENCES briefs (brief_id)
    )
    """,
    """
    CREATE TABLE shortlist_members (
        shortlist_id TEXT NOT NULL,
        author_id BIGINT NOT NULL,
        added_at BIGINT NOT NULL,
        note TEXT NOT NULL,
        PRIMARY KEY (shortlist_id, author_id),
        FOREIGN KEY(shortlist_id) REFERENCES shortlists (shortlist_id) ON DELETE CASCADE
    )
     WITHOUT ROWID
    """,
    """
    CREATE TRIGGER journal_no_update BEFORE UPDATE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
    """
    CREATE TRIGGER journal_no_delete BEFORE DELETE ON journal BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
