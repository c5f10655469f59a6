"""How many links a second are judged? `python -m benchmarks.judging [LINKS]`

The largest target of a made-up index (see `made_index`) has a twentieth of its links: 2,000,000 make a
profile of 100,000. Told are the checks and readings alone, on one core, and all that an answer waits for:
reading the links, classes of anchors, networks among the domains, readings, values. `--links` limits nothing:
all are judged.
"""

import json
import resource
import sys
import time
from typing import Any

from benchmarks.made_index import MadeWeb, add_ranks, build, domain_name, home_of

from backlit import app
from backlit.app.judging import judge_links
from backlit.score.batch import Batch
from backlit.score.readings import read
from backlit.score.spam import SPAM
from backlit.score.unnatural import UNNATURAL

LINKS = 2_000_000


def main(links: int = LINKS) -> dict[str, Any]:
    web, home = MadeWeb(links), home_of(links)
    if not (home / "warehouse").exists():
        build(home, web.batches())
        add_ranks(home, web)
    profile = app.open_session(home).profile(domain_name(0))
    profile.load_classes()
    started = time.perf_counter()
    found = judge_links(profile)
    whole = time.perf_counter() - started
    started, cpu = time.perf_counter(), time.process_time()
    read(Batch.whole(found.batch.links), SPAM, UNNATURAL)
    alone, used = time.perf_counter() - started, time.process_time() - cpu
    return {
        "links": found.batch.rows,
        "seconds": round(whole, 2),
        "checks_links_per_second": round(found.batch.rows / alone),
        "checks_links_per_cpu_second": round(found.batch.rows / used),
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }


if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(main(*map(int, sys.argv[1:])), indent=1)}\n")
