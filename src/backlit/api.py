"""How is Backlit used from Python? `backlit.open(folder)`, and on from there.

The same use cases as on the command line, with the same names:

    index = backlit.open("links")
    index.ingest("crawl.warc.gz")
    index.target("example.com").backlinks(group="domain").df()
"""

import html
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from backlit import app
from backlit.app import Answer, Row
from backlit.errors import MissingExtra
from backlit.report.export import format_of, write_rows
from backlit.report.streaming import STREAMED, encode

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

__all__ = ["Index", "Job", "Result", "Target", "open"]


#: Rows that a notebook shows.
_SHOWN = 100


class Result:
    """The rows of an answer, in whatever form is wanted: all that exist, unless `limit` or `cursor` chose."""

    def __init__(self, answer: Answer, whole: Callable[[], app.Whole] | None = None) -> None:
        self._answer, self._whole = answer, whole

    @cached_property
    def rows(self) -> list[Row]:
        """The rows as dictionaries. Of a list of millions `batches` holds no more than some thousand."""
        return [row for batch in self.batches() for row in batch]

    @property
    def total(self) -> int:
        """How many rows exist; with a `limit` or a `cursor`, these are some of them."""
        return len(self._answer.rows) if self._answer.total is None else self._answer.total

    @property
    def total_is(self) -> str:
        """Whether the total is "exact", or "approx" where counting took too long."""
        return self._answer.total_is

    @property
    def facets(self) -> Row | None:
        """How the links behind the rows are made up, where `facets=` asked for it."""
        return None if self._answer.facets is None else dict(self._answer.facets)

    @property
    def next(self) -> str | None:
        """The cursor that continues after these rows; None after the last."""
        return self._answer.next if self._whole is None else None

    @property
    def snapshot(self) -> str | None:
        """The version of the index that was read."""
        return None if self._answer.snapshot is None else str(self._answer.snapshot)

    @property
    def as_of(self) -> datetime | None:
        """The moment after which nothing is known to this answer."""
        return self._answer.as_of

    def arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        return pa.Table.from_pylist(self.rows)

    def df(self) -> "pd.DataFrame":
        """The rows as a pandas frame; MissingExtra where pandas is not installed."""
        _need("pandas")
        return self.arrow().to_pandas()

    def pl(self) -> "pl.DataFrame":
        """The rows as a polars frame; MissingExtra where polars is not installed."""
        frame: pl.DataFrame = _need("polars").DataFrame(self.arrow())
        return frame

    def batches(self) -> Iterator[list[Row]]:
        """All rows that exist, some thousand at a time, where no `limit` or `cursor` chose among them."""
        if self._whole is None:
            yield self._answer.rows
        else:
            yield from self._whole().batches

    def to_parquet(self, path: str | Path) -> None:
        """Write the rows to a Parquet file: all that exist, as `write` does."""
        self.write(path, "parquet")

    def write(self, path: str | Path, form: str | None = None) -> None:
        """Write all rows that exist to a file, as `form` says, else as its suffix does.

        Those of `rows` only, where a `limit` or a `cursor` was asked for. They are written as they are read,
        so that memory holds some thousand of them at a time.
        """
        chosen = form or format_of(str(path))
        with Path(path).open("wb") as file:
            if self._whole is None or chosen not in STREAMED:
                rows = (row for batch in self.batches() for row in batch)
                write_rows(rows, None, chosen, file)
                return
            found = self._whole()
            file.writelines(encode(found.batches, found.view, chosen))

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        have = self.total if self._whole is not None else len(self._answer.rows)
        return f"<Result {have} of {self.total} rows, as of {self.as_of}>"

    def _repr_html_(self) -> str:
        """The first rows as a table for notebooks; crawled text is escaped."""
        first = self._answer.rows[:_SHOWN]
        names = list(first[0]) if first else []
        head = "".join(f"<th>{html.escape(name)}</th>" for name in names)
        body = "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(row.get(name)))}</td>" for name in names) + "</tr>"
            for row in first
        )
        table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
        return f"<p>{html.escape(repr(self))}</p>{table}"


class Target:
    """A URL, host or domain, and everything that can be asked about it."""

    def __init__(self, session: app.Session, name: str, scope: str | None) -> None:
        self._session, self.name, self.scope = session, name, scope

    def overview(self, *, as_of: str | None = None) -> Row:
        """The profile on one screen."""
        return app.overview(self._session, self.name, scope=self.scope, as_of=as_of).row

    def backlinks(
        self,
        *,
        q: str | None = None,
        group: str = "domain",
        state: Sequence[str] | None = None,
        sort: str = "-authority",
        facets: Sequence[str] = (),
        **paging: Any,
    ) -> Result:
        """The links, or the best of each group; `limit`, `cursor` and `as_of` as everywhere."""
        return self._ask(app.backlinks, q=q, group=group, state=state, sort=sort, facets=facets, **paging)

    def domains(self, *, q: str | None = None, sort: str = "-authority", **paging: Any) -> Result:
        """The referring domains; `limit`, `cursor` and `as_of` as everywhere."""
        return self._ask(app.domains, q=q, sort=sort, **paging)

    def anchors(self, *, q: str | None = None, sort: str = "-domains", **paging: Any) -> Result:
        """The anchor texts; `limit`, `cursor` and `as_of` as everywhere."""
        return self._ask(app.anchors, q=q, sort=sort, **paging)

    def best_pages(self, *, q: str | None = None, sort: str = "-domains", **paging: Any) -> Result:
        """The target's own pages by the links they earn; `limit`, `cursor` and `as_of` as everywhere."""
        return self._ask(app.best_pages, q=q, sort=sort, **paging)

    def changes(
        self,
        *,
        since: str | None = None,
        vs: str | None = None,
        q: str | None = None,
        kind: Sequence[str] = (),
        sort: str = "-at",
        **paging: Any,
    ) -> Result:
        """What is new, lost and changed since a day, or against what was known on a date, with reasons.

        `kind` names others than these three; `limit`, `cursor` and `as_of` as everywhere.
        """
        return self._ask(app.changes, since=since, vs=vs, q=q, kind=kind, sort=sort, **paging)

    def leads(self, **paging: Any) -> Result:
        """The pages that are said to link here and were not read yet; `limit`, `cursor` and `as_of`."""
        return self._ask(app.leads, **paging)

    def verify(self, *, q: str | None = None, leads: bool = False, limit: int | None = None) -> Row:
        """Read the pages of known links, or of leads, and say of each link whether it is there.

        The four counts `found`, `not_found`, `blocked` and `unreachable`, and the verdicts as `results`.
        What the pages show is in the index afterwards.
        """
        home = self._session.home
        row = app.verify(home, self.name, scope=self.scope, q=q, leads=leads, limit=limit).row
        self._session.refresh()
        return row

    def confirm(
        self,
        page: str,
        *,
        html: bytes | str | None = None,
        seen: bool = False,
        who: str | None = None,
        note: str | None = None,
    ) -> Row:
        """Keep what a person saw of a page that does not let us look: its source, or with `seen` their word.

        The source is read like an answer of the page's server; a word changes no row of the index.
        """
        source = html.encode("utf-8", "replace") if isinstance(html, str) else html
        home = self._session.home
        answer = app.confirm(
            home, page, self.name, html=source, seen=seen, who=who, note=note, scope=self.scope
        )
        self._session.refresh()
        return answer.row

    def explain(self, *, link: str | None = None, limit: int = 20) -> Row:
        """The receipt of the authority of the target's domain, or of a link to the target by its id."""
        return app.explain(self._session, link or self.name, target=self.name, limit=limit).row

    def whatif(self, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> Row:
        """The authority with links from some domains more, or without those of others."""
        return app.whatif(self._session, self.name, add=add, remove=remove).row

    def sources(self, *, as_of: str | None = None) -> Row:
        """Who knows the links, how far the sources agree, and what none of them has seen."""
        return app.sources(self._session, self.name, scope=self.scope, as_of=as_of).row

    def _ask(self, question: Callable[..., Answer], **asked: Any) -> Result:
        answer = question(self._session, self.name, scope=self.scope, **asked)
        if asked.get("limit") is not None or asked.get("cursor") is not None:
            return Result(answer)
        view = "pages" if question is app.best_pages else question.__name__
        told = {name: value for name, value in asked.items() if name != "facets"} | {"scope": self.scope}
        return Result(answer, lambda: app.whole(self._session, view, self.name, **told))

    def diversity(self, *, peers: Sequence[str] = (), as_of: str | None = None) -> Result:
        """Over how many kinds the links spread, a row per dimension, and the place among peers.

        `peers` are domains to compare with; without any, the index is searched for domains of about the same
        size and language.
        """
        return Result(app.diversity(self._session, self.name, peers=peers, scope=self.scope, as_of=as_of))

    def gap(
        self,
        *rivals: str,
        by: str = "domain",
        at_least: int = 1,
        q: str | None = None,
        sort: str = "rivals",
        limit: int = 10_000,
        as_of: str | None = None,
    ) -> Result:
        """Who links to at least so many of the rivals and not to the target: a row a domain, or a page.

        `value` is what the best of their links is worth to the rival that has it, 0 to 100; `relevance` how
        near its page is to what the target is about, 0 to 1. Both are None where that is not known.
        """
        answer = app.gap(
            self._session,
            self.name,
            rivals=rivals,
            by=by,
            at_least=at_least,
            q=q,
            sort=sort,
            limit=limit,
            scope=self.scope,
            as_of=as_of,
        )
        return Result(answer)

    def audit(self, *, as_of: str | None = None) -> Row:
        """What stands out in the profile, with evidence."""
        return app.audit(self._session, self.name, scope=self.scope, as_of=as_of).row

    def decide(self, what: str, verdict: str, *, why: str, until: str | None = None) -> Row:
        """Keep a verdict on a link by its id, a domain, or a cluster by its id: keep, ignore, watch,
        ask-removal, disavow or snooze. The event, with its number for `Index.undo`."""
        answer = app.decide(self._session, what, verdict, why=why, target=self.name, until=until)
        event: Row = answer.row["event"]
        return event

    def decisions(self) -> Result:
        """All that was decided about the links, newest first; `holds` says what stands."""
        return Result(app.decisions(self._session.home, self.name))

    def intake(
        self,
        *,
        manual_action: str | None = None,
        placed: str | None = None,
        placed_when: str | None = None,
        old_file: str | None = None,
    ) -> Row:
        """Keep the answers that come before an audit: `manual_action` (a day, "yes" or "no"), `placed` (who
        bought or placed links, or "no") with `placed_when`, and `old_file` ("yes" or "no")."""
        return app.intake(
            self._session.home,
            self.name,
            manual_action=manual_action,
            placed=placed,
            placed_when=placed_when,
            old_file=old_file,
        ).row

    def broken(self, *, as_of: str | None = None) -> Result:
        """The dead pages of the target that others link to, each with the live page that is nearest."""
        return Result(app.broken(self._session, self.name, scope=self.scope, as_of=as_of))

    def disavow_import(self, content: bytes, *, name: str = "") -> Row:
        """Keep the disavow file that Google has, byte for byte, and say what is wrong with it."""
        return app.disavow_import(self._session.home, content, self.name, name=name).row

    def disavow_review(self) -> Result:
        """What to take out of that file: lines whose links are gone, pass nothing, or are worth having."""
        return Result(app.disavow_review(self._session, self.name))

    def disavow_lint(self) -> Result:
        """What is wrong with that file, a row for each fault."""
        return Result(app.disavow_lint(self._session.home, target=self.name))

    def disavow_diff(self, *, platforms: Sequence[str] = ()) -> Row:
        """What the next file has more and less, with reasons, what is left out, and the digest to approve."""
        return app.disavow_diff(self._session, self.name, platforms=platforms).row

    def disavow_simulate(self, *, platforms: Sequence[str] = ()) -> Row:
        """What the next file would take from the target by Backlit's own score; no ranking forecast."""
        return app.disavow_simulate(self._session, self.name, platforms=platforms).row

    def disavow_export(
        self, *, why: str, approve: str | None = None, platforms: Sequence[str] = ()
    ) -> bytes | None:
        """First with `approve`, the digest of the bytes, which approves them (None); then without: the bytes.

        UsageError without a reason, without a basis for what is added, or without an approval.
        """
        return app.disavow_export(self._session, self.name, why=why, approve=approve, platforms=platforms)[1]

    def disavow_uploaded(self, *, on: str | None = None) -> Row:
        """Note that the file exported last was given to Google, today or on another day."""
        return app.disavow_uploaded(self._session.home, self.name, on=on).row

    def dossier(self) -> Row:
        """What is on record for a reconsideration request: removal attempts, what came of them, what is
        disavowed."""
        return app.dossier(self._session, self.name).row

    def disavow_versions(self) -> Result:
        """The files so far, newest first: what was done with each, when, by whom and why."""
        return Result(app.disavow_versions(self._session.home, self.name))

    def __repr__(self) -> str:
        return f"<Target {self.name}>"


class Job:
    """A long task that a worker does: `backlit jobs work`, or `backlit up`."""

    def __init__(self, home: Path, job: str) -> None:
        self._home, self.id = home, job

    def show(self) -> Row:
        """What was asked, how far it is, what came of it: `state`, `progress`, `result`, `error` and more."""
        return app.job_show(self._home, self.id).row

    def wait(self) -> Row:
        """What came of it, once it is over; its error is raised."""
        return app.job_wait(self._home, self.id).row

    def cancel(self) -> None:
        """Stop it, or do not begin it; what it did stays."""
        app.job_cancel(self._home, self.id)

    def resume(self) -> None:
        """Go on with it, where it failed or was cancelled."""
        app.job_resume(self._home, self.id)

    def __repr__(self) -> str:
        return f"<Job {self.id}>"


class Index:
    """The index of one home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def ingest(self, *sources: str | Path, **options: Any) -> Row:
        """Read crawl files, exports and lists; the options of `app.ingest`."""
        return app.ingest(self.home, [str(source) for source in sources], **options).row

    def rank(self, *, seeds: str | Path | None = None, owners: str | Path | None = None) -> Row:
        """Rank the domains and publish the release.

        `seeds` names a list of domains that vouch, `owners` one of domains with their owners, who vote once;
        without it that of the ranking before is used again, and "none" forgets it.
        """
        return app.rank(self.home, seeds=None if seeds is None else Path(seeds), owners=owners).row

    def jobs(self, *, state: str | None = None, limit: int = 50) -> Result:
        """The long tasks that were asked for, the newest first, all or those that are "waiting", "running",
        "done", "failed" or "cancelled"."""
        return Result(app.jobs_ls(self.home, state=state, limit=limit))

    def job(self, job: str) -> "Job":
        """One of them, by its id or a beginning of it; JobUnknown where there is none."""
        return Job(self.home, app.job_show(self.home, job).row["id"])

    def ask(self, kind: str, **arguments: Any) -> "Job":
        """Have the worker of the home do something, now or once one runs.

        A kind is "ingest", "rank", "verify", "crawl", "monitor-check" or "audit", with the options of that
        command; `sources=[…]`, `target=…` and `seeds=[…]` are what they are about.
        """
        return Job(self.home, app.ask_job(self.home, kind, arguments, by="Python").row["id"])

    def sql(self, text: str, *, as_of: str | None = None, limit: int = 1_000) -> Result:
        """The rows of one SELECT over the tables (docs/reference/tables.md); QueryError where it is none."""
        return Result(app.sql(app.open_session(self.home), text, as_of=as_of, limit=limit))

    def alert_add(
        self,
        target: str,
        *,
        to: Sequence[str] = (),
        kinds: Sequence[str] = (),
        q: str | None = None,
        scope: str | None = None,
        cadence: str = "weekly",
        quiet: str | None = None,
    ) -> Row:
        """Tell of changes of links to a target: in the inbox, by a feed, and to the addresses named.

        Of `kinds` new, lost, changed, recovered and promise; `cadence` weekly, daily or now. The secret of a
        new webhook is in this answer and in no other.
        """
        asked = {"to": to, "kinds": kinds, "q": q, "scope": scope, "cadence": cadence, "quiet": quiet}
        return app.alert_add(self.home, target, **asked).row  # type: ignore[arg-type]

    def alert_ls(self) -> Result:
        """The alerts, with their channels and the addresses of their feeds."""
        return Result(app.alert_ls(self.home))

    def alert_inbox(self, *, alert: int | None = None, limit: int = 100) -> Result:
        """What was found, newest first."""
        return Result(app.alert_inbox(self.home, alert=alert, limit=limit))

    def alert_log(self, *, alert: int | None = None, limit: int = 100) -> Result:
        """What was sent and what waits, newest first, with every try."""
        return Result(app.alert_log(self.home, alert=alert, limit=limit))

    def alert_test(self, alert: int) -> Result:
        """Send a test to each channel of an alert: a row for each, with what came of it."""
        return Result(app.alert_test(self.home, alert))

    def alert_mute(self, alert: int, *, days: float | None) -> Row:
        """Send nothing of an alert for some days; None ends that."""
        return app.alert_mute(self.home, alert, days=days).row

    def alert_replay(self, delivery: int) -> Row:
        """Let the next run send a message again, under its old id."""
        return app.alert_replay(self.home, delivery).row

    def alert_rotate(self, channel: int) -> Row:
        """Give a webhook another secret, which is in this answer and in no other."""
        return app.alert_rotate(self.home, channel).row

    def alert_rm(self, alert: int) -> Row:
        """Remove an alert; what it found stays."""
        return app.alert_rm(self.home, alert).row

    def alerts_run(self) -> Row:
        """Find what has changed, and send what is due; may be called at any time.

        `busy` says that another process is at it, and that nothing was done here.
        """
        return app.alerts_run(self.home).row

    def undo(self, decision: int, *, why: str = "") -> Row:
        """Take a decision back by its number: what held before it holds again."""
        event: Row = app.undo(self.home, decision, why=why).row["event"]
        return event

    def target(self, name: str, scope: str | None = None) -> Target:
        """A target, read at the newest version of the index; HomeMissing where there is none yet."""
        return Target(app.open_session(self.home, may_wait=True), name, scope)

    def __repr__(self) -> str:
        return f"<Index {self.home}>"


def open(folder: str | Path | None = None) -> Index:  # noqa: A001  # the name users meet: backlit.open
    """The index in a folder (else BACKLIT_DIR, else the user's data folder), there already or not yet."""
    return Index(app.home_folder(None if folder is None else str(folder)))


def _need(package: str) -> Any:
    from importlib import import_module

    try:
        return import_module(package)
    except ImportError as error:
        raise MissingExtra(
            f"return rows as a {package} frame",
            f"{package} is not installed",
            f"Run `pip install {package}`.",
        ) from error
