"""Which tables hold alerts: what is wanted, what was found, what was sent?"""

import sqlalchemy as sa

from backlit.store.tables import METADATA

__all__ = ["ATTEMPTS", "CHANNELS", "DELIVERIES", "EVENTS", "RULES", "TOLD"]

#: Where alerts go: a mailbox or a webhook. What was not sent yet is off while `disabled_at` stands.
CHANNELS = sa.Table(
    "alert_channels",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    #: what webhooks are signed with, and what they were until not long ago
    sa.Column("secret", sa.Text),
    sa.Column("old_secret", sa.Text),
    sa.Column("old_until", sa.BigInteger),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    #: the first failure since anything arrived, and how many there were
    sa.Column("failing_since", sa.BigInteger),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("disabled_at", sa.BigInteger),
    sa.Column("disabled_why", sa.Text),
)

#: What somebody wants to hear of. `base_*` is up to where it was decided what there is to tell.
RULES = sa.Table(
    "alert_rules",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("scope", sa.Text),
    sa.Column("q", sa.Text, nullable=False),
    #: kinds of change, and ids of channels: words with a space between
    sa.Column("kinds", sa.Text, nullable=False),
    sa.Column("channels", sa.Text, nullable=False),
    sa.Column("cadence", sa.Text, nullable=False),
    sa.Column("quiet", sa.Text),
    #: the secret part of the feed's address
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("removed_at", sa.BigInteger),
    sa.Column("muted_until", sa.BigInteger),
    sa.Column("base_version", sa.BigInteger),
    sa.Column("base_moment", sa.BigInteger),
    sa.Column("base_look", sa.BigInteger, nullable=False),
    #: the slot of the digest that went last
    sa.Column("digest_at", sa.BigInteger),
    sa.UniqueConstraint("token", name="alert_rules_token"),
)

#: What each rule has told last of a link, so that nothing is told twice.
TOLD = sa.Table(
    "alert_told",
    METADATA,
    sa.Column("rule", sa.Integer, primary_key=True),
    sa.Column("subject", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
)

#: What there is to tell: the inbox. `digest` is null while it waits to be sent.
EVENTS = sa.Table(
    "alert_events",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rule", sa.Integer, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    #: whether it is sent for its own sake, rather than along with others
    sa.Column("is_alert", sa.Boolean, nullable=False),
    sa.Column("happened", sa.BigInteger, nullable=False),
    sa.Column("found_at", sa.BigInteger, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    sa.Column("digest", sa.Text),
    sa.Column("seen_at", sa.BigInteger),
    sa.UniqueConstraint("rule", "key", name="alert_events_once"),
    sa.Index("alert_events_waiting", "rule", "digest"),
)

#: What is to be sent or was: one row per message and channel, with all that the message says.
DELIVERIES = sa.Table(
    "alert_deliveries",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("rule", sa.Integer, nullable=False),
    sa.Column("channel", sa.Integer, nullable=False),
    #: the id that the receiver knows the message by, the same at every try
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("tried_at", sa.BigInteger),
    sa.Column("next_at", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("key", name="alert_deliveries_key"),
    sa.Index("alert_deliveries_waiting", "state", "next_at"),
)

#: The log of deliveries: one row per try.
ATTEMPTS = sa.Table(
    "alert_attempts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("delivery", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("alert_attempts_of", "delivery"),
)
