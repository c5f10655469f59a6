"""What can be done with one home from Python?"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from backlit import app
from backlit.api.job import Job
from backlit.api.outreach import Outreach
from backlit.api.result import Result
from backlit.api.target import Target
from backlit.app import Row

__all__ = ["Index"]


class Index:
    """The index of one home folder."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def ingest(self, *sources: str | Path, **options: Any) -> Row:
        """Read crawl files, exports and lists; the options of `app.ingest`."""
        return app.ingest(self.home, [str(source) for source in sources], **options).row

    def crawl(
        self,
        *seeds: str,
        depth: int = 3,
        limit: int = 1_000,
        sitemaps: bool = True,
        internal: str = "none",
    ) -> Row:
        """Visit pages from some addresses on, within their domains, and read them into the index.

        At most `depth` links from a seed and `limit` pages. What was stopped goes on when it is asked for
        with the same seeds.
        """
        return app.crawl(self.home, seeds, depth=depth, limit=limit, sitemaps=sitemaps, internal=internal).row

    def find(self, page: str, *, target: str, scope: str | None = None) -> Row:
        """Look at one page for links to a target, and tell the `steps`, each a question with its answer and
        its evidence; what the page shows is in the index afterwards."""
        return app.find(self.home, page, target, scope=scope).row

    def rank(self, *, seeds: str | Path | None = None, owners: str | Path | None = None) -> Row:
        """Rank the domains and publish the release.

        `seeds` names a list of domains that vouch, `owners` one of domains with their owners, who vote once;
        without it that of the ranking before is used again, and "none" forgets it.
        """
        return app.rank(self.home, seeds=None if seeds is None else Path(seeds), owners=owners).row

    def read_pages(self, *sources: str | Path, workers: int = 1) -> Row:
        """Read what pages say from WARC files, each once: those the index was read from, where none is named.

        `Target.prospects` finds mentions, lists of links, authors and contacts in it.
        """
        return app.read_pages(self.home, [str(each) for each in sources], workers=workers).row

    def jobs(self, *, state: str | None = None, limit: int = 50) -> Result:
        """The long tasks that were asked for, the newest first, all or those that are "waiting", "running",
        "done", "failed" or "cancelled"."""
        return Result(app.jobs_ls(self.home, state=state, limit=limit))

    def job(self, job: str) -> "Job":
        """One of them, by its id or a beginning of it; JobUnknown where there is none."""
        return Job(self.home, app.job_show(self.home, job).row["id"])

    def ask(self, kind: str, **arguments: Any) -> "Job":
        """Have the worker of the home do something, now or once one runs.

        A kind is "ingest", "rank", "verify", "crawl", "monitor-check", "read-pages", "outreach-send" or
        "audit", with the options of that command; `sources=[…]`, `target=…` and `seeds=[…]` are what they are
        about.
        """
        return Job(self.home, app.ask_job(self.home, kind, arguments, by="Python").row["id"])

    def vet(
        self,
        *sites: str,
        target: str | None = None,
        sort: str = "advice",
        scope: str | None = None,
    ) -> Result:
        """Whether links from some sites are worth having: one row each with `advice` ("good", "mixed",
        "avoid", "unknown"), `why`, readings 0 to 100, `seller_signs` with pages, and for a target
        `relevance` 0 to 1 and `already_links`."""
        session = app.open_session(self.home)
        return Result(app.vet(session, sites, target=target, sort=sort, scope=scope))

    def sql(self, text: str, *, as_of: str | None = None, limit: int = 1_000) -> Result:
        """The rows of one SELECT over the tables (docs/reference/tables.md); QueryError where it is none."""
        return Result(app.sql(app.open_session(self.home), text, as_of=as_of, limit=limit))

    def monitor_add(self, *pages: str, target: str, kind: str = "earned", anchor: str | None = None) -> Row:
        """Watch pages for links to a target, `kind` "earned", "compensated" or "own"; with the addresses
        that were refused."""
        return app.monitor_add(self.home, pages, target, kind=kind, anchor=anchor, lists=False).row

    def monitor_ls(self) -> Result:
        """What is watched, with its last state, what is lacking, and ninety days of history."""
        return Result(app.monitor_ls(self.home))

    def monitor_check(self, *, everything: bool = False) -> Row:
        """Look at the watched pages that are due, or at all: how many need attention, and the `monitors`."""
        return app.monitor_check(self.home, everything=everything).row

    def monitor_rm(self, *pages: str, target: str | None = None) -> Row:
        """Watch pages no longer; what was seen of them stays."""
        return app.monitor_rm(self.home, pages, target=target, lists=False).row

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

    def project_add(self, target: str, **known: Any) -> Row:
        """Work on a site, a domain or host; known may be slug, name, rivals, brands, country and note.

        Its rivals and brands hold for `Target.gap` and `Target.prospects` where none are named there.
        """
        return app.project_add(self.home, target, **known).row

    def project_ls(self, *, archived: bool = False) -> Result:
        """The projects with `referring_domains`, `won`, `lost` and what `needs_you`, most first; with
        `archived` those that were put away, too. `why` says how to get a number that is None."""
        return Result(app.project_ls(self.home, archived=archived))

    def project_show(self, slug: str) -> Row:
        """A project, with what happened to it as `log`; ProjectUnknown where there is none."""
        return app.project_show(self.home, slug).row

    def project_edit(self, slug: str, **known: Any) -> Row:
        """Change name, rivals, brands, country or note; what is empty is taken away."""
        return app.project_edit(self.home, slug, **known).row

    def project_archive(self, slug: str, *, undo: bool = False) -> Row:
        """Put a project away, or take it up again; nothing of it is lost."""
        return app.project_archive(self.home, slug, undo=undo).row

    def view_save(
        self,
        name: str,
        page: str,
        *,
        target: str | None = None,
        project: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Row:
        """Keep a page ("backlinks", "changes" …) with the parameters of its address under a name: of one
        target, of that of a project, or of any."""
        return app.view_save(self.home, name, page, target=target, project=project, query=query).row

    def view_ls(self, *, target: str | None = None, page: str | None = None) -> Result:
        """The saved views, or those that a target can be looked at by; `command` asks the same."""
        return Result(app.view_ls(self.home, target=target, page=page))

    def view_open(self, view: int, *, target: str | None = None) -> Row:
        """A view with its `address` in the app and its `command`, of its own target or another."""
        return app.view_open(self.home, view, target=target).row

    def view_rm(self, view: int) -> Row:
        """Remove a view; it stays on record who did that. ViewUnknown where there is none."""
        return app.view_rm(self.home, view).row

    def share_add(
        self,
        page: str = "",
        *,
        target: str | None = None,
        query: Mapping[str, str] | None = None,
        view: int | None = None,
        **options: Any,
    ) -> Row:
        """Make a link by which anybody opens one page, of a target or a saved view; `link` is told this once.

        Options are `name`, `days` (30), `freeze` and `csv`.
        """
        return app.share_add(self.home, page, target=target, query=query, view=view, **options).row

    def share_ls(self, *, ended: bool = False) -> Result:
        """The links that open a page, with `openings`; with `ended` also those that did."""
        return Result(app.share_ls(self.home, ended=ended))

    def share_rm(self, share: int) -> Row:
        """Let a link open nothing any longer; ShareUnknown where there is none."""
        return app.share_rm(self.home, share).row

    @property
    def outreach(self) -> Outreach:
        """The board of those who could link: `.ls()`, `.add(…)`, `.draft(…)`, `.approve(…)`, `.send(…)` …"""
        return Outreach(self.home)

    def policy(self) -> Row:
        """What may be decided by rule: `version`, `at`, `who`, `why`, `text`, `rules`; None without one.

        `edited` says that the home's `policy.toml`, its `draft`, is another and does not hold yet.
        """
        return app.policy_show(self.home).row

    def policy_log(self) -> Result:
        """All versions of the policy, newest first: who, when, why, and `diff` to the one before."""
        return Result(app.policy_log(self.home))

    def policy_edit(self, text: str | None = None, *, why: str = "") -> Row:
        """Let a text hold as a new version, by default what was written to the home's `policy.toml`;
        UsageError with the line where it cannot be read."""
        return app.policy_edit(self.home, text, why=why).row

    def undo(self, decision: int, *, why: str = "") -> Row:
        """Take a decision back by its number: what held before it holds again."""
        event: Row = app.undo(self.home, decision, why=why).row["event"]
        return event

    def target(self, name: str, scope: str | None = None) -> Target:
        """A target, read at the newest version of the index; HomeMissing where there is none yet."""
        return Target(app.open_session(self.home, may_wait=True), name, scope)

    def __repr__(self) -> str:
        return f"<Index {self.home}>"
