"""How does one get a virtual web as files?  python -m backlit.vweb --pages 2000 --out web/"""

import argparse
import sys
from pathlib import Path

from backlit.vweb.web import VirtualWeb


def main(arguments: list[str] | None = None) -> None:
    """Writes three crawls as WARC and WAT, and the exports."""
    parser = argparse.ArgumentParser(prog="python -m backlit.vweb", description=main.__doc__)
    parser.add_argument("--pages", type=int, default=2_000, help="50 to 1,000,000 (default 2,000)")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    options = parser.parse_args(arguments)
    web = VirtualWeb(seed=options.seed, pages=options.pages)
    options.out.mkdir(parents=True, exist_ok=True)
    say = sys.stdout.write
    for crawl in range(len(web.crawl_times)):
        stem = options.out / f"crawl-{crawl}.warc"
        say(f"{stem}.gz: {web.write_warc(f'{stem}.gz', crawl)} records\n")
        say(f"{stem}.wat.gz: {web.write_wat(f'{stem}.wat.gz', crawl)} records\n")
    for name in web.write_exports(options.out):
        say(f"{options.out / name}\n")


if __name__ == "__main__":
    main()
