"""Where does this user keep the index, and which networks are theirs?"""

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backlit.net.exchange import Network
    from backlit.net.mail import MailServer

__all__ = ["LOOPBACK", "home_folder", "is_loopback", "mail_server", "site_address", "way_out"]

#: Names by which a machine reaches itself.
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


def home_folder(option: str | None = None) -> Path:
    """The home: the option, else BACKLIT_DIR, else the user's data folder."""
    chosen = option or os.environ.get("BACKLIT_DIR")
    if chosen:
        return Path(chosen).expanduser().resolve()  # one home, whatever link or `..` leads to it
    from platformdirs import user_data_path

    return user_data_path("backlit", appauthor=False)


def way_out(home: Path | None = None) -> "Network":
    """The way to the network: the public web, and the networks of one's own that BACKLIT_INTRANET names; from
    the home of a demo into its made-up web, and nowhere else."""
    from backlit.app.demo_mark import seed_and_size
    from backlit.net.system import network

    made_up = seed_and_size(home) if home else None
    if made_up:
        from backlit.app.demo_web import demo_network

        return demo_network(*made_up)

    return network(os.environ.get("BACKLIT_INTRANET", ""))


def mail_server(sender: str | None = None) -> "MailServer | None":
    """The server that BACKLIT_SMTP_URL names, for mail from somebody, else from BACKLIT_MAIL_FROM; None where
    it names none."""
    url = os.environ.get("BACKLIT_SMTP_URL")
    if not url:
        return None
    from backlit.net.mail import MailServer

    return MailServer.parse(url, sender or os.environ.get("BACKLIT_MAIL_FROM"))


def site_address() -> str:
    """Where this app is reached by those who get messages: BACKLIT_URL, else this machine."""
    return os.environ.get("BACKLIT_URL", "http://127.0.0.1:8000").rstrip("/")


def is_loopback(host: str) -> bool:
    """Whether nobody but this machine reaches a server that listens there."""
    return host.lower() in LOOPBACK
