"""Does the tasks of jobs in a process whose network is the made-up web: python -m tests.e2e.made_up_way."""

import sys

from backlit.app import home
from backlit.app.demo_web import demo_network
from backlit.vweb import VirtualWeb

__all__ = ["COMMAND", "WEB"]

COMMAND = (sys.executable, "-m", "tests.e2e.made_up_way")
_SEED, _PAGES = 7, 300
WEB = VirtualWeb(seed=_SEED, pages=_PAGES)

if __name__ == "__main__":
    home.way_out = lambda home=None: demo_network(_SEED, _PAGES)
    from backlit.app.tasks import main

    sys.exit(main())
