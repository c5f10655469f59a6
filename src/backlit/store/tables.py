"""Which tables hold the state of a home?

They are what the migrations lead to; a test compares the two. PostgreSQL indexes no text of more than about
2,700 bytes by order, and addresses may be longer: there, such indexes are hashes.
"""

import sqlalchemy as sa

__all__ = [
    "ANSWERS",
    "DECISIONS",
    "DISAVOWS",
    "INTAKES",
    "LOOKS",
    "METADATA",
    "MONITORS",
    "PROJECTS",
    "PROJECT_EVENTS",
    "SHARES",
    "VIEWS",
]

METADATA = sa.MetaData()

#: One row per look at a link, never changed afterwards but for `held`.
LOOKS = sa.Table(
    "looks",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("source_url", sa.Text, nullable=False),
    #: the page that the link leads to; empty where a lead has none
    sa.Column("target_url", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    #: all that the verdict rests on, as JSON
    sa.Column("told", sa.Text, nullable=False),
    #: a capture that waits for a second look, by its name in the home
    sa.Column("held", sa.Text),
)
sa.Index("looks_of_page", LOOKS.c.source_url, LOOKS.c.at).ddl_if(dialect="sqlite")
sa.Index("looks_of_page", LOOKS.c.source_url, postgresql_using="hash").ddl_if(dialect="postgresql")

#: One row per page that somebody wants looked at again and again; a removed one stays, with its time.
MONITORS = sa.Table(
    "monitors",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    #: the words and the address that were promised; null where nothing was
    sa.Column("anchor", sa.Text),
    sa.Column("promised_url", sa.Text),
    sa.Column("added_at", sa.BigInteger, nullable=False),
    sa.Column("removed_at", sa.BigInteger),
)
sa.Index("monitors_by_page", MONITORS.c.url, MONITORS.c.target).ddl_if(dialect="sqlite")
sa.Index("monitors_by_page", MONITORS.c.url, postgresql_using="hash").ddl_if(dialect="postgresql")

#: One row at most per page: its last whole answer that the server can be asked about again.
ANSWERS = sa.Table(
    "answers",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("url", sa.Text, nullable=False),
    #: what its headers ETag and Last-Modified said
    sa.Column("etag", sa.Text),
    sa.Column("modified", sa.Text),
    #: when the body came
    sa.Column("at", sa.BigInteger, nullable=False),
    #: the record, by the name of its file among the captures
    sa.Column("file", sa.Text, nullable=False),
    sa.Column("offset", sa.BigInteger, nullable=False),
    sa.Column("length", sa.BigInteger, nullable=False),
)
sa.Index("answers_by_page", ANSWERS.c.url).ddl_if(dialect="sqlite")
sa.Index("answers_by_page", ANSWERS.c.url, postgresql_using="hash").ddl_if(dialect="postgresql")
#: One row per decision, and per undoing of one; never changed.
DECISIONS = sa.Table(
    "decisions",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    #: the registrable domain whose links it is about
    sa.Column("target", sa.Text, nullable=False),
    #: link, domain or cluster; and its id or name
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("verdict", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    #: when it is to be looked at again; null for never
    sa.Column("until", sa.BigInteger),
    #: what it holds for, domains or one link, and what was known then, as JSON
    sa.Column("told", sa.Text, nullable=False),
    #: the row that it takes back
    sa.Column("undoes", sa.Integer),
)
sa.Index("decisions_of_target", DECISIONS.c.target, DECISIONS.c.id).ddl_if(dialect="sqlite")
sa.Index("decisions_of_target", DECISIONS.c.target, postgresql_using="hash").ddl_if(dialect="postgresql")

#: What the owner of a site answered before an audit; the newest row of a target holds, none is changed.
INTAKES = sa.Table(
    "intakes",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    #: the answers, as JSON
    sa.Column("told", sa.Text, nullable=False),
)

#: Versions of disavow files: imported, approved, exported, uploaded; never changed.
DISAVOWS = sa.Table(
    "disavows",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    #: SHA-256 of the exact bytes
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    #: the reason, or the name of the file that was read
    sa.Column("why", sa.Text, nullable=False),
    #: the day on which it was given to Google
    sa.Column("uploaded_on", sa.Text),
)

#: One row per project: a site that somebody works on, and what that takes for granted.
PROJECTS = sa.Table(
    "projects",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("slug", sa.Text, nullable=False),
    #: a host, and all below it
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    #: targets, and names of the brand, as JSON
    sa.Column("rivals", sa.Text, nullable=False),
    sa.Column("brands", sa.Text, nullable=False),
    #: two letters; null where nobody said
    sa.Column("country", sa.Text),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("archived_at", sa.BigInteger),
    sa.UniqueConstraint("slug", name="projects_slug"),
)

#: What happened to projects: rows are only ever added.
PROJECT_EVENTS = sa.Table(
    "project_events",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("project", sa.Integer, nullable=False),
    #: added, changed, archived or restored
    sa.Column("what", sa.Text, nullable=False),
    #: what was changed, from what and to what, as JSON
    sa.Column("told", sa.Text, nullable=False),
    sa.Index("project_events_of", "project"),
)

#: One row per saved view: a page of a report, with what was asked of it. Removed ones stay.
VIEWS = sa.Table(
    "views",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    #: as commands call it: best-pages
    sa.Column("page", sa.Text, nullable=False),
    #: what it is of; with neither, of any target
    sa.Column("target", sa.Text),
    sa.Column("project", sa.Integer),
    #: the parameters of its address in their order, without those at their defaults
    sa.Column("query", sa.Text, nullable=False),
    sa.Column("removed_at", sa.BigInteger),
    sa.Column("removed_by", sa.Text),
)

#: One row per link by which anybody opens one page without signing in. Ended ones stay.
SHARES = sa.Table(
    "shares",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    #: SHA-256 of what the link ends in, which is kept nowhere
    sa.Column("token", sa.Text, nullable=False, unique=True),
    sa.Column("at", sa.BigInteger, nullable=False),
    sa.Column("who", sa.Text, nullable=False),
    #: what who opens it reads above the page; may be empty
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    #: as commands call it, and what is asked of it: both as of views
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("query", sa.Text, nullable=False),
    #: whether the rows may be taken away as a file
    sa.Column("csv", sa.Boolean, nullable=False),
    sa.Column("until", sa.BigInteger, nullable=False),
    sa.Column("openings", sa.Integer, nullable=False),
    sa.Column("opened_at", sa.BigInteger),
    sa.Column("ended_at", sa.BigInteger),
    sa.Column("ended_by", sa.Text),
)
