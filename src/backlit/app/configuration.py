"""What is set, where does each value come from, and can it be meant?

All settings are in the environment: nothing that is kept in a home changes what another program of the same
user does, and a password is in no file of ours. What is secret is never shown, neither whole nor in part.
"""

import difflib
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from backlit.app.answer import Answer, Row
from backlit.app.home import home_folder, mail_server, site_address
from backlit.app.outreach_settings import cold_countries, most_daily, outreach_sender, sending_is_on
from backlit.errors import ConfigError
from backlit.net.guard import Guard
from backlit.prospect.outreach import COLD

__all__ = ["PER_MINUTE", "config_show", "requests_per_minute", "set_for_server"]

#: Requests of one key in a minute, where nobody says.
PER_MINUTE = 600

_PREFIX = "BACKLIT_"
_HIDDEN = "set, and not shown"
#: How alike names have to be, of 1, for one to be meant by the other.
_NEAR = 0.75


#: What this process put into its own environment, by name: the value, and where that came from.
_handed_on: dict[str, tuple[str, str]] = {}


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its name, what it is for, and what holds without it (`usual`).

    `check` finds a value that cannot be meant; `shown` is one with a secret as it may be shown.
    """

    name: str
    about: str
    usual: str
    check: Callable[[], object] | None = None
    shown: Callable[[str], str] | None = None


def config_show(home: Path) -> Answer:
    """Each setting: `name`, `value` (null where it is not set), `origin` (option, environment, default),
    `about`, what holds without it (`usual`), and the `problem` of a value that cannot be meant."""
    rows = [_row(each) for each in SETTINGS]
    rows[0] |= {"value": str(home), "origin": _origin_of(home)}
    return Answer(rows + _unknown(), {}, total=len(rows))


def set_for_server(home: Path, host: str, usual: str) -> None:
    """Hand the home and the address to listen at to a server in this process, which reads the environment;
    `config_show` goes on to say where they came from. `usual` is the address where no option names one."""
    handed_on = {
        "BACKLIT_DIR": (str(home), _origin_of(home)),
        "BACKLIT_HOST": (host, "default" if host == usual else "option"),
    }
    _handed_on.update(handed_on)
    os.environ.update({name: value for name, (value, _) in handed_on.items()})


def _row(setting: Setting) -> Row:
    value = os.environ.get(setting.name) or None
    shown = value if value is None or setting.shown is None else setting.shown(value)
    return {
        "name": setting.name,
        "value": shown,
        "origin": "default" if value is None else _origin_of_value(setting.name, value),
        "about": setting.about,
        "usual": setting.usual,
        "problem": None if value is None or setting.check is None else _problem(setting.check),
    }


def _problem(check: Callable[[], object]) -> Row | None:
    try:
        check()
    except ConfigError as error:
        return {"found": error.found, "do": error.do}
    return None


def _origin_of(home: Path) -> str:
    if home != home_folder():
        return "option"
    said = os.environ.get("BACKLIT_DIR")
    return _origin_of_value("BACKLIT_DIR", said) if said else "default"


def _origin_of_value(name: str, value: str) -> str:
    """Where a value of the environment came from: from there, unless this process put it there itself."""
    known, origin = _handed_on.get(name, ("", ""))
    return origin if known == value else "environment"


def _unknown() -> list[Row]:
    """What the environment sets and nobody reads: a name that is spelt wrong has no effect, silently."""
    known = [each.name for each in SETTINGS]
    return [
        {
            "name": name,
            "value": _HIDDEN,
            "origin": "environment",
            "about": "",
            "usual": "",
            "problem": {"found": "no setting has this name", "do": _nearest(name, known)},
        }
        for name in sorted(os.environ)
        if name.startswith(_PREFIX) and name not in known
    ]


def _nearest(name: str, known: Sequence[str]) -> str:
    words = [each.removeprefix(_PREFIX) for each in known]
    near = difflib.get_close_matches(name.removeprefix(_PREFIX), words, 1, _NEAR)
    return f"Did you mean {_PREFIX}{near[0]}?" if near else "Take it out of the environment."


# what can be meant ----------------------------------------------------------------


def requests_per_minute() -> int:
    """How often a key or person may ask in a minute, 0 for no limit; ConfigError where that is no number."""
    said = os.environ.get("BACKLIT_REQUESTS") or str(PER_MINUTE)
    if not re.fullmatch("[0-9]{1,9}", said):
        do = f"Name the requests of one key or person in a minute, as {PER_MINUTE}, or 0 for no limit."
        raise ConfigError("read BACKLIT_REQUESTS", f"{said[:20]!r} is no number", do)
    return int(said)


def _address() -> None:
    address = site_address()
    try:
        parts = urlsplit(address)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        do = "Name where others reach this server, as https://links.example.com."
        raise ConfigError("read BACKLIT_URL", f"{address[:100]!r} is no http or https address", do)


def _database() -> None:
    from backlit.store.database import address_of  # loads SQLAlchemy, which a home without state never does

    address_of(os.environ["BACKLIT_DATABASE_URL"])


def _without_secret(url: str) -> str:
    """Scheme and host of an address with a password; nothing where a password may be in what looks so."""
    found = re.fullmatch(
        r"(?P<scheme>[a-z+]{1,20})://(?P<user>[^@/?#]*@)?(?P<host>[A-Za-z0-9.\[\]:-]+)"
        r"(?P<path>/[\w-]*)?(?:\?[^@]*)?",
        url.strip(),
    )
    if found is None:
        return _HIDDEN
    user = "…@" if found["user"] else ""
    return f"{found['scheme']}://{user}{found['host']}{found['path'] or ''}"


SETTINGS: Sequence[Setting] = (
    Setting("BACKLIT_DIR", "the home: index, state, jobs and crawls", "the data folder of the user"),
    Setting(
        "BACKLIT_HOST", "where the web app listens; `up --host` sets it", "127.0.0.1: this machine alone"
    ),
    Setting(
        "BACKLIT_URL", "where others reach the web app, for links in messages",
        "http://127.0.0.1:8000", _address,
    ),
    Setting(
        "BACKLIT_REQUESTS", "requests of one key or person in a minute, 0 for no limit",
        f"{PER_MINUTE}", requests_per_minute,
    ),
    Setting("BACKLIT_USER", "who decides, where nobody signs in", "the account on this machine"),
    Setting(
        "BACKLIT_DATABASE_URL", "a PostgreSQL database for what people decide and keep, for teams",
        "a file in the home", _database, _without_secret,
    ),
    Setting(
        "BACKLIT_INTRANET", "networks of your own that may be read, besides public addresses",
        "none", lambda: Guard.parse(os.environ["BACKLIT_INTRANET"]),
    ),
    Setting(
        "BACKLIT_SMTP_URL", "the mail server that alerts and letters are handed to",
        "none: alerts go to feeds, webhooks and this app", mail_server, _without_secret,
    ),
    Setting("BACKLIT_MAIL_FROM", "from whom alerts are", "the user of the mail server"),
    Setting("BACKLIT_OUTREACH_FROM", "from whom letters are", "none: no letter is drafted", outreach_sender),
    Setting("BACKLIT_OUTREACH_ADDRESS", "the postal address under each letter", "none: no letter is drafted"),
    Setting("BACKLIT_OUTREACH_SEND", "whether approved letters are sent from here", "off", sending_is_on),
    Setting("BACKLIT_OUTREACH_DAILY", "letters in 24 hours", "20", most_daily),
    Setting(
        "BACKLIT_OUTREACH_COUNTRIES", "countries whose law takes mail that nobody asked for",
        " and ".join(sorted(COLD)), cold_countries,
    ),
)  # fmt: skip
