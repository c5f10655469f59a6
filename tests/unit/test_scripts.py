"""Backlit as a plain script uses it: no guard, no limits, no surprises."""

import subprocess
import sys
from pathlib import Path

import backlit
from backlit.vweb import VirtualWeb
from tests.unit.looks import Look, commit

SCRIPT = """
import sys, backlit
index = backlit.open(sys.argv[1])
print(index.ingest(*sys.argv[2:], workers=2)["files"])
"""


def test_a_script_without_a_guard_may_ingest_several_files(tmp_path: Path) -> None:
    names = [tmp_path / f"crawl{seed}.warc.gz" for seed in (1, 2)]
    for seed, name in enumerate(names):
        VirtualWeb(pages=60, seed=seed).write_warc(name)
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    command = [sys.executable, str(script), str(tmp_path / "home"), *map(str, names)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert (said.stdout, said.returncode) == ("2\n", 0), said.stderr


def test_a_result_holds_every_row_unless_a_limit_was_asked_for(tmp_path: Path) -> None:
    looks = [Look(f"https://p{n}.test/", 1, (("https://shop.test/", f"text {n}"),)) for n in range(230)]
    commit(tmp_path, "first", looks)
    target = backlit.open(tmp_path).target("shop.test")

    found = target.backlinks(group="none", sort="source")
    assert [row["source_url"] for row in found] == sorted(look.url for look in looks)
    assert (len(found), found.total, found.next, found.arrow().num_rows) == (230, 230, None, 230)
    assert repr(found).startswith("<Result 230 of 230 rows")

    first = target.backlinks(group="none", sort="source", limit=7)
    assert (len(first), len(list(first)), first.total) == (7, 7, 230)
    rest = target.backlinks(group="none", sort="source", limit=500, cursor=first.next)
    assert [*first, *rest] == list(found)
