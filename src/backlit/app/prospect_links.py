"""Which prospects do links tell: broken ones, lost ones, and those of rivals?"""

from backlit.app.answer import Row
from backlit.app.dead_ends import broken as dead_ends
from backlit.app.prospect_scene import MOST_LINKS, Scene, ranges, relevance_of
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.prospect.gap import gap_of
from backlit.prospect.listing import Found, prospect
from backlit.report.gap import links_to
from backlit.report.text import path_of, plural, shorten
from backlit.urls import parse_url

__all__ = ["broken", "gap", "lost", "needs_own_pages", "needs_rivals", "quoted_link"]

#: Characters of text that are quoted.
_QUOTED = 240


def broken(scene: Scene) -> Found:
    """The dead pages of the target that others link to."""
    profile = scene.profile
    answer = dead_ends(scene.session, profile.target.name, scope=profile.target.scope, as_of=scene.as_of)
    found = Found()
    for row in answer.rows:
        led = row["suggestion"]
        found.rows.append(
            prospect(
                "broken",
                parse_url(row["best_link"]).domain,
                row["best_link"],
                _why_broken(row),
                evidence=f"{row['best_link']} links to {row['target_url']}",
                needs=f"A redirect to {led}."
                if led
                else "A redirect to a page that answers the same; none is near.",
                target_url=row["target_url"],
                value=row["value"],
                value_low=row["value_low"],
                value_high=row["value_high"],
            )
        )
    if not answer.rows:
        found.needs = needs_own_pages(scene, "which are dead")
    return found


def _why_broken(row: Row) -> str:
    many = f"{plural(row['links'], 'link')} from {plural(row['domains'], 'domain')}"
    answered = f" (status {row['status']})" if row["status"] else ""
    verb = "leads" if row["links"] == 1 else "lead"
    return f"{many} {verb} to {path_of(row['target_url'])}, a dead page of yours{answered}."


def needs_own_pages(scene: Scene, why: str) -> str | None:
    """What is missing where no page of the target was ever read; `why` is what they would tell."""
    if scene.live.urls:
        return None
    crawl = f"`backlit crawl {scene.profile.domain}` reads them"
    return f"Needs pages of {scene.profile.domain} in the index, to know {why}; it has none: {crawl}."


def lost(scene: Scene) -> Found:
    """Links that a later look found gone, of domains that have no other: one a domain, the best."""
    found, kept = Found(), {}
    for row in scene.lost:
        why = _why_not_asked(row, scene)
        if why is not None:
            found.leave_out(why)
        elif row["source_domain"] not in kept:
            kept[row["source_domain"]] = row
    rows = list(kept.values())
    near = relevance_of(scene.profile, rows)
    told = [
        {"authority": row["source_authority"], "relevance": each, "followed": _followed(row)}
        for row, each in zip(rows, near, strict=True)
    ]
    for row, facts, (low, high) in zip(rows, told, ranges(told), strict=True):
        found.rows.append(_lost(scene.profile, row, facts, low, high))
    return found


#: Losses of which nobody is left to ask, or no page to put the link back on.
_GONE = ("page-gone", "soft-404", "parked", "domain-dead")


def _why_not_asked(row: Row, scene: Scene) -> str | None:
    if row["source_domain"] in scene.has:
        return "already"
    if row["lost_reason"] in _GONE:
        return "page gone"
    if (
        row["kind"] not in ("a", "area")
        or row["placement"] == "comment"
        or row["hidden"] not in (None, "visible")
    ):
        return "not worth asking for"
    rel = row["rel"] or ()
    return "not worth asking for" if "sponsored" in rel or "ugc" in rel else None


def _followed(row: Row) -> float | None:
    return None if row["rel"] is None else float("nofollow" not in row["rel"])


#: What became of a link that was not taken out.
_HOW = {
    "page-redirected": "its page leads elsewhere now",
    "alias-ended": "the address that it names leads here no more",
}


def _lost(profile: Profile, row: Row, facts: Row, low: float | None, high: float | None) -> Row:
    how = _HOW.get(row["lost_reason"], "the link was taken out")
    until = f"{_place(row['target_url'], profile)} until {row['lost_at']:%Y-%m-%d}"
    return prospect(
        "lost",
        row["source_domain"],
        row["source_url"],
        f"Linked to {until}: {how}, and no other page of the site links here.",
        evidence=quoted_link(row),
        needs="A word to the author: what the page lost, and where it is now.",
        target_url=row["target_url"],
        title=row["source_title"],
        language=row["language"],
        value_low=low,
        value_high=high,
        relevance=facts["relevance"],
        authority=row["source_authority"],
        seen_at=row["lost_at"],
    )


def _place(url: str, profile: Profile) -> str:
    """The path of a page of the target; of another name of it the whole address."""
    return path_of(url) if parse_url(url).domain == profile.domain else url


def quoted_link(row: Row) -> str | None:
    """The link in its words, as they stand on the page."""
    words = row["anchor"] or row["alt"] or ""
    said = " ".join(part for part in (row["before"], f"[{words}]", row["after"]) if part)
    return shorten(said, _QUOTED)


def gap(scene: Scene) -> Found:
    """Who links to rivals and not to the target, a row a domain."""
    if not scene.rivals:
        return Found(needs=needs_rivals(scene))
    question = Question.ask("backlinks", "-authority", group="domain")
    linking = {
        name: list(scene.rows_of(profile, question, MOST_LINKS)) for name, profile in scene.rivals.items()
    }
    has = {row["source_domain"]: row for row in (*scene.lost, *scene.site_links)}
    merged = gap_of(linking, by="source_domain", at_least=1, has=has, own=scene.own)
    rows, found = merged.rows, Found([], {why: many for why, many in merged.left_out.items() if many})
    near = relevance_of(scene.profile, [row["link"] for row in rows])
    found.rows = [_gap(row, each, len(scene.rivals)) for row, each in zip(rows, near, strict=True)]
    return found


def needs_rivals(scene: Scene) -> str:
    """What is missing where there is nobody to compare with."""
    why = "no site is linked to by the same domains" if scene.has else "nobody links to the target here"
    return (
        f"Needs rivals to compare with: name some (--with A,B). None was found: {why}, or nothing is ranked."
    )


def _gap(row: Row, near: float | None, rivals: int) -> Row:
    link = row["link"]
    several = f"{row['rivals']} of {rivals} rivals" if rivals > 1 else "the rival"
    was = f" It linked here until {row['lost_at']:%Y-%m-%d}." if row["lost_at"] else ""
    return prospect(
        "gap",
        row["domain"],
        link["source_url"],
        f"Links to {several} and not to you: {links_to(row)}.{was}",
        evidence=quoted_link(link),
        needs="A page of yours that serves its readers as well as the one it links to.",
        title=link["source_title"],
        language=link["language"],
        value_low=row["value_low"],
        value_high=row["value_high"],
        relevance=near,
        authority=row["authority"],
        seen_at=link["last_seen"],
    )
