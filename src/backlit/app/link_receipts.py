"""Does one link count for authority, by which rules, and what would go without it?"""

import time
from typing import TYPE_CHECKING
from uuid import UUID

from backlit.app.answer import Answer, Row
from backlit.app.decided import decided_of, holding_row
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.questions import Question
from backlit.model import VOTE_KINDS, Kind, State, link_id
from backlit.urls import url_of_key

if TYPE_CHECKING:
    from backlit.index.profile import Profile

__all__ = ["explain_link", "find_link", "find_links", "link_id_of"]

#: What does not vouch, in the words of a link's own fields.
_DECLINES = ("nofollow", "ugc", "sponsored")
#: Links whose ids are made at once.
_AT_ONCE = 10_000
_NO_PLACE = ("footer", "comment")


def link_id_of(text: str) -> str | None:
    """The id of a link in its usual spelling; None where the text is none."""
    try:
        return str(UUID(text)) if len(text) in (32, 36) else None
    except ValueError:
        return None


def explain_link(session: Session, link: str, target: str | None) -> Answer:
    """The receipt of a link to a target: each rule of a vote with what was found, and what goes without it.

    UsageError without a target, or where the target has no such link.
    """
    started = time.perf_counter()
    if target is None:
        raise UsageError(f"explain the link {link}", "its target is not named", "Name it: --for example.com.")
    profile = session.profile(target)
    row = find_link(profile, link)
    ranked: Row = _worth(session, profile.domain, row) if session.is_ranked else {"value": None, "vote": None}
    told: Row = {"kind": "link", "id": link, **ranked}
    steps = _steps(row)
    if told["vote"] is False and all(step["answer"] is not False for step in steps):
        steps.append(
            _step("Does its page let links be followed?", False, "nofollow in its robots directives")
        )
    told |= {"steps": steps, "link": row, **_judged(profile, row)}
    decided = decided_of(session.home, target).of(row["source_domain"], link)
    told["decision"] = holding_row(decided)
    told["by_policy"] = None if decided else _ruled(session, profile, link)
    took = (time.perf_counter() - started) * 1000
    query = {"what": link, "target": target}
    return Answer(told, query, profile.version.id, profile.as_of, profile.sources, took_ms=took)


def _ruled(session: Session, profile: "Profile", link: str) -> Row | None:
    """What a rule decides of a link that nobody decided on, and that is not entered among decisions yet."""
    from backlit.app.judging import review
    from backlit.app.ruling import Ruling

    ruling = Ruling.of(session.home, profile.domain)
    if not ruling.is_on or ruling.policy is None:
        return None
    clusters = review(profile, ruling.held, every=True)["clusters"]
    for cluster, rule in ruling.folded(clusters).decided:
        if link in cluster["link_ids"]:
            told = {"rule": rule.id, "version": ruling.policy.version}
            return told | {"verdict": rule.verdict.value, "why": rule.why}
    return None


def _judged(profile: "Profile", row: Row) -> Row:
    from backlit.app.judging import judged_link
    from backlit.app.topics import method_of_relevance

    told = judged_link(profile, row) or {"assessment": None, "worth": None, "visitors": None}
    return told | {"relevance_method": method_of_relevance()}


def find_link(profile: "Profile", link: str) -> Row:
    """The row of a link by its id; UsageError where the target has none."""
    return find_links(profile, link)[0]


def find_links(profile: "Profile", link: str) -> list[Row]:
    """All rows of a link: a page may link twice to the same."""
    page = _page_of(profile, link)
    if page is not None:
        for q in (
            f'page:"{url_of_key(page)}"',
            None,
        ):  # all are looked through where no filter has its letters
            question = Question.ask("backlinks", "source", q, group="none", states=tuple(State))
            found = [row for batch in profile.batches(question) for row in batch if row["id"] == link]
            if found:
                return found
    raise UsageError(
        f"look up the link {link}",
        f"{profile.target.name} has no link with this id",
        "`backlit backlinks TARGET --group none --json` has the id of each.",
    )


def _page_of(profile: "Profile", link: str) -> str | None:
    """The key of the page of a link. Ids are not kept: they are made of each link's ends until one is it,
    which takes a tenth of the time that rows take."""
    wanted, query = UUID(link), "SELECT DISTINCT source_key, target_key, kind FROM links"
    cursor = profile.connect().execute(query)
    while part := cursor.fetchmany(_AT_ONCE):
        for source, target, kind in part:
            if link_id(source, target, kind) == wanted:
                return str(source)
    return None


def _steps(row: Row) -> list[Row]:
    """The rules of a vote (docs/concepts/authority.md); what was not read excludes nothing: null."""
    rel, place, hidden = row["rel"], row["placement"], row["hidden"]
    clicked = {kind.name.lower() for kind in map(Kind, VOTE_KINDS)}
    return [
        _step("Has somebody read it on its page?", row["state"] == "live", row["state"]),
        _step("Can it be clicked?", row["kind"] in clicked, row["kind"]),
        _step("Does it vouch?", None if rel is None else not set(rel) & set(_DECLINES), rel),
        _step(
            "Does it stand where somebody vouches?", None if place is None else place not in _NO_PLACE, place
        ),
        _step("Can a reader see it?", None if hidden is None else hidden == "visible", hidden),
    ]


def _step(question: str, answer: bool | None, evidence: object) -> Row:
    return {"question": question, "answer": answer, "evidence": evidence}


def _worth(session: Session, domain: str, row: Row) -> Row:
    """Whether it votes, and the points that go without it alone: other links of its domain keep theirs."""
    from backlit.app.receipts import whatif
    from backlit.app.votes_left import quoted

    ends = (f"{name}:{quoted(row[f'{name}_url'])}" for name in ("source", "target"))
    told = whatif(session, domain, remove=[" ".join((*ends, f"kind:{row['kind']}"))]).row
    points = told["delta"]["authority"]
    lost = told["before"]["authority"] if told["after"]["authority"] is None else None
    value = lost if points is None else -points
    return {"value": value if told["votes_touched"] else None, "vote": told["votes_touched"] > 0}
