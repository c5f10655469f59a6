"""What does the feed of an alert say? Atom (RFC 4287), for readers of feeds.

Entries keep their id and time for good. All text is crawled or typed by somebody: it is escaped, and what XML
cannot hold is left out.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from xml.sax.saxutils import escape, quoteattr

from backlit.app.alert_messages import HEADINGS, sentence
from backlit.app.answer import Row
from backlit.report.readable import called
from backlit.report.text import visible

__all__ = ["ATOM", "atom"]

ATOM = "application/atom+xml"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def atom(alert: Row, events: Sequence[Row], token: str, base: str) -> str:
    """The feed of an alert at the secret part of its address; `base` is where this app is reached."""
    updated = max((event["found_at"] for event in events), default=alert["added_at"])
    chosen = f", {visible(alert['q'])}" if alert["q"] else ""
    head = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<feed xmlns="http://www.w3.org/2005/Atom">',
        f"<id>{_id(token)}</id>",
        f"<title>{_text('Links to ' + called(alert['target']) + chosen)}</title>",
        f"<updated>{_at(updated)}</updated>",
        "<author><name>Backlit</name></author>",
        f'<link rel="self" href={quoteattr(f"{base}feeds/{token}.atom")}/>',
        f"<link href={quoteattr(f'{base}alerts')}/>",
    ]
    return "\n".join([*head, *(_entry(event, token) for event in events), "</feed>", ""])


def _entry(event: Row, token: str) -> str:
    title = f"{HEADINGS[event['kind']]}: {visible(event['source_url'])}"
    return (
        f"<entry><id>{_id(token, str(event['id']))}</id><title>{_text(title)}</title>"
        f"<updated>{_at(event['found_at'])}</updated><link href={quoteattr(_plain(event['source_url']))}/>"
        f'<content type="text">{_text(sentence(event))}</content></entry>'
    )


def _id(*parts: str) -> str:
    """A name that is the same for good and does not give the secret of the address away."""
    return f"urn:backlit:{blake2b(chr(0).join(parts).encode(), digest_size=16).hexdigest()}"


def _at(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _text(text: str) -> str:
    return escape(_plain(text))


def _plain(text: str) -> str:
    """What XML 1.0 can hold."""
    return _NO_XML.sub("", text)
