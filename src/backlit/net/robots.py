"""May this agent read this URL, by the robots.txt of its host, and by which line of it?

RFC 9309 as Google reads it: rules of all groups of the agent are merged, else those of `*` apply; the rule
with most octets wins, and allow wins a draw; `*` stands for anything and a final `$` for the end; common
misspellings and a missing colon are understood. Nothing that a file holds is an error.
"""

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

__all__ = ["BYTES", "Decision", "Line", "Robots", "Rule", "agent_token", "escaped", "lines_of", "path_of"]

#: So much of a file is read (RFC 9309 §2.5 asks for no less), and of each of its lines.
BYTES = 500 << 10
LINE_BYTES = 2083 * 8 - 1

_line_end = re.compile(r"\r\n|\n|\r")
_SPACE = " \t\n\v\f\r"
_token = re.compile(r"[A-Za-z_-]*")
_to_escape = re.compile(r"%[0-9A-Fa-f]{2}|[\x80-\xff]")
#: How a key begins, and what it means; the second of each pair is how it should be written.
_KEYS = (
    ("user-agent", "user-agent"), ("useragent", "user-agent"), ("user agent", "user-agent"),
    ("allow", "allow"),
    ("disallow", "disallow"), ("dissallow", "disallow"), ("dissalow", "disallow"),
    ("disalow", "disallow"), ("diasllow", "disallow"), ("disallaw", "disallow"),
    ("sitemap", "sitemap"), ("site-map", "sitemap"),
    ("crawl-delay", "crawl-delay"),
)  # fmt: skip
_RIGHT = frozenset(meant for _, meant in _KEYS)
#: Keys as nearly every file writes them, which are understood at once.
_USUAL = {key: key.lower() for key in ("User-agent", "User-Agent", "Disallow", "Allow", "Sitemap")}


class Line(NamedTuple):
    """One line as it is understood; `key` is None for no directive, "other" for one of somebody else's."""

    number: int
    key: str | None
    value: str
    misspelt: bool = False
    has_colon: bool = True
    has_comment: bool = False
    is_cut: bool = False


class Rule(NamedTuple):
    """A pattern that allows or forbids, and the line it stands in."""

    allows: bool
    pattern: str
    line: int


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a URL may be read, and the rule that says so; None where no rule speaks of it."""

    allowed: bool
    rule: Rule | None = None

    @property
    def why(self) -> str:
        """The rule as it could stand in the file."""
        if self.rule is None:
            return "no rule of robots.txt is about this"
        return f"{'Allow' if self.rule.allows else 'Disallow'}: {self.rule.pattern} (line {self.rule.line})"


@dataclass(slots=True)
class _Group:
    """Agents, and the rules that stand below them."""

    agents: set[str] = field(default_factory=set)
    rules: list[Rule] = field(default_factory=list)


class _Agent(NamedTuple):
    """What a file says to one agent: `speaks` where it has a group of its own, even one without rules."""

    rules: tuple[Rule, ...]
    speaks: bool


class Robots:
    """A robots.txt file, read once. `body` is its bytes, of any length and content."""

    def __init__(self, body: bytes) -> None:
        self._groups: list[_Group] = []
        self.sitemaps: tuple[str, ...] = ()
        self._agents: dict[str, _Agent] = {}
        self._delays: dict[str, float] = {}
        self._read(body)

    def decision(self, agent: str, url: str) -> Decision:
        """Whether the agent (its product token, in any case) may read a serialised URL."""
        found, path = self._of(agent), path_of(url)
        if found.rules:
            best = _best(found.rules, path)
            if best is not None:
                return Decision(best.allows, best)
        if found.speaks:
            return Decision(True)
        best = _best(self._everybody.rules, path)
        return Decision(best is None or best.allows, best)

    def crawl_delay(self, agent: str) -> float | None:
        """Seconds between two requests that the file asks the agent for."""
        return self._delays.get(agent.lower() if self._of(agent).speaks else "*")

    def _of(self, agent: str) -> _Agent:
        name = agent.lower()
        if name not in self._agents:
            if len(self._agents) >= 16:
                self._agents.clear()
            self._agents[name] = _merged([group for group in self._groups if name and name in group.agents])
        return self._agents[name]

    @cached_property
    def _everybody(self) -> _Agent:
        return _merged([group for group in self._groups if "*" in group.agents])

    def _read(self, body: bytes) -> None:
        sitemaps: list[str] = []
        group, has_rules = _Group(), True  # rules before any agent are nobody's
        named: list[str] = []  # the agents of the last lines, whom a Crawl-delay is for
        goes_on = False
        for line in lines_of(body):
            if line.key == "user-agent":
                if has_rules:
                    group, has_rules = _Group(), False
                    self._groups.append(group)
                name = _agent(line.value)
                group.agents.add(name)
                named = [*named, name] if goes_on else [name]
            elif line.key == "sitemap":
                sitemaps.append(line.value)
            elif line.key == "crawl-delay":
                self._set_delays(named, line.value)
            elif line.key in ("allow", "disallow"):
                has_rules = True
                group.rules += _rules(line)
            goes_on = line.key == "user-agent" or (goes_on and line.key in (None, "sitemap", "other"))
        self.sitemaps = tuple(sitemaps)

    def _set_delays(self, agents: list[str], value: str) -> None:
        try:
            seconds = float(value)
        except ValueError:
            return
        if 0 <= seconds < 1e9:
            self._delays |= {name: max(seconds, self._delays.get(name, 0.0)) for name in agents}


def _agent(value: str) -> str:
    """Whom a User-agent line names: `*` also where something follows after a space."""
    if value[:1] == "*" and (len(value) == 1 or value[1] in _SPACE):
        return "*"
    return agent_token(value).lower()


def _merged(groups: list[_Group]) -> _Agent:
    return _Agent(tuple(rule for group in groups for rule in group.rules), bool(groups))


def _rules(line: Line) -> list[Rule]:
    """The rule of a line; who allows a folder's index file allows the folder."""
    rule = Rule(line.key == "allow", line.value, line.number)
    if rule.allows and "/index.htm" in line.value:
        folder, _, name = line.value.rpartition("/")
        if name.startswith("index.htm"):
            return [rule, Rule(True, f"{folder}/$", line.number)]
    return [rule] if line.value else []


def _best(rules: tuple[Rule, ...], path: str) -> Rule | None:
    """The matching rule with the longest pattern; of equals one that allows."""
    best: Rule | None = None
    for rule in rules:
        length = len(rule.pattern)
        if best is not None and (length, rule.allows) <= (len(best.pattern), best.allows):
            continue
        if _matches(rule.pattern, path):
            best = rule
    return best


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern matches a path from its beginning. Linear: each piece is looked for once."""
    ends = pattern.endswith("$")
    if "*" not in pattern:
        return path == pattern[:-1] if ends else path.startswith(pattern)
    first, *pieces = (pattern[:-1] if ends else pattern).split("*")
    if not path.startswith(first):
        return False
    at, last = len(first), pieces.pop() if ends else ""
    for piece in pieces:
        at = path.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return not ends or (len(path) - len(last) >= at and path.endswith(last))


def agent_token(text: str) -> str:
    """The product token that a User-agent line starts with: letters, hyphens and underscores."""
    found = _token.match(text)
    return found[0] if found else ""


def path_of(url: str) -> str:
    """What rules are held against: path, parameters and query of a URL, escapes in upper case."""
    start = 2 if url.startswith("//") else 0
    early = _first_of(url, "/?;", start)
    scheme = url.find("://", start)
    begin = scheme + 3 if scheme >= 0 and scheme <= early else start
    path = _first_of(url, "/?;", begin)
    fragment = url.find("#", start)
    if path == len(url) or 0 <= fragment < path:
        return "/"
    found = url[path : fragment if fragment >= 0 else None]
    found = found if found[0] == "/" else f"/{found}"
    return _percent.sub(lambda match: match[0].upper(), found)


_percent = re.compile(r"%[0-9A-Fa-f]{2}")


def _first_of(text: str, characters: str, start: int) -> int:
    places = [place for each in characters if (place := text.find(each, start)) >= 0]
    return min(places, default=len(text))


def escaped(pattern: str) -> str:
    """A pattern, a character for each of its bytes, as URLs are written: in ASCII, escapes in upper case."""
    if "%" not in pattern and pattern.isascii():
        return pattern
    return _to_escape.sub(
        lambda match: match[0].upper() if match[0][0] == "%" else f"%{ord(match[0]):02X}", pattern
    )


def lines_of(body: bytes) -> list[Line]:
    """The lines of a file, each as it is understood; a byte order mark, or part of one, is passed over."""
    body = body[:BYTES]
    for byte in b"\xef\xbb\xbf":
        if body[:1] != bytes((byte,)):
            break
        body = body[1:]
    return [_line(number, text) for number, text in enumerate(_line_end.split(body.decode("latin-1")), 1)]


def _line(number: int, text: str) -> Line:
    key, colon, value = text.partition(":")
    meant = _USUAL.get(key)
    if not meant or not colon or "#" in value or "\0" in value or len(text) > LINE_BYTES:
        return _careful_line(number, text)
    value = value.strip(_SPACE)
    return Line(number, meant, escaped(value) if meant in ("allow", "disallow") else value)


def _careful_line(number: int, text: str) -> Line:
    is_cut = len(text) > LINE_BYTES
    text = text[:LINE_BYTES].partition("\0")[0]
    content, comment, _ = text.partition("#")
    content = content.strip(_SPACE)
    key, colon, value = content.partition(":")
    if not colon:
        words = content.replace("\t", " ").split(" ", 1)
        key, value = words if len(words) == 2 else ("", "")
        value = value.strip(_SPACE)
        if not value or " " in value or "\t" in value:  # only two words can be a key and its value
            return Line(number, None, "", False, True, bool(comment), is_cut)
    key, value = key.strip(_SPACE).lower(), value.strip(_SPACE)
    if not key:
        return Line(number, None, "", False, True, bool(comment), is_cut)
    meant, misspelt = _meaning(key)
    if meant in ("allow", "disallow"):
        value = escaped(value)
    return Line(number, meant, value, misspelt, bool(colon), bool(comment), is_cut)


def _meaning(key: str) -> tuple[str, bool]:
    """What a key in lower case means, and whether it is misspelt; what follows on it does not matter."""
    if key in _RIGHT:
        return key, False
    written, meant = next((each for each in _KEYS if key.startswith(each[0])), ("", "other"))
    return meant, bool(written) and written != meant
