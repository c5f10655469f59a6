"""Which prospects do the texts of pages tell: mentions, lists of links, sites that ask for articles?"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from backlit.app.answer import Row
from backlit.app.prospect_scene import Scene, ranges, relevance_of
from backlit.index.outlook import authorities_of
from backlit.index.texts import found_in, low_of, now, quote_of
from backlit.prospect.listing import Found, prospect
from backlit.prospect.names import is_of_site, is_said, pattern_of
from backlit.prospect.pages import invitation, is_list
from backlit.report.text import plural, shorten
from backlit.urls import url_of_key

__all__ = ["guest_posts", "mentions", "resources"]

#: Rows that are read of the texts of an index.
_MOST = 200_000
#: Characters that are quoted.
_QUOTED = 240


def mentions(scene: Scene) -> Found:
    """Pages that name the target and do not link to it."""
    found = Found(needs=scene.needs_texts())
    names = scene.names
    if not names:
        return Found(needs="Needs a name to look for: give one (--brand NAME).")
    columns = (
        f"page_key, page_domain, fetched_at, title, language, outside, followed, {_said(names)} AS quote"
    )
    where = f"{found_in(pattern_of(names), low_of('text'))} IS NOT NULL"
    rows = now(scene.profile, scene.texts.files, columns, where)
    linking = scene.linking_pages
    kept = []
    for row in rows[:_MOST]:
        if row["page_domain"] in scene.own_domains:
            continue
        if row["page_key"] in linking:
            found.leave_out("already")
        elif row["quote"] and is_of_site(row["quote"], names, scene.profile.domain):
            if is_said(row["quote"], names):
                kept.append(row)
            else:
                found.leave_out("button")
    _add(found, scene, kept, "mention", _why_mention)
    return found


def _said(names: Sequence[str]) -> str:
    return quote_of(found_in(pattern_of(names), low_of("text")))


def _why_mention(row: Row, scene: Scene) -> Row:
    said = next(
        (name for name in scene.names if name.lower() in (row["quote"] or "").lower()), scene.names[0]
    )
    other = " Another page of the site links to you." if row["page_domain"] in scene.has else ""
    return {
        "why": f"Names {said} and does not link to you.{other}",
        "evidence": shorten(row["quote"], _QUOTED),
        "needs": "A word to the author: readers would find you by a link.",
    }


def resources(scene: Scene) -> Found:
    """Pages that are lists of links to other sites, of domains that do not link to the target."""
    found = Found(needs=scene.needs_texts())
    columns = (
        "page_key, page_domain, fetched_at, title, heading, language, author, outside, followed,"
        " listed, listed_characters, examples, length(text) AS characters"
    )
    rows = now(scene.profile, scene.texts.files, columns, "len(listed) >= 3")
    best = _best_of_each_domain(
        (row for row in rows if is_list(row)), found, scene, lambda row: len(row["listed"])
    )
    _add(found, scene, best, "resource", _why_resource)
    return found


def _why_resource(row: Row, _scene: Scene) -> Row:
    return {
        "why": f"A list of links to {plural(len(row['listed']), 'other site')}, and none to you.",
        "evidence": shorten(" · ".join(row["examples"] or ()), _QUOTED),
        "needs": "A page of yours that belongs on the list, and a word to whoever keeps it.",
        "around": " ".join(row["examples"] or ()),
    }


def guest_posts(scene: Scene) -> Found:
    """Sites that ask for articles without a price, and do not link to the target."""
    found = Found(needs=scene.needs_texts())
    rows = [row for row in scene.signs if invitation(row)]
    for row in rows:
        if row["refuses"]:
            found.leave_out("refuses")
    asking = (
        row | {"outside": None, "followed": None, "language": None} for row in rows if not row["refuses"]
    )
    best = _best_of_each_domain(asking, found, scene, invitation)
    _add(found, scene, best, "guest-post", _why_guest)
    return found


def _why_guest(row: Row, _scene: Scene) -> Row:
    return {
        "why": "Asks for articles of others, and names no price on any page that was read.",
        "evidence": shorten(row["invites"], _QUOTED),
        "needs": "An article for its readers; where anything is given for it, the link needs rel=sponsored.",
    }


def _best_of_each_domain(
    rows: Iterable[Row], found: Found, scene: Scene, key: Callable[[Row], float]
) -> list[Row]:
    """One row for each domain that does not link to the target."""
    best: dict[str, Row] = {}
    closed: set[tuple[str, str]] = set()
    for row in rows:
        name = row["page_domain"]
        why = "own" if name in scene.own_domains else "already" if name in scene.has else None
        why = why or ("deal" if row["page_key"] in scene.deals else None)
        if why is not None:
            if (why, name) not in closed:
                found.leave_out(why)
                closed.add((why, name))
        elif name not in best or (-key(row), row["page_key"]) < (-key(best[name]), best[name]["page_key"]):
            best[name] = row
    return list(best.values())


def _without_deals(found: Found, scene: Scene, rows: Sequence[Row]) -> list[Row]:
    """The rows whose pages do not speak of paid, followed or swapped links; the others are counted."""
    kept = [row for row in rows if row["page_key"] not in scene.deals]
    for _ in range(len(rows) - len(kept)):
        found.leave_out("deal")
    return kept


def _add(
    found: Found, scene: Scene, rows: Sequence[Row], kind: str, words: Callable[[Row, Scene], dict[str, Any]]
) -> None:
    """Make prospects of rows, with what a link there would be worth."""
    rows = _without_deals(found, scene, rows)
    told = [words(row, scene) for row in rows]
    contexts = [
        {
            "language": row["language"],
            "source_title": row["title"],
            "before": each.get("around") or each["evidence"],
        }
        for row, each in zip(rows, told, strict=True)
    ]
    near = relevance_of(scene.profile, contexts)
    authorities = authorities_of(scene.profile, {row["page_domain"] for row in rows})
    facts = [
        {
            "authority": authorities.get(row["page_domain"]),
            "external_links": row["outside"],
            "relevance": each,
            "followed": row["followed"] / row["outside"] if row["outside"] else None,
        }
        for row, each in zip(rows, near, strict=True)
    ]
    for row, each, fact, (low, high) in zip(rows, told, facts, ranges(facts), strict=True):
        found.rows.append(
            prospect(
                kind,
                row["page_domain"],
                url_of_key(row["page_key"]),
                each["why"],
                evidence=each["evidence"],
                needs=each["needs"],
                title=row["title"],
                language=row["language"],
                value_low=low,
                value_high=high,
                relevance=fact["relevance"],
                authority=fact["authority"],
                seen_at=row["fetched_at"],
            )
        )
