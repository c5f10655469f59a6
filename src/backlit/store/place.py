"""Where does the state of a home live, and is there any? Looking makes no database, and loads no driver."""

import os
from pathlib import Path

__all__ = ["FILE", "SETTING", "has_state"]

#: Its name within the home.
FILE = "state.sqlite"
#: The environment's name for a database elsewhere.
SETTING = "BACKLIT_DATABASE_URL"


def has_state(home: Path) -> bool:
    """Whether anything was ever kept of a home."""
    return bool(os.environ.get(SETTING)) or (home / FILE).exists()
