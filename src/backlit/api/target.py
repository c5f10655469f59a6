"""What can be asked and decided of one target from Python?"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from backlit import app
from backlit.api.result import Result
from backlit.app import Answer, Row
from backlit.report.brand import brand_of
from backlit.report.export import format_of

__all__ = ["Target"]


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

    def verify(
        self,
        *,
        q: str | None = None,
        leads: bool = False,
        page: str | None = None,
        limit: int | None = None,
    ) -> Row:
        """Read the pages of known links, or of leads, or one page, and say of each link whether it is there.

        The four counts `found`, `not_found`, `blocked` and `unreachable`, and the verdicts as `results`.
        What the pages show is in the index afterwards.
        """
        home = self._session.home
        row = app.verify(home, self.name, scope=self.scope, q=q, leads=leads, page=page, limit=limit).row
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

    def graph(self, *, q: str | None = None, limit: int = 100, as_of: str | None = None) -> Row:
        """The target with the strongest domains that link to it (`nodes`), links among those (`edges`), and
        groups that link more to each other than to the rest (`communities`).

        Nodes have places `x` and `y` within -1 … 1; `limit` is 500 at most.
        """
        return app.graph(self._session, self.name, q=q, limit=limit, scope=self.scope, as_of=as_of).row

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

    def prospects(
        self,
        *rivals: str,
        kinds: Sequence[str] = (),
        brands: Sequence[str] = (),
        sort: str = "worth",
        limit: int = 100_000,
        as_of: str | None = None,
    ) -> Result:
        """Where more links could come from, the best first: links to mend and to win back, then whom to ask.

        `value` is what a link would be worth, 0 to 100, between `value_low` and `value_high`; `relevance` how
        near the page is, 0 to 1; both None where that is not known. Without rivals those are taken that the
        same sites vote for, and without `brands` those names are looked for that links use. What pages say is
        known after `Index.read_pages`. `Result.query` has what a kind needs that has no rows, and whom the
        list leaves out.
        """
        answer = app.prospects(
            self._session,
            self.name,
            kinds=kinds,
            rivals=rivals,
            brands=brands,
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

    def policy_suggest(self) -> Result:
        """Rules that the decisions about the links speak for, each with the decisions that agree (none is
        against it) and the open groups that it would decide now."""
        return Result(app.policy_suggest(self._session, self.name))

    def policy_accept(self, rule: str, *, why: str = "") -> Row:
        """Let a suggested rule hold by its id, as a new version of the policy."""
        return app.policy_accept(self._session, rule, why=why).row

    def policy_apply(self) -> Result:
        """Enter what the rules decide of the open groups among the decisions; each can be undone."""
        return Result(app.policy_apply(self._session, self.name))

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

    def impact(
        self,
        *,
        since: str | None = None,
        q: str | None = None,
        limit: int = 10_000,
        as_of: str | None = None,
    ) -> Row:
        """Clicks, impressions and visits of pages in two exports of Search Console, beside the links that
        they won and lost; and what pages with won links did beside pages of like size, with an interval.

        UsageError where there are no two exports that do not overlap.
        """
        return app.impact(
            self._session, self.name, since=since, q=q, limit=limit, scope=self.scope, as_of=as_of
        ).row

    def report(
        self,
        path: str | Path | None = None,
        *,
        audience: str = "owner",
        since: str | None = None,
        vs: str | None = None,
        as_of: str | None = None,
        brand_name: str | None = None,
        logo: str | Path | None = None,
        colour: str | None = None,
    ) -> Row:
        """What happened to the links in a period (30 days unless `since` or `vs` names another), was done and
        comes next, for "owner", "client" or "executive"; with a `path` written there too.

        The file is HTML, PDF, XLSX or ZIP by its suffix, with a name, a logo and a colour of your own.
        """
        asked: dict[str, Any] = {"audience": audience, "since": since, "vs": vs}
        asked |= {"scope": self.scope, "as_of": as_of}
        form = None if path is None else format_of(path, tuple(app.REPORT_FORMS))
        brand = brand_of(brand_name, None if logo is None else Path(logo), colour)
        answer = app.report(self._session, self.name, **asked)
        if path is not None and form is not None:
            Path(path).write_bytes(app.file_of(self._session, answer, form, brand, asked))
        return answer.row

    def dossier(self) -> Row:
        """What is on record for a reconsideration request: removal attempts, what came of them, what is
        disavowed."""
        return app.dossier(self._session, self.name).row

    def disavow_versions(self) -> Result:
        """The files so far, newest first: what was done with each, when, by whom and why."""
        return Result(app.disavow_versions(self._session.home, self.name))

    def __repr__(self) -> str:
        return f"<Target {self.name}>"
