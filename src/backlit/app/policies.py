"""What may be decided by rule, who said so, and which rules do people's decisions speak for?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from backlit.app.acting import user
from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.deciding import AGAIN, event_row, known_of, undo
from backlit.app.policy_files import FILE, Kept, Make, PolicyFiles, difference
from backlit.app.ruling import Ruling
from backlit.app.session import Session
from backlit.errors import ConfigError, UsageError
from backlit.report.policy import LEAST, Policy, Proposal, Rule, parse_policy, proposals, with_rule
from backlit.report.policy.folding import case_of, examples_of, who_of, why_of
from backlit.report.policy.text import INTRODUCTION, rule_text
from backlit.report.text import visible
from backlit.store.database import opened
from backlit.store.decisions import Decisions
from backlit.store.standing import NOTHING, Decision

__all__ = [
    "policy_accept",
    "policy_apply",
    "policy_check",
    "policy_edit",
    "policy_log",
    "policy_show",
    "policy_suggest",
    "policy_undo",
]

#: How often rules are asked once more where somebody decides meanwhile.
_TRIES = 5
_HOW = "`backlit policy suggest TARGET` proposes rules from your decisions."
_NONE = f"There is no policy: {_HOW}"


def policy_show(home: Path) -> Answer:
    """The policy that holds: its text and its rules in words; `edited` says that its copy was edited since,
    and `draft` is the text of that."""
    files = PolicyFiles(home)
    kept, draft = files.newest(), None
    note, edited = None if kept else _NONE, False
    try:
        draft = files.edited()
        edited = draft is not None
    except ConfigError as error:  # it holds nothing yet: what does goes on
        note, edited = str(error), True
    if draft is not None:
        note = f"{FILE} was edited and does not hold yet: `backlit policy edit` lets it."
    rules = [_rule_row(rule) for rule in (files.policy() or Policy(())).rules]
    told = {"text": kept.text if kept else None, "rules": rules, "edited": edited, "draft": draft}
    return Answer(_version(kept) | told | {"note": note}, {})


def policy_log(home: Path) -> Answer:
    """All versions, newest first: when, by whom, why, and what is another than in the one before."""
    kept = PolicyFiles(home).versions()
    rows = [
        _version(each) | {"diff": list(difference(before.text if before else "", each.text))}
        for before, each in zip([None, *kept], kept, strict=False)
    ]
    return Answer(rows[::-1], {}, total=len(rows), limit=len(rows))


def policy_check(home: Path, text: str | None = None, name: str = FILE) -> Answer:
    """Whether a policy can be read, by default the copy of the home, and what would be another; UsageError
    with the line where it cannot."""
    files = PolicyFiles(home)
    kept = files.newest()
    with _told_of_text():
        asked = text if text is not None else files.edited() or (kept.text if kept else None)
        if asked is None:
            raise UsageError("check the policy", "there is none", f"Write {home / FILE}, or name a file.")
        rules = [_rule_row(rule) for rule in parse_policy(asked, name).rules]
    changed = list(difference(kept.text if kept else "", asked))
    return Answer({"rules": rules, "diff": changed, "version": kept.number if kept else None}, {"name": name})


def policy_edit(
    home: Path,
    text: str | None = None,
    *,
    why: str = "",
    who: str | None = None,
    name: str = FILE,
    of: int | None = None,
    clock: Clock = now,
) -> Answer:
    """Let an edited policy hold as a new version: a text, or by default what was written to the copy of the
    home. UsageError with the line where it cannot be read, or where the text was made `of` a version that is
    no longer the newest (0 for none); then the version before goes on."""
    files = PolicyFiles(home)
    with _told_of_text():
        asked = text if text is not None else files.edited()
        if asked is None:
            do = f"Edit {home / FILE} first, or name another file."
            raise UsageError("take in an edited policy", "nothing was edited", do)
        chosen = asked

        def made(before: Kept | None) -> str:
            newest = before.number if before else 0
            if of not in (None, newest):
                do = "Look at what it changed: what you do next is put in its place."
                raise UsageError("take in an edited policy", f"version {newest} came meanwhile", do)
            return chosen

        return _added(files, made, clock(), who, _said(why, "edited"), name)


@contextmanager
def _told_of_text() -> Iterator[None]:
    """What is wrong with a text that somebody hands in is wrong with the question, not with the home."""
    try:
        yield
    except ConfigError as error:
        raise UsageError(error.asked, error.found, error.do) from error


def policy_suggest(session: Session, target: str, *, clock: Clock = now) -> Answer:
    """Rules that the decisions about a target speak for, each with the decisions that agree, none of which is
    against it, and the open groups that it would decide now."""
    ruling, found, clusters = _proposed(session, target, clock())
    rows = [_proposal_row(each, ruling, clusters) for each in found]
    note = None
    if not rows:
        note = f"No rule has {LEAST} decisions that agree and none against, beyond the rules that hold."
    return Answer(rows, {"target": ruling.site, "note": note}, total=len(rows), limit=len(rows))


def policy_accept(
    session: Session, what: str, *, why: str = "", who: str | None = None, clock: Clock = now
) -> Answer:
    """Let a proposed rule hold, by its id, as a new version. UsageError where nothing proposes it any longer,
    or the copy of the home was edited and not taken in."""
    name, _, target = what.strip().partition("@")
    asked = f"accept {what[:80]}"
    if not target:
        raise UsageError(asked, "its target is not named", "Ids of proposals have it: r1234abcd@example.com.")
    ruling, found, _ = _proposed(session, target, clock())
    rule = next((each.rule for each in found if each.rule.id == name), None)
    if rule is None:
        do = f"`backlit policy suggest {ruling.site}` has the id of each proposal."
        raise UsageError(asked, "nothing proposes such a rule now", do)
    files = PolicyFiles(session.home)
    chosen = rule

    def text(before: Kept | None) -> str:
        return with_rule(before.text if before else INTRODUCTION, chosen)

    return _added(files, text, clock(), who, _said(why, f"accepted {rule.id}: {rule.told()}"), FILE)


def policy_apply(
    session: Session, target: str, *, only: str | None = None, who: str | None = None, clock: Clock = now
) -> Answer:
    """Enter what the rules decide of the open groups of an audit among the decisions, each with its rule and
    version; `only` one of them by its id. Nothing that anybody ever decided on is touched."""
    by, at = who or user(), clock()
    for _ in range(_TRIES):
        ruling, version = _ruled(session, target)
        events = [
            _event(ruling.site, cluster, rule, version, by, at)
            for cluster, rule in _chosen(session, ruling, only, at)
        ]
        kept = _entered(session.home, ruling, events)
        if kept is not None:
            query = {"target": ruling.site, "version": version}
            return Answer([event_row(each) for each in kept], query, total=len(kept), limit=len(kept))
    raise UsageError("decide by rule", "others go on deciding meanwhile", "Try again in a moment.")


def policy_undo(
    session: Session, target: str, what: str, *, who: str | None = None, clock: Clock = now
) -> Answer:
    """Take back what a rule decides of a group, by its id: it comes back to the queue, for people, and no
    rule decides it again."""
    (event,) = policy_apply(session, target, only=what, who=who, clock=clock).rows
    return undo(session.home, event["id"], why="taken back from the policy", who=who, clock=clock)


# parts -------------------------------------------------------------------------


def _ruled(session: Session, target: str) -> tuple[Ruling, int]:
    """What holds, and the version of the policy."""
    ruling = Ruling.of(session.home, target)
    if ruling.policy is None:
        PolicyFiles(session.home).policy()  # what is damaged is told here, where an audit goes on
        raise UsageError("decide by rule", "there is no policy", _HOW)
    return ruling, ruling.policy.version


def _chosen(session: Session, ruling: Ruling, only: str | None, at: datetime) -> list[tuple[Row, Rule]]:
    """What the rules decide of the groups that are open now, or of one of them."""
    found = ruling.folded(_clusters(session, ruling, at)).decided
    if only is None:
        return found
    name = only.strip().partition("@")[0]
    chosen = [each for each in found if each[0]["id"] == name]
    if not chosen:
        do = f"`backlit audit {ruling.site}` lists what rules decide."
        raise UsageError(f"decide {only[:80]} by rule", "no rule decides such a group now", do)
    return chosen


def _entered(home: Path, ruling: Ruling, events: list[Decision]) -> list[Decision] | None:
    """The decisions as they were kept; None where somebody decided since the rules were asked."""
    if not events:
        return []
    with opened(home) as engine:
        return Decisions(engine).add_after(ruling.newest, ruling.site, events)


def _clusters(session: Session, ruling: Ruling, at: datetime) -> list[Row]:
    from backlit.app.judging import review

    found: list[Row] = review(session.profile(ruling.site), ruling.held, at, every=True)["clusters"]
    return found


def _proposed(session: Session, target: str, at: datetime) -> tuple[Ruling, list[Proposal], list[Row]]:
    """What decisions speak for, and the groups that are open and that no rule decides."""
    from backlit.app.judging import review

    ruling = Ruling.of(session.home, target)
    if ruling.problem is not None:
        PolicyFiles(session.home).policy()
    today = review(session.profile(ruling.site), NOTHING, at, every=True)["clusters"]
    rules = ruling.policy.rules if ruling.policy else ()
    groups = [case_of(each) for each in today]
    found = proposals(examples_of(ruling.held, today), ruling.site, rules, groups)
    return ruling, found, ruling.folded(_clusters(session, ruling, at)).left


def _proposal_row(proposal: Proposal, ruling: Ruling, clusters: list[Row]) -> Row:
    rule = proposal.rule
    alone = Ruling(ruling.site, Policy((rule,)), ruling.events, ruling.held)
    decides = [each for each, _ in alone.folded(clusters).decided]
    names = ("cluster", "links", "domains", "unnatural")
    return {
        "id": f"{rule.id}@{ruling.site}",
        "verdict": rule.verdict.value,
        "rule": rule.told(),
        "agree": len(proposal.agree),
        "against": 0,
        "decisions": list(proposal.agree),
        "groups": len(decides),
        "links": sum(each["links"] for each in decides),
        "decides": [
            {"id": f"{each['id']}@{ruling.site}", **{name: each[name] for name in names}} for each in decides
        ],
        "text": rule_text(rule),
    }


def _event(site: str, cluster: Row, rule: Rule, version: int, by: str, at: datetime) -> Decision:
    """A decision by rule. It is about the links that the rule saw and nothing else: later ones are asked
    anew."""
    known = known_of(cluster) | {"policy": {"rule": rule.id, "version": version, "why": rule.why, "by": by}}
    until = at + AGAIN[rule.verdict] if rule.verdict in AGAIN else None
    return Decision(
        at, who_of(version), site, "cluster", cluster["id"], rule.verdict, visible(why_of(rule)),
        (), tuple(dict.fromkeys(cluster["link_ids"])), known, until,
    )  # fmt: skip


def _added(files: PolicyFiles, text: Make, at: datetime, who: str | None, why: str, name: str) -> Answer:
    before = files.newest()
    kept = files.add(text, at, visible(who or user()), why, name)
    policy = files.policy() or Policy(())
    diff = list(difference(before.text if before else "", kept.text))
    return Answer(_version(kept) | {"rules": [_rule_row(rule) for rule in policy.rules], "diff": diff}, {})


def _said(why: str, usual: str) -> str:
    return visible(" ".join(why.split()))[:500] or usual


def _version(kept: Kept | None) -> Row:
    if kept is None:
        return {"version": None, "at": None, "who": None, "why": None}
    return {"version": kept.number, **kept.head}


def _rule_row(rule: Rule) -> Row:
    return {"id": rule.id, "verdict": rule.verdict.value, "rule": rule.told(), "why": rule.why}
