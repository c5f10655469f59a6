"""Which tables say who may do what here, and who did?

One secret is kept as it is, since the server has to make the same codes from it: that of a second factor,
which opens nothing without the password. Of passwords there are argon2id hashes, of the random tokens of
sessions, sign-ins that wait, keys and invitations (256 bits, so that nobody finds them by trying) and of
recovery codes (125 bits) their SHA-256.
"""

import sqlalchemy as sa

from backlit.store.tables import METADATA

__all__ = [
    "ACCOUNTS",
    "INVITATIONS",
    "KEYS",
    "LOG",
    "PENDING",
    "RECOVERY_CODES",
    "SECOND_FACTORS",
    "SESSIONS",
]

#: One row per person who may sign in; one who may no longer stays, with the time.
ACCOUNTS = sa.Table(
    "accounts",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    #: the address of mail, in small letters: it is what people sign in with
    sa.Column("email", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("role", sa.Text, nullable=False),
    #: the short names of projects, as JSON; null where all data may be seen
    sa.Column("projects", sa.Text),
    #: null until it was chosen
    sa.Column("password", sa.Text),
    sa.Column("removed_at", sa.BigInteger),
    sa.UniqueConstraint("email", name="accounts_email"),
)

#: One row per browser that somebody signed in with.
SESSIONS = sa.Table(
    "sessions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("account", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("seen_at", sa.BigInteger, nullable=False),
    #: what the browser calls itself, and where it was
    sa.Column("agent", sa.Text, nullable=False),
    sa.Column("address", sa.Text, nullable=False),
    sa.Column("ended_at", sa.BigInteger),
    #: when its password, and its code, were given again; null where that was when it began
    sa.Column("proven_at", sa.BigInteger),
)

#: One row per key of a program.
KEYS = sa.Table(
    "keys",
    METADATA,
    #: what of the key may be shown
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    #: whose it is: it ends with that account, and may never do more; null for one that was made here
    sa.Column("account", sa.Integer),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scope", sa.Text, nullable=False),
    sa.Column("projects", sa.Text),
    sa.Column("until", sa.BigInteger, nullable=False),
    #: to the hour
    sa.Column("used_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
)

#: One row per link by which somebody chooses a password, once.
INVITATIONS = sa.Table(
    "invitations",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("token", sa.Text, nullable=False, unique=True),
    #: null for the first account, which its link makes
    sa.Column("account", sa.Integer),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
)

#: One row per account with a second factor, or about to have one; it goes when that is turned off.
SECOND_FACTORS = sa.Table(
    "second_factors",
    METADATA,
    sa.Column("account", sa.Integer, primary_key=True, autoincrement=False),
    #: base32, as authenticator apps take it
    sa.Column("secret", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    #: null until a code of it was given
    sa.Column("on_at", sa.BigInteger),
    #: the time step of the code that was used last: none of it or before it is good any more
    sa.Column("step", sa.BigInteger, nullable=False),
)

#: One row per code that stands in for a lost second factor, once.
RECOVERY_CODES = sa.Table(
    "recovery_codes",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    sa.Column("account", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("used_at", sa.BigInteger),
)

#: One row per browser that gave a password, and has to give a code.
PENDING = sa.Table(
    "pending_sign_ins",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("account", sa.Integer, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    #: when a code was given that was right
    sa.Column("used_at", sa.BigInteger),
)

#: Who signed in, or failed to; whose rights changed; what was taken out. Only ever added to.
LOG = sa.Table(
    "account_log",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("what", sa.Text, nullable=False),
    #: whom or what it is about: an address of mail, the id of a key, a path
    sa.Column("about", sa.Text, nullable=False),
    sa.Column("told", sa.Text, nullable=False),
    #: the address of the machine that asked; empty for the command line
    sa.Column("address", sa.Text, nullable=False),
)
sa.Index("account_log_of", LOG.c.what, LOG.c.at)
