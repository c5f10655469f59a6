"""Decisions, what was answered before an audit, and versions of disavow files."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Three tables that only ever gain rows."""
    _table(
        "decisions",
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("until", sa.BigInteger),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("undoes", sa.Integer),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.create_index("decisions_of_target", "decisions", ["target"], postgresql_using="hash")
    else:
        op.create_index("decisions_of_target", "decisions", ["target", "id"])
    _table("intakes", sa.Column("told", sa.Text, nullable=False))
    _table(
        "disavows",
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("uploaded_on", sa.Text),
    )


def _table(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        *columns,
    )
