"""Looks at links, and monitors of pages.

Files of the first Backlit have these tables, or some of them, and no word of it from Alembic.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """The tables as the first Backlit made them."""
    op.create_table(
        "looks",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("source_url", sa.Text, nullable=False),
        sa.Column("target_url", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("held", sa.Text),
        if_not_exists=True,
    )
    op.create_table(
        "monitors",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("anchor", sa.Text),
        sa.Column("promised_url", sa.Text),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        if_not_exists=True,
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("looks_of_page", "looks", ["source_url"], postgresql_using="hash")
        op.create_index("monitors_by_page", "monitors", ["url"], postgresql_using="hash")
    else:
        op.create_index("looks_of_page", "looks", ["source_url", "at"], if_not_exists=True)
        op.create_index("monitors_by_page", "monitors", ["url", "target"], if_not_exists=True)
