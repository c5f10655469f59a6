"""Links by which anybody opens one page."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """One table, which needs nothing of the others."""
    op.create_table(
        "shares",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("token", sa.Text, nullable=False, unique=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("page", sa.Text, nullable=False),
        sa.Column("query", sa.Text, nullable=False),
        sa.Column("csv", sa.Boolean, nullable=False),
        sa.Column("until", sa.BigInteger, nullable=False),
        sa.Column("openings", sa.Integer, nullable=False),
        sa.Column("opened_at", sa.BigInteger),
        sa.Column("ended_at", sa.BigInteger),
        sa.Column("ended_by", sa.Text),
    )
