"""How do the measured figures get into the docs? `python -m benchmarks.table` writes them there.

Every `docs/benchmarks/NAME.json` becomes a table of docs/benchmarks/README.md; the few figures that the
README quotes are put between its markers, so that no sentence can claim what no run has shown.
"""

import json
from pathlib import Path
from typing import Any

__all__ = ["main"]

_DOCS = Path(__file__).resolve().parents[1] / "docs" / "benchmarks"
_README = _DOCS.parents[1] / "README.md"
_BEGIN, _END = "<!-- figures: scripts/bench -->\n", "<!-- end of figures -->"

_HEAD = """# Benchmarks

Written by `scripts/bench`; each table is one run of `backlit bench NAME --json`, the peers in the same run.
A ratio above 1 means that ours is better. What a peer does less or more stands in its name.

Bars that we set ourselves and do not meet yet: from WARC, four times Scrapy's extractor (unpacking and
building the tree take a quarter of our time now, what is said of kept links a third); reading with care, as
fast as Scrapy; first pages of large targets in 40 ms. On a crawl of closed corners (cnr-2000) igraph is
slower where an error of 1e-6 is asked for, and faster where its own precision, which cannot be changed, is
asked of both. The machine is shared, and no two days are alike: ratios tell more than seconds.
"""

#: What the README quotes: a run, how the name of its row begins, and plain words for it.
_PLAIN = (
    ("e2e", "`backlit demo`", "the demo: three crawls of 2,000 pages, read, indexed and ranked"),
    ("e2e", "`backlit ingest`", "reading 52 real crawl files into the index, two cores"),
    ("e2e", "`backlit rank`", "ranking what they hold"),
    ("e2e", "`backlit overview", "the first answer of a command, from a cold start"),
    ("html", "pages read from WARC", "pages read for their links, one core"),
    ("wat", "WAT to sorted Parquet", "Common Crawl's link files (WAT) read, one core"),
    ("web_scale", "all three", "a graph of 10 million domains and 100 million links, ranked"),
    ("web_scale", "peak of memory", "memory for that"),
)


def main() -> None:
    """Write the tables of all runs, and the README's figures."""
    runs = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(_DOCS.glob("*.json"))}
    tables = "".join(_table(name, run["data"]) for name, run in runs.items())
    (_DOCS / "README.md").write_text(_HEAD + tables, encoding="utf-8")
    if _README.exists():
        readme = _README.read_text(encoding="utf-8")
        before, _, rest = readme.partition(_BEGIN)
        _, _, after = rest.partition(_END)
        if rest:
            _README.write_text(before + _BEGIN + _quoted(runs) + _END + after, encoding="utf-8")


def _table(name: str, rows: list[dict[str, Any]]) -> str:
    lines = [f"\n## {name}\n", "| what | figure | peer | its figure | ratio |", "|---|--:|---|--:|--:|"]
    for row in rows:
        lines.append(f"| {row['name']} | {_figure(row['figure'])} {row['unit']} | | | |")
        lines += [
            f"| | | {peer} | {_figure(figure)} {row['unit']} | {_figure(row['ratio'].get(peer))} |"
            for peer, figure in row["peers"].items()
        ]
    machine = rows[0].get("machine") if rows else None
    note = f"\n{machine}, {rows[0].get('date')}; {_versions(rows[0])}.\n" if machine else ""
    return "\n".join(lines) + "\n" + note


def _versions(row: dict[str, Any]) -> str:
    return ", ".join(f"{name} {version}" for name, version in (row.get("versions") or {}).items())


def _quoted(runs: dict[str, Any]) -> str:
    """The few figures that somebody who wants links can use; what no run has shown is left out."""
    lines = ["| | Backlit | beside it, in the same run |", "|---|--:|---|"]
    for run, start, words in _PLAIN:
        rows = runs.get(run, {}).get("data", ())
        row = next((each for each in rows if each["name"].startswith(start)), None)
        if row is not None:
            peers = "; ".join(f"{peer} {_figure(figure)}" for peer, figure in list(row["peers"].items())[:2])
            lines.append(f"| {words} | {_figure(row['figure'])} {row['unit']} | {peers} |")
    return "\n".join(lines) + "\n"


def _figure(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


if __name__ == "__main__":
    main()
