"""How is a policy written, and what is wrong with one that cannot be read?

It is TOML: four lines that say which version it is, who made it, when and why, then a table for each rule.
Whoever edits it keeps every comment; the four lines are written anew with each version.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from difflib import get_close_matches
from typing import Any, NoReturn

from backlit.errors import ConfigError
from backlit.model import Verdict
from backlit.report.policy.rules import VERDICTS, Policy, Rule
from backlit.score.findings import weighted
from backlit.urls import registrable_domain

__all__ = ["INTRODUCTION", "parse_policy", "rule_text", "stamped", "with_rule", "without_head"]

#: The most that is read: bytes, rules, patterns of a rule, and letters of a text.
_BYTES, _RULES, _PATTERNS, _LETTERS = 262_144, 500, 500, 500
_HEAD = ("version", "at", "by", "why")
_KEYS = ("id", "verdict", "why", "target", "domains", "platform", "finding", "unnatural_below")
_ASKS = ("domains", "platform", "finding")
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PATTERN = re.compile(r"[a-z0-9*._-]{1,253}")

INTRODUCTION = """\
# What Backlit may decide by rule: see docs/how-to/decide-on-links.md. Rules keep, ignore or watch; the first
# that holds for all of a group decides it, and none decides what somebody has decided on.
"""


def parse_policy(text: str, name: str = "policy.toml") -> Policy:
    """The rules of a text; ConfigError with the line and what to do for one that is none."""
    source = _Source(text, name)
    if len(text.encode("utf-8", "surrogatepass")) > _BYTES:
        source.wrong(1, f"it is longer than {_BYTES:,} bytes", "Keep fewer rules.")
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        source.unreadable(str(error))
    except (RecursionError, ValueError) as error:  # nested too deep, or a number of many digits
        source.wrong(1, f"it is no TOML that can be read ({type(error).__name__})", "Write plain rules.")
    for key in told:
        if key not in (*_HEAD, "rules"):
            source.wrong(source.line(0, key), f"{_quoted(key)} is not known", _near(key, (*_HEAD, "rules")))
    rows = told.get("rules", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        source.wrong(source.line(0, "rules"), "rules is no list of tables", "Begin each rule with [[rules]].")
    if len(rows) > _RULES:
        source.wrong(source.line(_RULES + 1), f"there are more than {_RULES} rules", "Join some of them.")
    rules = tuple(_rule(source, at, row) for at, row in enumerate(rows, 1))
    for at, rule in enumerate(rules, 1):
        if rule.id in {each.id for each in rules[: at - 1]}:
            source.wrong(source.line(at, "id"), f"there is a rule {rule.id} above", "Name it otherwise.")
    version = told.get("version", 0)
    return Policy(rules, version if type(version) is int and version >= 0 else 0)


class _Source:
    """A text and where its rules stand in it, as far as lines tell; for errors alone."""

    def __init__(self, text: str, name: str) -> None:
        self._lines, self._name = text.splitlines(), name

    def line(self, rule: int, key: str | None = None) -> int:
        """The line of a key of the n-th rule, or of one above all rules (0); else where the rule begins."""
        begins, at = 1, 0
        for number, line in enumerate(self._lines, 1):
            if re.match(r"\s*\[\[\s*[\"']?rules[\"']?\s*\]\]", line):
                at += 1
                begins = number if at == rule else begins
            elif at == rule and key and re.match(rf"\s*\[{{0,2}}[\"']?{re.escape(key)}[\"']?\s*[=.\]]", line):
                return number
        return begins

    def wrong(self, line: int, found: str, do: str) -> NoReturn:
        raise ConfigError(f"read {self._name}", f"line {line}: {found}", do)

    def unreadable(self, said: str) -> NoReturn:
        """What the reader of TOML says, with the line that it names."""
        place = re.search(r" \(at line (\d+), column (\d+)\)$", said)
        line = int(place[1]) if place else max(1, len(self._lines))
        what = re.sub(r" \(at [^)]*\)$", "", said)
        shown = self._lines[line - 1].strip() if line <= len(self._lines) else ""
        found = f"it is no TOML ({_clean(what)[:200]}) in {_quoted(shown)}" if shown else _clean(what)[:200]
        self.wrong(line, found, "Mend that line; texts go in double quotes, lists in [ ].")


def _rule(source: _Source, at: int, row: Mapping[str, Any]) -> Rule:
    def wrong(key: str | None, found: str, do: str) -> NoReturn:
        source.wrong(source.line(at, key), found, do)

    for key in row:
        if key not in _KEYS:
            wrong(key, f"{_quoted(key)} is nothing that a rule asks", _near(key, _KEYS))
    for key in ("id", "verdict", "why"):
        if key not in row:
            wrong(None, f"the rule has no {key}", f'Add {key} = "…".')
    for key in ("id", "verdict", "why", "target", "platform", "finding"):
        if key in row and (not isinstance(row[key], str) or not row[key].strip()):
            wrong(key, f"{key} is no text", f'Write {key} = "…".')
    if not _ID.fullmatch(row["id"]):
        wrong("id", f"{_quoted(row['id'])} is no id", "Use small letters, digits and dashes, 40 at most.")
    if len(row["why"]) > _LETTERS:
        wrong("why", f"why is longer than {_LETTERS} letters", "Say it shorter.")
    if not any(key in row for key in _ASKS):
        wrong(None, "the rule asks for nothing", f"Add one of {', '.join(_ASKS)}.")
    return Rule(
        row["id"],
        _verdict(row["verdict"], wrong),
        _clean(row["why"]),
        _site("target", row, wrong),
        tuple(_patterns(row, wrong)),
        _site("platform", row, wrong),
        _finding(row, wrong),
        _bound(row, wrong),
    )


def _verdict(said: str, wrong: Any) -> Verdict:
    known = ", ".join(each.value for each in VERDICTS)
    if said in ("disavow", "ask-removal"):
        wrong("verdict", f"a rule never decides to {said}", f"That takes a person. Rules may {known}.")
    if said not in VERDICTS:
        wrong("verdict", f"{_quoted(said)} is no verdict of a rule", f"Known are {known}.")
    return Verdict(said)


def _site(key: str, row: Mapping[str, Any], wrong: Any) -> str | None:
    if key not in row:
        return None
    name = str(row[key]).strip().lower()
    if not _PATTERN.fullmatch(name) or "*" in name or "." not in name or registrable_domain(name) != name:
        wrong(key, f"{_quoted(row[key])} is no domain", f'Write {key} = "example.com", in ASCII.')
    return name


def _patterns(row: Mapping[str, Any], wrong: Any) -> Iterator[str]:
    if "domains" not in row:
        return
    found = row["domains"]
    if not isinstance(found, list) or not found or not all(isinstance(each, str) for each in found):
        wrong("domains", "domains is no list of texts", 'Write domains = ["*.example.com"].')
    if len(found) > _PATTERNS:
        wrong("domains", f"there are more than {_PATTERNS} patterns", "Write two rules.")
    for each in found:
        pattern = each.strip().lower()
        if not _PATTERN.fullmatch(pattern):
            wrong("domains", f"{_quoted(each)} is no name", "Use letters, digits, dots, dashes and *.")
        if not re.search(r"[a-z0-9]", pattern):
            wrong("domains", f"{_quoted(each)} means every domain", "Name what they have in common.")
        yield pattern


def _finding(row: Mapping[str, Any], wrong: Any) -> str | None:
    said = row.get("finding")
    known = [marker.id for marker in weighted()]
    if said is not None and said not in known:
        do = f"{_near(said, known, few=True)} docs/reference/findings.md lists them."
        wrong("finding", f"there is no finding {_quoted(said)}", do.strip())
    return said


def _bound(row: Mapping[str, Any], wrong: Any) -> float | None:
    said = row.get("unnatural_below")
    if said is None:
        return None
    if isinstance(said, bool) or not isinstance(said, int | float) or not 60 < said <= 101:
        do = "Groups read from 60 to 100: write a number above 60, 101 at most."
        wrong("unnatural_below", f"{_quoted(str(said))} bounds no reading", do)
    return float(said)


def _near(key: object, known: Any, *, few: bool = False) -> str:
    close = get_close_matches(str(key), list(known), 3, 0.5)
    if close:
        return f"Near it: {', '.join(close)}."
    return "" if few else f"Known are {', '.join(known)}."


def _clean(text: str) -> str:
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _quoted(text: object) -> str:
    shown = _clean(str(text))
    return f"“{shown[:60]}{'…' if len(shown) > 60 else ''}”"


# writing ---------------------------------------------------------------------


def rule_text(rule: Rule) -> str:
    """A rule as it stands in the text."""
    values = {
        "id": rule.id,
        "verdict": rule.verdict.value,
        "target": rule.target,
        "domains": list(rule.domains) or None,
        "platform": rule.platform,
        "finding": rule.finding,
        "unnatural_below": rule.unnatural_below,
        "why": rule.why,
    }
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    return "\n".join(("[[rules]]", *lines)) + "\n"


def with_rule(text: str, rule: Rule) -> str:
    """A text with one more rule at its end, which is asked last."""
    return f"{text.rstrip()}\n\n{rule_text(rule)}".lstrip()


def stamped(text: str, version: int, at: datetime, by: str, why: str, name: str = "policy.toml") -> str:
    """A text as a version: its first lines say which, when, by whom and why. Everything else stays as it is;
    ConfigError where it cannot, or where it is no policy."""
    before = parse_policy(text, name)
    values = {"version": version, "at": at, "by": by, "why": why}
    head = "".join(f"{key} = {_toml(value)}\n" for key, value in values.items())
    rest = without_head(text).strip("\n")
    made = f"{head}\n{rest or INTRODUCTION.rstrip()}\n"
    try:
        kept = parse_policy(made, name).rules == before.rules
    except ConfigError:
        kept = False
    if not kept:
        raise ConfigError(
            f"keep {name}",
            f"its lines {', '.join(_HEAD)} cannot be written anew",
            "Write each of them as one line above all rules, or leave them out.",
        )
    return made


def without_head(text: str) -> str:
    """A text without the lines that say which version it is."""
    lines, kept = text.splitlines(keepends=True), []
    inside = False
    for line in lines:
        inside = inside or line.lstrip().startswith("[")
        if inside or not re.match(rf"\s*({'|'.join(_HEAD)})\s*=", line):
            kept.append(line)
    return "".join(kept)


def _toml(value: object) -> str:
    if isinstance(value, datetime):
        return value.replace(microsecond=0).isoformat()
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float):
        short = f"{value:g}"
        return short if float(short) == value else repr(value)  # rounded, it might reach further
    if isinstance(value, int):
        return str(value)
    return json.dumps(_clean(str(value)), ensure_ascii=False)
