"""Projects, and what happened to them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Two tables, none of which needs anything of the others."""
    op.create_table(
        "projects",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("slug", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("rivals", sa.Text, nullable=False),
        sa.Column("brands", sa.Text, nullable=False),
        sa.Column("country", sa.Text),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("archived_at", sa.BigInteger),
        sa.UniqueConstraint("slug", name="projects_slug"),
    )
    op.create_table(
        "project_events",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("project", sa.Integer, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
    )
    op.create_index("project_events_of", "project_events", ["project"])
