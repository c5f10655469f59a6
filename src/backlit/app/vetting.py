"""Which of many sites are worth a link, before anybody agrees to anything?"""

import csv
import re
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from backlit.app.answer import Answer, Row
from backlit.app.decided import domain_of
from backlit.app.session import Session
from backlit.errors import UsageError
from backlit.index.contexts import CONTEXT
from backlit.index.filters.fields import nearest
from backlit.index.outgoing import Outgoing, outgoing_of
from backlit.index.profile import Profile
from backlit.index.questions import Question
from backlit.prospect.vet import SORTS, Material, ordered, vetted
from backlit.urls import url_of_key

if TYPE_CHECKING:
    from backlit.score.batch import Batch
    from backlit.score.numbers import Floats
    from backlit.score.readings import Strengths

__all__ = ["MOST_VETTED", "advice_on", "read_sites", "sites_of", "vet"]

#: Sites that are vetted at once; each has some hundred links read.
MOST_VETTED = 2_000
#: Longest line that may name a site.
_LONGEST = 2_083
#: Bytes of a list of sites.
_MOST_BYTES = 4 << 20
#: What names end with that mean files, and characters that no host has.
_FILES = (".txt", ".csv", ".tsv", ".xlsx")
_NO_HOST = re.compile(r"[\s;,<>\"'(){}|\\^`\ufffd\x00-\x1f]")
#: What tables call the column with the sites.
_COLUMNS = ("domain", "source_domain", "referring domain", "site", "url", "source_url", "referring page url")


def vet(
    session: Session,
    sites: Sequence[str],
    *,
    target: str | None = None,
    sort: str = "advice",
    scope: str | None = None,
) -> Answer:
    """One row for each site: its place among others, how its links read, what shows that they are for sale,
    and, for a target, how near it is and whether it links there already.

    `sites` are domains, hosts or URLs; of a host or a page its domain is vetted. What is none is named in
    `refused` of the question's echo, with the reason; UsageError where nothing is left.
    """
    started = time.perf_counter()
    if sort not in SORTS:
        raise UsageError(f"sort by {sort[:60]!r}", "there is no such order", nearest(sort, list(SORTS), 5))
    domains, refused = _domains(sites)
    profile = session.profile(target, scope) if target else None
    version = session.version
    facts = session.facts
    release = next(iter(facts.releases), None)
    found = outgoing_of(session.instance, facts, release, domains)
    rows = ordered(vetted(domains, _material(found, profile, release is not None)), sort)
    told = {"for": target, "sort": sort, "refused": refused}
    took = (time.perf_counter() - started) * 1000
    names = facts.names
    return Answer(
        rows,
        told,
        version.id,
        facts.observed[1],
        names[:20],
        took,
        total=len(rows),
        limit=len(rows),
        sources_total=len(names),
    )


def advice_on(session: Session, profile: Profile, domains: Sequence[str]) -> dict[str, str]:
    """What `vet` says of some domains in a word, for a target: good, mixed or avoid; without those of which
    too little was read to say."""
    if not domains:
        return {}
    release = next(iter(session.facts.releases), None)
    found = outgoing_of(session.instance, session.facts, release, domains)
    rows = vetted(domains, _material(found, profile, release is not None))
    return {row["domain"]: row["advice"] for row in rows if row["advice"] != "unknown"}


def read_sites(path: Path) -> list[str]:
    """The sites that a file lists; UsageError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return sites_of(file.read)
    except OSError as error:
        found = error.strerror or str(error)
        raise UsageError(f"read {path}", found, "Name a file with one site a line.") from error


def sites_of(read: Callable[[int], bytes]) -> list[str]:
    """The sites of a list, one a line; of a table with commas or tabs its column of sites, or the first."""
    content = read(_MOST_BYTES + 1)
    if len(content) > _MOST_BYTES:
        do = "Split it: a list of sites is short."
        raise UsageError("read a list of sites", f"it has more than {_MOST_BYTES >> 20} MiB", do)
    lines = _decoded(content).splitlines()
    delimiter = next((each for each in "\t;" if lines and each in lines[0]), ",")
    try:
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error as error:
        raise UsageError(
            "read a list of sites", str(error)[:100], "Name a file with one site a line."
        ) from error
    head = [cell.strip().lower() for cell in rows[0]] if rows else []
    column = next((head.index(name) for name in _COLUMNS if name in head), None)
    return [row[column or 0] for row in rows[column is not None :] if len(row) > (column or 0)]


def _decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 where its mark says so; whatever is neither shows in the names."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    return content.decode("utf-16" if wide else "utf-8-sig", "replace")


def _domains(sites: Sequence[str]) -> tuple[list[str], list[Row]]:
    """The different domains in their order, and the lines that name none."""
    found: dict[str, None] = {}
    refused: list[Row] = []
    for line in sites:
        name = line.strip()
        if not name or name.startswith("#"):
            continue
        try:
            _refuse_words(name)
            found[domain_of(name[:_LONGEST])] = None
        except UsageError as error:
            refused.append({"line": name[:100], "reason": error.found})
    if not found:
        what = f"none of {len(refused)} lines names one" if refused else "none is named"
        raise UsageError("vet sites", what, "Name domains or URLs, one a line.")
    if len(found) > MOST_VETTED:
        do = f"Name {MOST_VETTED:,} at most."
        raise UsageError(f"vet {len(found):,} sites", "each has its links read", do)
    return list(found), refused


def _refuse_words(name: str) -> None:
    """A word without a dot names no site, though it might be a host of one's own; nor does a file."""
    host = name.partition("://")[2].partition("/")[0] or name.partition("/")[0]
    if "." not in name and ":" not in name:
        raise UsageError("read a site", "no domain", "Name it as in example.com.")
    if name.lower().endswith(_FILES) and "/" not in name.partition("://")[2]:
        raise UsageError(
            "read a site", "a file that is not there, or no domain", "Name a file that is there."
        )
    if _NO_HOST.search(host):
        raise UsageError("read a site", "no domain: it has a character that none has", "One site a line.")


def _material(found: Outgoing, profile: Profile | None, is_ranked: bool) -> Material:
    batch, spam, unnatural, strengths = _judged(found)
    return Material(
        batch,
        spam,
        unnatural,
        strengths,
        found.pages,
        {row["domain"]: row for row in found.ranks.to_pylist()},
        _near(profile, found.pages) if profile else {},
        _links_here(profile) if profile else None,
        _types(found.pages),
        is_ranked=is_ranked,
    )


def _judged(found: Outgoing) -> "tuple[Batch, Floats, Floats, Strengths]":
    """The links with their readings, and how clearly each marker is seen on them."""
    from backlit.score.batch import Batch
    from backlit.score.links import Links
    from backlit.score.readings import strengths_of
    from backlit.score.spam import SPAM
    from backlit.score.unnatural import UNNATURAL

    batch = Batch.whole(Links.from_table(found.links))
    strengths = strengths_of(batch)
    return batch, SPAM.scores(strengths), UNNATURAL.scores(strengths), strengths


def _near(profile: Profile, pages: pa.Table) -> dict[str, float]:
    """How near the middle one of a site's pages is to what the target is about; only of sites with three
    whose titles can be compared."""
    if profile.relate is None or not pages.num_rows:
        return {}
    nothing = pa.nulls(pages.num_rows, pa.string())
    columns = dict(zip(CONTEXT, (pages["language"], pages["title"], nothing, nothing), strict=True))
    near = profile.relate(profile, pa.table(columns)).to_numpy(zero_copy_only=False)
    by_site: dict[str, list[float]] = {}
    for domain, each in zip(pages["domain"].to_pylist(), near.tolist(), strict=True):
        if each is not None and not np.isnan(each):
            by_site.setdefault(domain, []).append(each)
    return {name: round(float(np.median(each)), 2) for name, each in by_site.items() if len(each) >= 3}


def _links_here(profile: Profile) -> dict[str, int]:
    """How many standing links each domain has to the target."""
    question = Question.ask("domains", "domain")
    return {row["domain"]: row["links"] for batch in profile.batches(question, judged=False) for row in batch}


def _types(pages: pa.Table) -> dict[str, str | None]:
    """What kind of site each is, by its name and its pages' addresses and titles."""
    from backlit.score.sitetype import PageFacts, type_of

    looked: dict[str, list[PageFacts]] = {}
    for domain, key, title in _each(pages, "domain", "page_key", "title"):
        looked.setdefault(domain, []).append(PageFacts(url_of_key(key), title))
    return {domain: type_of(domain, facts).type for domain, facts in looked.items()}


def _each(table: pa.Table, *names: str) -> Iterable[tuple[str, ...]]:
    return zip(*(table[name].to_pylist() for name in names), strict=True)
