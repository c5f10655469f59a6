"""What stands in the scoreboard of the one door: its tests once more, counted and put down."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.figures import CHECKOUT, record
from tests.unit.net import test_fetch, test_guard, test_robots
from tests.unit.shared import SHARED, needs_shared

#: The ways in, each with the test that asks there for every forbidden address.
WAYS_IN: dict[str, Callable[[], None]] = {
    "page": lambda: test_guard.test_no_vector_connects(""),
    "page, with an intranet": lambda: test_guard.test_no_vector_connects("10.77.0.0/16"),
    "redirect": test_guard.test_no_vector_connects_by_a_redirect,
    "robots.txt and sitemap": test_guard.test_no_vector_is_where_the_rules_of_a_host_or_its_sitemaps_stand,
    "download": test_guard.test_no_vector_is_downloaded,
    "webhook": test_guard.test_no_vector_gets_a_webhook,
    "mail": test_guard.test_no_vector_is_handed_mail,
}


@pytest.mark.slow
@needs_shared
def test_forbidden_addresses_at_every_way_in() -> None:
    published = len(test_guard.vectors()) - len(test_guard.OWN)
    assert published == 117
    for ask in WAYS_IN.values():
        ask()
    test_guard.test_a_name_server_that_changes_its_mind_changes_nothing()
    test_guard.test_ten_thousand_public_names_are_not_refused()
    test_guard.test_every_range_of_the_published_list_is_refused()
    ways = {"vectors": published, "ways_in": len(WAYS_IN), "connections": 0, "races": test_guard.RACES}
    figures = ways | {"public_names": test_guard.NAMES, "refused_of_these": 0}
    goal = "0 connections for 117 vectors at every way in and in 1,000 races; 0 public names refused"
    record("forbidden-addresses", "pytest -m slow -k forbidden_addresses_at_every", goal, figures)


@pytest.mark.slow
@needs_shared
def test_robots_files_of_the_specification_and_of_real_sites() -> None:
    test_robots.test_the_specification_of_google()
    for case in test_robots.DATA["cases"]:
        test_robots.test_a_file_says_what_google_reads_in_it(case)
    test_robots.test_each_line_is_told_as_it_is_understood()
    test_robots.test_paths_escapes_and_agents()
    took = test_robots.seconds_of_real_files(tries=7)
    files = {"real_files": len(took), "exceptions": 0, "slowest_ms": round(1_000 * max(took), 1)}
    figures = {"specification": 400, "assertions": test_robots.assertions(), **files, "wrong": 0}
    goal = "400 of 400, all that Google's C++ tests assert; 4,231 real files without an exception, 50 ms each"
    record("robots", "pytest -m slow -k robots_files_of_the_specification", goal, figures)
    assert (len(took), max(took) < 0.05) == (4_231, True), max(took)


#: Asks once for a plain page and then for every bomb of a folder, and says what memory grew by meanwhile.
BOMBS = """
import json, resource, sys
from dataclasses import replace
from pathlib import Path
from tests.unit.net.test_fetch import QUICK, _coding, asked, said
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
slow = replace(QUICK, total=20.0)
asked([said(b"x" * (5 << 20))], limits=slow)
before, paths = peak(), sorted(Path(sys.argv[1]).iterdir())
for path in paths:
    found = asked([said(path.read_bytes(), f"Content-Encoding: {_coding(path)}")], limits=slow)
    assert (len(found.body), found.missing) == (5 << 20, "more than 5,120 KiB, unpacked"), path
print(json.dumps([len(paths), peak() - before]))
"""


@pytest.mark.slow
@needs_shared
def test_what_bombs_cost_a_process(tmp_path: Path) -> None:
    for published in (SHARED / "data/suites/http/scrapy_compressed").glob("bomb*.bin"):
        (tmp_path / published.name).write_bytes(published.read_bytes())
    for coding, body in test_fetch.bombs().items():
        (tmp_path / f"made-{coding.replace(', ', '-')}.bin").write_bytes(body)
    command = [sys.executable, "-c", BOMBS, str(tmp_path)]
    done = subprocess.run(command, cwd=CHECKOUT, stdout=subprocess.PIPE, check=True)
    bombs, kilobytes = json.loads(done.stdout)
    figures = {"bombs": bombs, "grown_by_mib": round(kilobytes / 1024, 1)}
    goal = "memory of a process grows by at most 32 MiB over what a plain page of 5 MiB took"
    record("bombs", "pytest -m slow -k what_bombs_cost", goal, figures)
    assert kilobytes <= 32 << 10
