"""How do sources become an index, and an index a ranking?"""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from backlit.app.answer import Answer, Row
from backlit.app.clock import Clock, now
from backlit.app.exports import export_date
from backlit.app.progress import Progress, ProgressEvent, silent
from backlit.app.project_defaults import kept_within
from backlit.app.workers import extract_all
from backlit.errors import DataError, SourceError, SourceMissing, UsageError
from backlit.index.explain import explain_damage, explain_full_disk
from backlit.index.parts import Part, sweep
from backlit.index.places import remember_places
from backlit.index.storage import write_lock
from backlit.index.tables import Index, Version
from backlit.index.write import commit_parts, count_targets, known_sources
from backlit.ingest.read import ReadOptions
from backlit.ingest.sources import REFUSED, WARC, Source, find_sources

if TYPE_CHECKING:
    from backlit.rank.owners import OwnerList
    from backlit.rank.seeds import SeedList

__all__ = ["Clock", "ingest", "now", "rank"]


def ingest(
    home: Path,
    names: Sequence[str],
    *,
    crawl: str | None = None,
    workers: int | None = None,
    internal: str | tuple[str, ...] = "none",
    target: str | None = None,
    mapping: Mapping[str, str] | None = None,
    date: str | None = None,
    upkeep: bool = True,
    progress: Progress | None = None,
    clock: Clock = now,
) -> Answer:
    """Read crawl files, exports and lists into the index, in one commit.

    `internal` says whose links within one domain are kept: "none", "all", those of "projects", or domains.
    Small files are merged and old versions forgotten afterwards, where that is due, unless `upkeep` is false.

    Of exports: `target` is the domain that a list of linking pages is about, `mapping` names the
    columns of a table that is not known, `date` is that of an export which states none.

    A source that is in the index already is not read again; an ingest that was killed continues
    with what it had finished. What could not be read is counted, with file and offset.
    """
    started = time.perf_counter()
    sources = find_sources(names, mapping=mapping)
    internal = kept_within(home, internal)
    options = ReadOptions(internal=internal, target=target, mapping=mapping, date=export_date(date))
    with write_lock(home), explain_full_disk(home), explain_damage(home):
        index = Index.create(home)
        sweep(home)
        known = known_sources(index, index.version())
        parts = extract_all(sources, home, options, known, workers or os.cpu_count() or 1, progress or silent)
        fresh = _distinct(part for part in parts if part.folder is not None)
        refused = [part for part in parts if part.kind == REFUSED]
        already = len(parts) - len(fresh) - len(refused)
        _refuse_nothing(sources, fresh, already)
        targets = count_targets(fresh)
        version = _commit(index, fresh, crawl, clock(), progress or silent)
        remember_places(home, [source.path for source in sources if source.kind == WARC])
    data = {"crawl": crawl, **_counted([*fresh, *refused]), "targets": targets}
    data |= {"files": len(sources), "already": already, "refused": len(refused), "snapshot": str(version.id)}
    data["upkeep"] = _tidied(home, clock, progress or silent) if upkeep and fresh else None
    data |= {"seconds": round(time.perf_counter() - started, 3), "problems": _problems([*fresh, *refused])}
    return Answer(data, {"sources": list(names)}, version.id, took_ms=(time.perf_counter() - started) * 1000)


def _commit(index: Index, fresh: list[Part], crawl: str | None, now: datetime, progress: Progress) -> Version:
    if not fresh:
        return index.version()
    progress(ProgressEvent("sorting and committing", 0, None, "links"))
    return commit_parts(index, fresh, crawl=crawl, now=now)


def _tidied(home: Path, clock: Clock, progress: Progress) -> Row | None:
    from backlit.app.upkeep import tidy

    progress(ProgressEvent("tidying up", 0, None, "links"))
    return tidy(home, clock=clock)


def _distinct(parts: Iterator[Part]) -> list[Part]:
    return list({part.source_id: part for part in parts}.values())


def _refuse_nothing(sources: list[Source], fresh: list[Part], already: int) -> None:
    """Files in which nothing at all could be read are an error, not an empty success."""
    read = sum(p.tally.pages + p.tally.links + p.tally.leads + p.tally.records for p in fresh)
    if fresh and not read and not already:
        bad = sum(part.tally.records_bad for part in fresh)
        where = ", ".join(str(source.path) for source in sources[:3])
        raise SourceError(
            f"ingest {where}",
            f"no record could be read ({bad} damaged)",
            "Check that the files are whole crawl files.",
        )


def _counted(parts: list[Part]) -> Row:
    names = (
        *("pages", "links", "leads", "prior_ranks", "visits", "performance", "decisions"),
        *("bytes_read", "bytes_skipped", "records_bad"),
    )
    return {name: sum(getattr(part.tally, name) for part in parts) for name in names}


def _problems(parts: list[Part]) -> list[Row]:
    return [
        {"source": part.name, "offset": offset, "why": why}
        for part in parts
        for offset, why in part.tally.problems
    ]


def rank(
    home: Path, *, seeds: Path | None = None, owners: Path | str | None = None, clock: Clock = now
) -> Answer:
    """Rank the domains of the index by who links to them, and publish the release.

    `seeds` is a list of domains that vouch, used in place of the one that comes with Backlit. `owners` is one
    of domains with their owners, whose domains share their votes; without it that of the ranking before is
    used again, and "none" forgets it.
    """
    from backlit.app.upkeep import prepare
    from backlit.rank.release import publish_release

    started = time.perf_counter()
    Index.open(home)
    rules = None if seeds is None else _read_seeds(seeds)
    listed = None if owners in (None, _NO_OWNERS) else _read_owners(Path(owners or ""))
    with write_lock(home), explain_full_disk(home), explain_damage(home):
        index = Index.create(home)  # of an older layout: its tables get the columns that rows need now
        if owners is None:
            listed = _owners_before(index)
        release = publish_release(index, now=clock(), seeds=rules, owners=listed)
        version = index.version()
    if not release["converged"]:
        raise DataError(
            "rank the domains",
            f"residual {release['residual']:.2e} after {release['iterations']} iterations is no convergence",
            "Nothing was published. Report this graph, please.",
        )
    prepare(home)
    seconds = time.perf_counter() - started
    data = {**release, "snapshot": str(release["snapshot"]), "seconds": round(seconds, 3)}
    return Answer(data, {}, version.id, took_ms=seconds * 1000)


_LONGEST_LIST = 16 << 20
#: In the place of a list: forget the owners of the ranking before.
_NO_OWNERS = "none"


def _read_seeds(path: Path) -> "SeedList":
    from backlit.rank.seeds import parse_seeds

    return parse_seeds(_text(path, "seeds", "a domain a line"), path.name)


def _read_owners(path: Path) -> "OwnerList":
    from backlit.rank.owners import parse_owners

    return parse_owners(_text(path, "owners", "a domain and its owner a line"), path.name)


def _owners_before(index: Index) -> "OwnerList | None":
    from backlit.rank.owners import owners_of
    from backlit.rank.release import newest_release

    before = newest_release(index, index.version())
    return owners_of(before["parameters"]) if before else None


def _text(path: Path, what: str, of: str) -> str:
    """A list of a user's; an error that says what to give where there is none."""
    asked, do = f"read the {what} in {path}", f"Give a text with {of}."
    try:
        if path.stat().st_size > _LONGEST_LIST:
            raise UsageError(asked, f"it is larger than {_LONGEST_LIST >> 20} MB", do)
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise SourceMissing(asked, "there is no such file", do) from error
    except UnicodeDecodeError as error:
        raise UsageError(asked, "it is no UTF-8 text", do) from error
    except OSError as error:
        raise SourceError(asked, str(error.strerror), "Check the file and its rights.") from error
