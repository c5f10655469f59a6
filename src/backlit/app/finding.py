"""Why is a link counted, or not? Step by step from the address to the vote, each step with its evidence."""

import random
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from backlit.app.answer import Answer, Row
from backlit.app.build import ingest
from backlit.app.clock import Clock, clock_of_looks, now
from backlit.app.home import way_out
from backlit.app.session import Session, open_session
from backlit.app.verification import page_address
from backlit.errors import HomeMissing
from backlit.index.questions import Question
from backlit.index.storage import VISIT_LOCK, write_lock
from backlit.index.target import Target
from backlit.model import State
from backlit.monitor.captures import Captures
from backlit.monitor.look import Look, Sighting, look_at
from backlit.monitor.verdicts import VerdictKind, judge_lead, told
from backlit.net.client import Client
from backlit.urls import registrable_domain

__all__ = ["find"]


def find(
    home: Path,
    page: str,
    target: str,
    *,
    scope: str | None = None,
    client: Client | None = None,
    clock: Clock = now,
) -> Answer:
    """Look at one page for links to a target, and say at each step what was found; what it shows is added.

    Nothing is held back here: who asks about a page wants the index to know what it shows now. A link that
    is known and not there is named, and left for `verify` to confirm.
    """
    started, clock = time.perf_counter(), clock_of_looks(home, clock)
    url = page_address(page)
    wanted = Target.parse(target, scope)
    client = client or Client(way_out(home), random.random)
    with ExitStack() as stack:
        stack.enter_context(write_lock(home, name=VISIT_LOCK))
        known = _known(home, url, target, scope)
        look = look_at(client, url, lambda key: wanted.lower <= key < wanted.upper, clock)
        steps = [_said_before(known, wanted), *_steps(look, wanted, url)]
        added = _add(home, look, known, clock)
    steps.append(added)
    counted = any(_is_vote(each, look) for each in look.sightings)
    data = {
        "page": url,
        "target": target,
        "counted": counted if look.status == 200 else None,
        "steps": steps,
        "links": [told(each) for each in look.sightings],
    }
    return Answer(data, {"page": page, "target": target}, took_ms=(time.perf_counter() - started) * 1000)


def _step(question: str, answer: str, evidence: str | None = None) -> Row:
    return {"question": question, "answer": answer, "evidence": evidence}


def _known(home: Path, url: str, target: str, scope: str | None) -> list[Row]:
    """The links of the page to the target that the index has, lost ones too."""
    try:
        session: Session = open_session(home)
    except HomeMissing:
        return []
    question = Question.ask("backlinks", "-authority", f'page:"{url}"', states=tuple(State))
    batches = session.profile(target, scope).batches(question, judged=False)
    return [row for batch in batches for row in batch if row["source_url"] == url]


def _said_before(known: Sequence[Row], wanted: Target) -> Row:
    question = f"Does the index know a link from this page to {wanted.name}?"
    if not known:
        return _step(question, "no")
    said = "; ".join(
        f"{row['state']}, to {row['target_url']}, last seen {row['last_seen']:%Y-%m-%d}" for row in known[:5]
    )
    return _step(question, "yes", said)


def _steps(look: Look, wanted: Target, url: str) -> list[Row]:
    """What the look showed, as far as it came."""
    verdict = judge_lead(look)
    steps = [_may_read(look, verdict.kind, verdict.evidence)]
    if steps[0]["answer"] == "no":
        return steps
    chain = " → ".join(f"{hop.url} ({hop.status or 'no answer'})" for hop in look.hops)
    whole = look.status == 200 and look.complete
    steps.append(_step("What does it answer?", _answered(look), chain))
    if look.status != 200:
        return steps
    steps.append(
        _step("Was it read to its end?", "yes" if whole else "no", verdict.evidence if not whole else None)
    )
    steps.append(_indexable(look))
    if registrable_domain(wanted.name) == registrable_domain(url.partition("://")[2].partition("/")[0]):
        steps.append(_step("Is it another site?", "no", "links within a domain are no backlinks"))
    if not look.sightings:
        steps.append(_step(f"Does it link to {wanted.name}?", "no", verdict.evidence))
        return steps
    steps.append(
        _step(f"Does it link to {wanted.name}?", "yes", f"{len(look.sightings)} of {look.links} links")
    )
    return steps + [_vote(number, each, look) for number, each in enumerate(look.sightings[:10], 1)]


def _may_read(look: Look, kind: VerdictKind, evidence: str | None) -> Row:
    question = "May we read it?"
    if kind is VerdictKind.BLOCKED:
        return _step(question, "no", evidence)
    if look.failure is not None:
        return _step("Can it be reached?", "no", look.failure.why)
    return _step(question, "yes", "robots.txt of its host allows it")


def _answered(look: Look) -> str:
    moved = f", at {look.end}" if look.moved else ""
    return f"{look.status}{moved}"


def _indexable(look: Look) -> Row:
    question = "May search engines show it?"
    if look.noindex:
        return _step(question, "no", "it says noindex")
    if look.canonical is not None and look.canonical not in (look.url, look.end):
        return _step(question, "perhaps not", f"it names {look.canonical} as its original")
    return _step(question, "yes")


def _vote(number: int, link: Sighting, look: Look) -> Row:
    words = link.anchor or link.alt or ""
    question = f"Link {number}, to {link.target_url}: does it count?"
    where = ", ".join(
        part
        for part in (f"{words!r}", link.placement, " ".join(link.rel or ()) or "no rel", link.kind)
        if part
    )
    why = _why_no_vote(link, look)
    return _step(question, "no" if why else "yes", f"{why}; {where}" if why else where)


def _why_no_vote(link: Sighting, look: Look) -> str | None:
    if link.kind not in ("a", "area"):
        return f"nobody can click on a link of kind {link.kind}"
    if link.hidden not in (None, "visible"):
        return f"no reader sees it: {link.hidden}"
    if tokens := [token for token in link.rel or () if token in ("nofollow", "ugc", "sponsored")]:
        return f"its rel says {', '.join(tokens)}"
    return "the page says noindex" if look.noindex else None


def _is_vote(link: Sighting, look: Look) -> bool:
    return _why_no_vote(link, look) is None


def _add(home: Path, look: Look, known: Sequence[Row], clock: Clock) -> Row:
    """Put what the page shows into the index, unless it would take a known link away."""
    question = "Is it in the index now?"
    there = {(each.target_url, each.kind) for each in look.sightings}
    standing = {(row["target_url"], row["kind"]) for row in known if row["state"] != "lost"}
    if not look.sightings:
        return _step(question, "no", "there is no link to add")
    if not standing <= there:
        gone = ", ".join(sorted(url for url, _ in standing - there))
        return _step(
            question, "not yet", f"a known link is not there ({gone}): `backlit verify` confirms that"
        )
    captures = Captures(home, f"find-{look.at:%Y%m%dT%H%M%S%f}")
    captures.add(look.packed)
    captures.flush()
    paths = captures.waiting()
    ingest(home, [str(path) for path in paths], crawl="verify", workers=1, clock=clock)
    captures.ingested(paths)
    return _step(question, "yes", f"seen on {look.at:%Y-%m-%d}")
