"""The first schema of catalog.db, what was gathered; frozen as released, so that it never follows a later change of tables.py."""

from __future__ import annotations

from alembic import op

revision = "catalog_0001"
down_revision: str | None = None

STATEMENTS = (
    """
    CREATE TABLE audiences (
        order_id BIGINT NOT NULL,
        pulled_at BIGINT NOT NULL,
        same_until BIGINT NOT NULL,
        digest TEXT NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (order_id, pulled_at)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE creator_details (
        author_id INTEGER NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (author_id)
    )
    """,
    """
    CREATE TABLE creators (
        author_id INTEGER NOT NULL,
        sequence BIGINT NOT NULL,
        deleted INTEGER NOT NULL,
        quote_up_to_20 BIGINT,
        quote_from_21_to_60 BIGINT,
        quote_over_60 BIGINT,
        source TEXT NOT NULL,
        received_at BIGINT NOT NULL,
        payload BLOB,
        PRIMARY KEY (author_id)
    )
    """,
    """
    CREATE INDEX creators_by_change ON creators (sequence)
    """,
    """
    CREATE TABLE feed_cursors (
        source TEXT NOT NULL,
        cursor TEXT NOT NULL,
        PRIMARY KEY (source)
    )
    """,
    """
    CREATE TABLE quotes (
        author_id BIGINT NOT NULL,
        seen_at BIGINT NOT NULL,
        tier INTEGER NOT NULL,
        paid INTEGER NOT NULL,
        fen BIGINT NOT NULL,
        source TEXT NOT NULL,
        PRIMARY KEY (author_id, seen_at, tier, paid)
    )
     WITHOUT ROWID
    """,
    """
    CREATE TABLE reports (
        order_id BIGINT NOT NULL,
        pulled_at BIGINT NOT NULL,
        same_until BIGINT NOT NULL,
        rich INTEGER NOT NULL,
        digest TEXT NOT NULL,
        payload TEXT NOT NULL,
        PRIMARY KEY (order_id, pulled_at)
    )
     WITHOUT ROWID
    """,
)


def upgrade() -> None:
    for statement in STATEMENTS:
        op.execute(statement)
