"""What does a message of outreach say? Templates whose fields are words and nothing else.

A template is text with a subject on its first line. `{{ page }}` stands for a field; `{{ dead? }}` for one
that may be unknown, in which case its paragraph is left out. There is nothing to call and nothing to reach
into, and what comes from crawled pages is put in once, cleaned and cut, and never read as a template.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from backlit.errors import UsageError

__all__ = ["FIELDS", "FOR_KIND", "TEMPLATES", "Words", "clean", "render", "split_template"]

#: What a template may use.
FIELDS: Mapping[str, str] = {
    "greeting": "Hello and a name, where one is known",
    "site": "their domain",
    "page": "their page; their domain where none is known",
    "ours": "our site",
    "our_page": "our page that fits; our site where none is named",
    "anchor": "the words that were agreed on",
    "dead": "an address that no longer answers",
    "title": "a title, of their page or of what we offer",
    "note": "a sentence of one's own",
}
_FIELD = re.compile(r"\{\{\s*([a-z_]+)(\?)?\s*\}\}")
_LONGEST: Mapping[str, int] = {"page": 2_000, "our_page": 2_000, "dead": 2_000, "note": 2_000}
_USUAL, _SUBJECT, _BODY = 200, 160, 20_000


@dataclass(frozen=True, slots=True)
class Words:
    """A message before it has an address."""

    subject: str
    body: str


def clean(text: str, most: int = _USUAL) -> str:
    """Words on one line: without control, invisible and reordering characters, at most so many."""
    kept = []
    for char in unicodedata.normalize("NFC", text[: most * 4]):
        kind = unicodedata.category(char)
        if kind in ("Zs", "Zl", "Zp") or char in "\t\r\n\v\f\x85":
            kept.append(" ")
        elif kind[0] != "C":
            kept.append(char)
    line = " ".join("".join(kept).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


#: Control characters, and those that turn the direction of what follows: no words of a message.
_UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202d\u202e]")


def split_template(text: str, name: str) -> Words:
    """A template as subject and body; UsageError for one without, or with what is no field."""
    asked = f"use the template {name}"
    head, _, body = text.replace("\r\n", "\n").lstrip("\n\ufeff").partition("\n")
    label, _, subject = head.partition(":")
    if label.strip().lower() != "subject" or not subject.strip() or not body.strip():
        raise UsageError(asked, "its first line is no subject", "Write `Subject: …`, a blank line, the text.")
    if len(text) > _BODY:
        raise UsageError(asked, f"it has more than {_BODY:,} characters", "Shorten it.")
    if unseen := _UNSEEN.search(text.replace("\r\n", "\n")):
        found = f"it holds a character that nobody sees (U+{ord(unseen[0]):04X})"
        raise UsageError(asked, found, "Save it as plain text.")
    for field, _ in _FIELD.findall(text):
        if field not in FIELDS:
            raise UsageError(asked, f"there is no field {field[:40]!r}", f"Known are {', '.join(FIELDS)}.")
    if "{{" in _FIELD.sub("", text) or "{%" in text:
        raise UsageError(asked, "it holds braces that are no field", "A field is {{ page }} or {{ dead? }}.")
    return Words(subject.strip(), body.strip("\n"))


def render(template: Words, name: str, fields: Mapping[str, str | None]) -> Words:
    """The message of a template; UsageError where a field is not known that it needs."""
    known = {key: clean(value, _LONGEST.get(key, _USUAL)) for key, value in fields.items() if value}
    subject = clean(_filled(template.subject, name, known) or "", _SUBJECT)
    paragraphs = [_filled(each, name, known) for each in template.body.split("\n\n")]
    body = "\n\n".join(each for each in paragraphs if each is not None)
    return Words(subject, body[:_BODY])


def _filled(text: str, name: str, known: Mapping[str, str]) -> str | None:
    """A paragraph with its fields; None where one that may be unknown is."""
    for field, may_lack in _FIELD.findall(text):
        if field not in known and may_lack:
            return None
        if field not in known:
            asked, do = f"use the template {name}", f"Say it: --set {field}=…, or take another template."
            raise UsageError(asked, f"{field} is not known ({FIELDS[field]})", do)
    return _FIELD.sub(lambda found: known[found[1]], text)


_FOLDER = Path(__file__).with_name("outreach_templates")
#: Built in, by name.
TEMPLATES: Mapping[str, str] = {
    path.stem: path.read_text(encoding="utf-8") for path in sorted(_FOLDER.glob("*.txt"))
}
#: The template of a card that names none.
FOR_KIND: Mapping[str, str] = {
    "broken": "moved-page",
    "replacement": "broken-link",
    "lost": "lost-link",
    "mention": "mention",
    "resource": "resource-page",
    "guest-post": "guest-post",
    "removal": "removal",
}
