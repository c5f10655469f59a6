"""What exactly would be sent? The bytes of a message, and the same as a link that opens a mail program."""

from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from textwrap import fill
from urllib.parse import quote

from backlit.errors import UsageError
from backlit.net.mail import as_header, with_one_click
from backlit.prospect.outreach_words import Words, clean

__all__ = ["NO", "closed", "letter", "mailto"]

#: How to be left alone, in each message.
NO = 'If you would rather not hear from us, answer "no": we will not write again.'
#: Characters of an address that opens a mail program; some take no more.
_LINK = 8_000
_WIDTH = 76
_COMPENSATED = (
    'To be open about it: {given}. A link would have to carry rel="sponsored", and readers have to be told.'
)


def closed(words: Words, *, given: str | None, postal: str | None, name: str | None) -> Words:
    """A message with what belongs at its end: what is given for a link, from whom it is, how to decline."""
    ends = [_COMPENSATED.format(given=clean(given))] if given else []
    signed = [clean(name)] if name else []
    signed += [clean(line) for line in (postal or "").split("\n") if line.strip()]
    ends += ["\n".join(signed)] if signed else []
    return Words(words.subject, "\n\n".join([words.body, *ends, *([NO] if postal else [])]))


def letter(
    words: Words, sender: str, recipient: str, key: str, at: datetime, *, one_click: str | None = None
) -> bytes:
    """A message as it is handed over: plain text in ASCII, lines that end in CR LF, RFC 5322.

    `key` makes its id, which stays. List-Unsubscribe opens a mail; with `one_click`, an address of ours that
    was proved to be reached, it is also declined there. UsageError where who reads its bytes finds anybody
    else in To.
    """
    mailbox = parseaddr(sender)[1]
    message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = as_header(clean(words.subject, 160))
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{key}@{mailbox.rpartition('@')[2]}>"
    declining = f"mailto:{mailbox}?subject=no"
    if one_click is None:
        message["List-Unsubscribe"] = f"<{declining}>"
    message.set_content(_wrapped(words.body))
    content = message.as_bytes()
    if one_click is not None:
        content = with_one_click(content, one_click, declining)
    _check_to(content, recipient)
    return content


def _check_to(content: bytes, recipient: str) -> None:
    to = BytesHeaderParser(policy=SMTP).parsebytes(content)["To"]
    found = [each.addr_spec for each in to.addresses]
    if found != [recipient]:
        do = "Name a plain mailbox, as editor@example.org."
        raise UsageError(f"write to {recipient[:200]!r}", "a mail program would read another mailbox", do)


def _wrapped(body: str) -> str:
    lines = [
        fill(line, _WIDTH, break_long_words=False, break_on_hyphens=False) if line else ""
        for line in body.split("\n")
    ]
    return "\n".join(lines) + "\n"


def mailto(words: Words, recipient: str) -> str:
    """The same as an address that opens a mail program (RFC 6068)."""
    body = quote(words.body.replace("\n", "\r\n"), safe="")
    link = f"mailto:{quote(recipient, safe='@')}?subject={quote(words.subject, safe='')}&body="
    return (link + body)[:_LINK].rpartition("%")[0] if len(link + body) > _LINK else link + body
