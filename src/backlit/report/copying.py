"""How is the question of a page asked by hand: as an address, a command, curl, Python or SQL?

Each text asks exactly what the page asked: its filter, order, group, scope, days and place in the rows. All
of it can be seen and pasted: what a filter holds of quotes, blanks, `$` and line breaks is quoted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from backlit.index.target import Target
from backlit.model import State
from backlit.report.places import PLACES, STATES, WHATIF, Parameter, Place, address, asked_of, words
from backlit.report.shell import command_line
from backlit.urls import domain_of_key

__all__ = ["Copy", "Page", "copies_of"]

#: Characters of a line of Python before its arguments get lines of their own.
_WIDE = 88


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was asked for: of a target, with the pairs of its address, from a server over a home.

    `origin` is `http://host:port`; `home` is None where it is the usual one.
    """

    segment: str
    target: str
    sent: Sequence[tuple[str, str]]
    origin: str = ""
    home: str | None = None

    @property
    def place(self) -> Place:
        is_supposing = any(name in WHATIF.takes and value.strip() for name, value in self.sent)
        return WHATIF if self.segment == "authority" and is_supposing else PLACES[self.segment]

    @property
    def asked(self) -> Mapping[str, str]:
        return asked_of(self.place, self.sent, strict=False, whole=True)

    @property
    def spelt(self) -> Mapping[str, str]:
        """What was asked, with the number of rows, which others would choose otherwise."""
        asked = self.asked
        return {
            name: asked.get(name, parameter.default)
            for name, parameter in self.place.takes.items()
            if name in asked or name == "limit"
        }

    @property
    def option(self) -> list[str]:
        return [] if self.home is None else ["--dir", self.home]


@dataclass(frozen=True, slots=True)
class Copy:
    """One way to ask the same."""

    name: str
    text: str


def copies_of(page: Page) -> list[Copy]:
    """Every way to ask what a page asked; without shell where a word holds what no shell can pass on."""
    found = [Copy("URL", _url(page))]
    if not any("\0" in value for value in (page.target, *page.asked.values())):
        found.append(Copy("Command line", _command(page, words(page.place, page.target, page.spelt))))
    found += [Copy("curl", command_line(["curl", "-fsS", _rest(page)])), Copy("Python", _python(page))]
    sql = _sql(page)
    return [*found, *([Copy("SQL", sql)] if sql else [])]


def _command(page: Page, said: Sequence[str]) -> str:
    # options stand before `--`, behind which all is a target
    at = said.index("--") if "--" in said else len(said)
    return command_line(["backlit", *said[:at], *page.option, *said[at:]])


def _url(page: Page) -> str:
    """The address as it stands, from where the rows were counted on."""
    at = [(name, value) for name, value in page.sent if name == "at" and "cursor" in page.asked]
    beside = {name: value for name, value in page.sent if name in ("scope", "as_of") and value.strip()}
    return page.origin + address(page.place, page.target, {**beside, **page.asked, **dict(at)})


def _rest(page: Page) -> str:
    pairs: list[tuple[str, str]] = []
    for name, parameter in page.place.takes.items():
        if name not in page.asked:
            continue
        value = page.asked[name]
        many = parameter.names(value) if parameter.blanks else [value]
        pairs += [(parameter.rest or name, each) for each in many]
    path = f"{page.origin}/api/v1/targets/{quote(page.target, safe='')}/{page.place.rest}"
    return path + (f"?{urlencode(pairs)}" if pairs else "")


# Python ---------------------------------------------------------------------------


def _python(page: Page) -> str:
    asked = page.spelt
    made = [repr(page.target), *([f"scope={asked['scope']!r}"] if "scope" in asked else [])]
    rivals = [repr(name) for name in page.place.takes["with"].names(asked["with"])] if "with" in asked else []
    named = [
        f"{parameter.keyword}={_literal(parameter, asked[name])}"
        for name, parameter in page.place.takes.items()
        if name in asked and parameter.keyword not in ("", "*")
    ]
    home = "" if page.home is None else repr(page.home)
    tail = ".rows" if page.place.is_list else ""
    result = "rows" if page.place.is_list else "row"
    return "\n".join(
        [
            "import backlit",
            "",
            f"target = backlit.open({home}).target({', '.join(made)})",
            f"{result} = {_call(f'target.{page.place.call}', [*rivals, *named])}{tail}",
        ]
    )


def _call(function: str, arguments: Sequence[str]) -> str:
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= _WIDE:
        return line
    return f"{function}(\n" + "".join(f"    {each},\n" for each in arguments) + ")"


def _literal(parameter: Parameter, value: str) -> str:
    if parameter.form == "number":
        return str(int(value))
    if parameter.form == "text":
        return repr(value)
    return repr([value] if parameter.form == "one" else parameter.names(value))


# SQL ------------------------------------------------------------------------------


def _sql(page: Page) -> str | None:
    """What the tables say of it, where no filter and no judgement of ours comes between."""
    asked = page.asked
    chosen = [name for name in asked if name in ("q", "facets", "cursor")]
    states = STATES.get(asked.get("state", "known"))
    if chosen or states is None:
        return None
    if page.segment == "backlinks" and asked.get("group") == "none":
        what, tail = "*", ""
    elif page.segment == "domains":
        what = "source_domain AS domain, count(*) AS links"
        tail = " GROUP BY 1 ORDER BY 2 DESC"
    else:
        return None
    numbers = ", ".join(str(int(State[name.upper()])) for name in states)
    of, within = _range(page.target, asked.get("scope"))
    text = f"SELECT {what} FROM backlinks_of({of}) WHERE state IN ({numbers}){within}{tail}"
    moment = ["--as-of", asked["as_of"]] if "as_of" in asked else []
    return command_line(["backlit", "sql", text, *moment, *page.option])


def _range(target: str, scope: str | None) -> tuple[str, str]:
    """The domain whose links are read, and which of them lead to the target."""
    meant = Target.parse(target, scope)
    domain = domain_of_key(Target.parse(target, "domain").lower.rstrip(".") + "/")
    if meant.scope == "domain" and meant.name == domain:
        return _text(domain), ""
    if meant.scope == "prefix":
        return _text(domain), f" AND starts_with(target_key, {_text(meant.lower)})"
    return _text(domain), f" AND target_key >= {_text(meant.lower)} AND target_key < {_text(meant.upper)}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
