"""The board of outreach: cards, what happened, drafts, approvals, sends, and who is not written to."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Seven tables, none of which needs anything of the others."""
    _cards()
    _trail()
    _letters()
    _people()


def _cards() -> None:
    _table(
        "outreach_cards",
        *_texts("target", "kind", "domain", nullable=False),
        *_texts("url", "contact", "name", "form"),
        sa.Column("compensation", sa.Text, nullable=False),
        *_texts("country", "anchor", "promised_url"),
        sa.Column("due", sa.BigInteger),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("baseline", sa.Text, nullable=False),
        sa.Column("seen", sa.Text),
        sa.Column("checked", sa.BigInteger),
    )


def _trail() -> None:
    _table(
        "outreach_trail",
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("card", sa.Integer),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("stage", sa.Text),
        sa.Column("was", sa.Text),
        sa.Column("undoes", sa.Integer),
        sa.Column("body", sa.Text),
        sa.Column("salt", sa.Text),
        sa.Column("seal", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("outreach_trail_of", "outreach_trail", ["card"])


def _letters() -> None:
    _table(
        "outreach_drafts",
        sa.Column("card", sa.Integer, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("template", sa.Text, nullable=False),
        sa.Column("way", sa.Text, nullable=False),
        *_texts("recipient", "subject", "words"),
        sa.Column("content", sa.LargeBinary),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("outreach_drafts_of", "outreach_drafts", ["card"])
    _table(
        "outreach_approvals",
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("draft", sa.Integer, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_index("outreach_approvals_of", "outreach_approvals", ["draft"])
    op.create_table(
        "outreach_sends",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("card", sa.Integer, nullable=False),
        sa.Column("draft", sa.Integer, nullable=False),
        *_texts("domain", "mailbox", "state", nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("tried_at", sa.BigInteger),
        sa.Column("next_at", sa.BigInteger, nullable=False),
        sa.Column("detail", sa.Text),
        sa.UniqueConstraint("draft", name="outreach_sends_once"),
    )
    op.create_index("outreach_sends_waiting", "outreach_sends", ["state", "next_at"])
    op.create_index("outreach_sends_tried", "outreach_sends", ["tried_at"])


def _people() -> None:
    _table(
        "outreach_suppressed",
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("why", sa.Text),
        sa.Column("lifted_at", sa.BigInteger),
    )
    op.create_index("outreach_suppressed_key", "outreach_suppressed", ["key"])
    _table(
        "outreach_grounds",
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("text", sa.Text),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("why", sa.Text),
        sa.Column("withdrawn_at", sa.BigInteger),
    )
    op.create_index("outreach_grounds_key", "outreach_grounds", ["key"])


def _table(name: str, *columns: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
        *columns,
    )


def _texts(*names: str, nullable: bool = True) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text, nullable=nullable) for name in names]
