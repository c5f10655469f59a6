"""Which prospects take more than one look to tell: authors, and dead links that a page could replace?"""

from dataclasses import dataclass, field

from backlit.app.answer import Row
from backlit.app.prospect_links import needs_own_pages, needs_rivals
from backlit.app.prospect_scene import Scene, keys_of, ranges, relevance_of
from backlit.index.outlook import authorities_of, links_to_dead
from backlit.index.texts import now
from backlit.prospect.listing import Found, prospect
from backlit.report.text import path_of, plural, shorten
from backlit.urls import url_of_key

__all__ = ["authors", "replacements"]

#: Rivals to which somebody links whose habit that is; of a single rival as many articles.
_SEVERAL = 2
#: Articles that are quoted, and characters of them.
_QUOTED_ARTICLES, _QUOTED = 3, 240
_COLUMNS = "page_key, page_domain, fetched_at, title, language, author, outside, followed"


@dataclass(slots=True)
class _Author:
    """Somebody who writes on a site: the pages that link to rivals, and to which."""

    name: str
    domain: str
    pages: list[Row] = field(default_factory=list)
    rivals: set[str] = field(default_factory=set)
    links_here: bool = False

    @property
    def best(self) -> Row:
        """The page that links to most rivals."""
        return min(self.pages, key=lambda page: (-len(page["rivals"]), page["page_key"]))


def authors(scene: Scene) -> Found:
    """Who wrote pages that link to several rivals, and none that links to the target, by by-line and site."""
    if not scene.rivals:
        return Found(needs=needs_rivals(scene))
    found = Found(needs=scene.needs_texts())
    kept = []
    for each in _writers(scene):
        if len(each.rivals) < min(_SEVERAL, len(scene.rivals)) or len(each.pages) < _least(scene):
            continue
        if each.links_here:
            found.leave_out("already")
        elif each.best["page_key"] in scene.deals:
            found.leave_out("deal")
        else:
            kept.append(each)
    _add_authors(found, scene, kept)
    return found


def _least(scene: Scene) -> int:
    return _SEVERAL if len(scene.rivals) == 1 else 1


def _writers(scene: Scene) -> list[_Author]:
    links_to: dict[str, set[str]] = {}
    for rival, profile in scene.rivals.items():
        for key in keys_of(profile):
            links_to.setdefault(key, set()).add(rival)
    ours, people = scene.linking_pages, dict[tuple[str, str], _Author]()
    for page in now(scene.profile, scene.texts.files, _COLUMNS, "author IS NOT NULL"):
        if page["page_domain"] in scene.own:
            continue
        who = page["page_domain"], page["author"].casefold()
        each = people.setdefault(who, _Author(page["author"], page["page_domain"]))
        each.links_here |= page["page_key"] in ours
        if rivals := links_to.get(page["page_key"]):
            each.pages.append(page | {"rivals": rivals})
            each.rivals |= rivals
    return [each for each in people.values() if each.pages]


def _add_authors(found: Found, scene: Scene, people: list[_Author]) -> None:
    best = [each.best for each in people]
    near = relevance_of(
        scene.profile, [{"language": p["language"], "source_title": p["title"]} for p in best]
    )
    authorities = authorities_of(scene.profile, {page["page_domain"] for page in best})
    facts = [_facts(page, authorities, each) for page, each in zip(best, near, strict=True)]
    for each, page, fact, (low, high) in zip(people, best, facts, ranges(facts), strict=True):
        titles = [article["title"] or path_of(url_of_key(article["page_key"])) for article in each.pages]
        found.rows.append(
            prospect(
                "author",
                each.domain,
                url_of_key(page["page_key"]),
                f"{each.name} links to {plural(len(each.rivals), 'rival')} in"
                f" {plural(len(each.pages), 'article')} ({', '.join(sorted(each.rivals))}), never to you.",
                evidence=shorten(f"By {each.name}: " + " · ".join(titles[:_QUOTED_ARTICLES]), _QUOTED),
                needs="Something that this author would want to tell readers of.",
                title=page["title"],
                language=page["language"],
                value_low=low,
                value_high=high,
                relevance=fact["relevance"],
                authority=fact["authority"],
                seen_at=page["fetched_at"],
            )
        )


def _facts(page: Row, authorities: dict[str, float], near: float | None) -> Row:
    outside = page.get("outside")
    return {
        "authority": authorities.get(page["page_domain"]),
        "external_links": page.get("external_links", outside),
        "relevance": near,
        "followed": page["followed"] / outside if outside else None,
    }


# replacements ------------------------------------------------------------------


def replacements(scene: Scene) -> Found:
    """Pages of others that link to dead pages of third sites which a live page of the target is near to."""
    if (needs := needs_own_pages(scene, "which could stand there")) is not None:
        return Found(needs=needs)
    found, best = Found(), dict[str, Row]()
    for row in links_to_dead(scene.profile, scene.own_domains):
        nearest, similarity = scene.live.nearest(url_of_key(row["dead_key"]))
        if nearest is None:
            continue
        if (why := _why_left(row, scene)) is not None:
            found.leave_out(why)
            continue
        told = row | {"nearest": nearest, "similarity": similarity or 0.0}
        kept = best.setdefault(row["page_domain"], told)
        if (-told["similarity"], told["page_key"]) < (-kept["similarity"], kept["page_key"]):
            best[row["page_domain"]] = told
    _add_replacements(found, scene, list(best.values()))
    return found


def _why_left(row: Row, scene: Scene) -> str | None:
    if row["page_domain"] in scene.has:
        return "already"
    return "deal" if row["page_key"] in scene.deals else None


def _add_replacements(found: Found, scene: Scene, rows: list[Row]) -> None:
    near = relevance_of(
        scene.profile, [{"language": r["language"], "source_title": r["title"]} for r in rows]
    )
    authorities = authorities_of(scene.profile, {row["page_domain"] for row in rows})
    facts = [_facts(row, authorities, each) for row, each in zip(rows, near, strict=True)]
    for row, fact, (low, high) in zip(rows, facts, ranges(facts), strict=True):
        url, dead = url_of_key(row["page_key"]), url_of_key(row["dead_key"])
        found.rows.append(
            prospect(
                "replacement",
                row["page_domain"],
                url,
                f"Links to {dead}, which is gone (status {row['status']});"
                f" your page {path_of(row['nearest'])} is near.",
                evidence=f"{url} links to {dead}",
                needs="A word to whoever keeps the page: which link is dead, and what could stand there.",
                target_url=row["nearest"],
                title=row["title"],
                language=row["language"],
                value_low=low,
                value_high=high,
                relevance=fact["relevance"],
                authority=fact["authority"],
                seen_at=row["fetched_at"],
            )
        )
