"""Where does this user keep the index?"""

import os
from pathlib import Path

__all__ = ["home_folder"]


def home_folder(option: str | None = None) -> Path:
    """The home: the option, else BACKLIT_DIR, else the user's data folder."""
    chosen = option or os.environ.get("BACKLIT_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()  # one home, whatever link or `..` leads to it
    from platformdirs import user_data_path

    return user_data_path("backlit", appauthor=False)
