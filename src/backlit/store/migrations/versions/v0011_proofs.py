"""When somebody gave their password again within a session."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """One column, of which nothing is known for sessions of before."""
    op.add_column("sessions", sa.Column("proven_at", sa.BigInteger))
