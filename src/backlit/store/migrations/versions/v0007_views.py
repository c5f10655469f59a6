"""Saved views: pages with what was asked of them, under names."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """One table, which needs nothing of the others."""
    op.create_table(
        "views",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("target", sa.Text),
        sa.Column("project", sa.Integer),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("removed_at", sa.BigInteger),
        sa.Column("removed_by", sa.Text),
    )
