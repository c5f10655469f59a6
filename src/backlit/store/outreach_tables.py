"""Which tables hold outreach: who is written to, what was drafted, approved and sent, and to whom never?"""

import sqlalchemy as sa

from backlit.store.tables import METADATA

__all__ = ["APPROVALS", "CARDS", "DRAFTS", "GROUNDS", "SENDS", "SUPPRESSED", "TRAIL"]

#: One row per card of the board. What names a person is null once that person was forgotten.
CARDS = sa.Table(
    "outreach_cards",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("domain", sa.Text, nullable=False),
    sa.Column("url", sa.Text),
    #: a mailbox, whose it is, and the page of a contact form
    sa.Column("contact", sa.Text),
    sa.Column("name", sa.Text),
    sa.Column("form", sa.Text),
    sa.Column("compensation", sa.Text, nullable=False),
    #: two letters; null where nobody knows
    sa.Column("country", sa.Text),
    #: the words and the address that were promised
    sa.Column("anchor", sa.Text),
    sa.Column("promised_url", sa.Text),
    #: when somebody wants to come back to it
    sa.Column("due", sa.BigInteger),
    sa.Column("stage", sa.Text, nullable=False),
    #: how often it was changed: a draft holds for one revision only
    sa.Column("revision", sa.Integer, nullable=False),
    #: the ids of its links that were there when it was added, and the one that was seen since, as JSON
    sa.Column("baseline", sa.Text, nullable=False),
    sa.Column("seen", sa.Text),
    #: the version of the index that it was held against last
    sa.Column("checked", sa.BigInteger),
)

#: What happened, oldest first: rows are added, and each seals the one before. Of a row only `body` and
#: `salt`, the words that may name a person, can go; `seal` is their SHA-256 and stays.
TRAIL = sa.Table(
    "outreach_trail",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("card", sa.Integer),
    sa.Column("what", sa.Text, nullable=False),
    #: where the card went, and where it was
    sa.Column("stage", sa.Text),
    sa.Column("was", sa.Text),
    sa.Column("undoes", sa.Integer),
    sa.Column("body", sa.Text),
    sa.Column("salt", sa.Text),
    sa.Column("seal", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Index("outreach_trail_of", "card"),
)

#: Messages as they would be sent, to the byte; never changed. Of those of a card the last one holds.
DRAFTS = sa.Table(
    "outreach_drafts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("card", sa.Integer, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("template", sa.Text, nullable=False),
    #: mail, or form: words for a contact form, which are never sent
    sa.Column("way", sa.Text, nullable=False),
    sa.Column("recipient", sa.Text),
    sa.Column("subject", sa.Text),
    sa.Column("words", sa.Text),
    sa.Column("content", sa.LargeBinary),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Index("outreach_drafts_of", "card"),
)

#: Who allowed which bytes to be sent.
APPROVALS = sa.Table(
    "outreach_approvals",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("draft", sa.Integer, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Index("outreach_approvals_of", "draft"),
)

#: What is to be sent or was: a draft once at most.
SENDS = sa.Table(
    "outreach_sends",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("card", sa.Integer, nullable=False),
    sa.Column("draft", sa.Integer, nullable=False),
    sa.Column("domain", sa.Text, nullable=False),
    #: SHA-256 of the mailbox: it is counted after the person was forgotten
    sa.Column("mailbox", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("tried_at", sa.BigInteger),
    sa.Column("next_at", sa.BigInteger, nullable=False),
    sa.Column("detail", sa.Text),
    sa.UniqueConstraint("draft", name="outreach_sends_once"),
    sa.Index("outreach_sends_waiting", "state", "next_at"),
    sa.Index("outreach_sends_tried", "tried_at"),
)

#: Who is not written to, in any project: mailboxes and domains, by their SHA-256. `text` is null once a
#: person was forgotten: the refusal outlives the name.
SUPPRESSED = sa.Table(
    "outreach_suppressed",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("why", sa.Text),
    sa.Column("lifted_at", sa.BigInteger),
    sa.Index("outreach_suppressed_key", "key"),
)

#: Why somebody may be written to unasked: a consent, or a relationship, with what it rests on.
GROUNDS = sa.Table(
    "outreach_grounds",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("text", sa.Text),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("why", sa.Text),
    sa.Column("withdrawn_at", sa.BigInteger),
    sa.Index("outreach_grounds_key", "key"),
)
