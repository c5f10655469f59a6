"""How is a message handed to the mail server that somebody named?

By the standard library's SMTP over a connection that the address guard judged, as any other. TLS is the
default, either from the first byte (smtps) or by STARTTLS; a password is never sent without it. Once the
message is on its way, only the server can say whether it has it: `Unknown` says that it did not.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.policy import SMTP
from typing import Any
from urllib.parse import unquote, urlsplit

from backlit.errors import ConfigError
from backlit.net.exchange import Network
from backlit.net.failure import FailureKind, Stopped

__all__ = [
    "Letter",
    "MailServer",
    "Refused",
    "Unknown",
    "as_header",
    "hand_over",
    "is_sender",
    "with_one_click",
]  # fmt: skip

_SECONDS = 30.0
_PORTS = {"smtp": 587, "smtps": 465, "smtp+plain": 25}
_OK, _GO_ON = 250, 354


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where messages are handed over, and as whom."""

    host: str
    port: int
    scheme: str
    user: str | None
    password: str | None
    sender: str

    @classmethod
    def parse(cls, url: str, sender: str | None) -> "MailServer":
        """A server given as smtps://USER:PASSWORD@HOST:PORT; ConfigError for what is none."""
        parts = urlsplit(url.strip())
        user, password = (
            None if each is None else unquote(each) for each in (parts.username, parts.password)
        )
        named = (sender or "").strip()
        sender = named or (user or "").strip()
        port = _port(parts.netloc)
        if parts.scheme not in _PORTS or not parts.hostname or port == 0:
            raise ConfigError(
                "send mail by the server that BACKLIT_SMTP_URL names",
                f"it is no address of a mail server ({parts.scheme or 'no scheme'})",
                "Write smtps://USER:PASSWORD@HOST, smtp:// for STARTTLS, or smtp+plain:// for neither.",
            )
        if user is not None and parts.scheme == "smtp+plain":
            raise ConfigError(
                "send mail by the server that BACKLIT_SMTP_URL names",
                "a password would be sent where everybody on the way can read it",
                "Write smtps:// or smtp://, which use TLS.",
            )
        if not is_sender(sender):
            found = f"{named[:100]!r} is no address" if named else "nobody knows from which address"
            if sender and not named:  # never shown: it may be a token
                found = "the user of the mail server is no address"
            raise ConfigError("send mail", found, "Set BACKLIT_MAIL_FROM to an address of yours.")
        return cls(parts.hostname, port or _PORTS[parts.scheme], parts.scheme, user, password, sender)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it is handed over."""

    recipient: str
    content: bytes


def as_header(text: str) -> str:
    """Words as the value of a header. What looks like an encoded word (RFC 2047) is taken apart: the library
    that writes headers decodes it, and writes the line breaks that it may hold as they are."""
    return text.replace("=?", "= ?")


def with_one_click(content: bytes, link: str, mailto: str | None = None) -> bytes:
    """A message that can be declined with one click at an https address (RFC 8058), besides by mail.

    The two lines are added as they are: an address that a library folds or puts into code is read by nobody.
    """
    head, end, body = content.partition(b"\r\n\r\n")
    also = f",\r\n <{mailto}>" if mailto else ""
    lines = f"\r\nList-Unsubscribe: <{link}>{also}\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click"
    return head + lines.encode("ascii") + end + body


class Refused(Exception):
    """The server said no, for now or for good."""

    def __init__(self, code: int, said: str, step: str) -> None:
        super().__init__(code, said, step)
        self.code, self.said, self.step = code, said, step

    @property
    def is_final(self) -> bool:
        """Whether the same message will not be taken later; who is not let in at all may be tomorrow."""
        return self.code >= 500 and self.step not in ("connecting", "login")


class Unknown(Exception):
    """The connection ended after the message was handed over, before the server said whether it has it."""


def hand_over(network: Network, server: MailServer, letter: Letter, handing: Callable[[], None]) -> str:
    """Hand a message over: what the server said. `handing` is called before its first byte is on its way.

    Refused where the server says no, Stopped where it cannot be spoken to, Unknown where nobody knows. What
    `handing` raises comes through, and nothing of the message was sent then.
    """
    connection = _Guarded(network, server)
    try:
        _prepare(connection, network, server, letter)
    except smtplib.SMTPResponseException as error:
        raise Refused(error.smtp_code, _text(error.smtp_error), "connecting") from error
    except ssl.SSLCertVerificationError as error:
        raise Stopped(FailureKind.TLS_UNTRUSTED, f"certificate: {error.verify_message}") from error
    except (OSError, smtplib.SMTPException) as error:
        raise Stopped(FailureKind.CLOSED, f"no conversation with the mail server: {error}") from error
    try:
        handing()
    except BaseException:
        connection.close()
        raise
    try:
        connection.send(_dotted(letter.content))
        code, said = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        raise Unknown(str(error)) from error
    finally:
        connection.close()
    if code != _OK:
        raise Refused(code, _text(said), "the message")
    return f"{code} {_text(said)}"


def _prepare(connection: "_Guarded", network: Network, server: MailServer, letter: Letter) -> None:
    """Everything up to the message itself."""
    try:
        _expect(connection.connect(server.host, server.port), (220,), "connecting")
        connection.ehlo_or_helo_if_needed()
        if server.scheme == "smtp":
            _require_starttls(connection)
            _expect(connection.starttls(context=network.tls), (220,), "connecting")
            connection.ehlo()
        if server.user is not None:
            _log_in(connection, server.user, server.password or "")
        _expect(connection.mail(server.sender), (_OK,), "the sender")
        _expect(connection.rcpt(letter.recipient), (_OK, 251), "the recipient")
        _expect(connection.docmd("DATA"), (_GO_ON,), "the message")
    except BaseException:
        connection.close()
        raise


def _require_starttls(connection: "_Guarded") -> None:
    if not connection.has_extn("starttls"):
        raise Refused(0, "it offers no STARTTLS; smtp+plain:// would do without", "connecting")


def _log_in(connection: "_Guarded", user: str, password: str) -> None:
    try:
        connection.login(user, password)
    except smtplib.SMTPAuthenticationError as error:
        raise Refused(error.smtp_code, _text(error.smtp_error), "login") from error
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(0, "it takes no password", "login") from error


def _expect(reply: tuple[int, bytes], wanted: tuple[int, ...], step: str) -> None:
    if reply[0] not in wanted:
        raise Refused(reply[0], _text(reply[1]), step)


class _Guarded(smtplib.SMTP):
    """SMTP over a connection to an address that was judged, to the host that was named."""

    def __init__(self, network: Network, server: MailServer) -> None:
        self._network, self._server = network, server
        super().__init__(timeout=_SECONDS, local_hostname="localhost.localdomain")

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        network = self._network
        addresses = network.guard.mail_host(host, port, network.resolver)
        plain = network.connector(str(addresses[0]), port, float(timeout))
        plain.settimeout(timeout)
        self._host = host  # what STARTTLS holds the certificate to
        if self._server.scheme != "smtps":
            return plain
        return network.tls.wrap_socket(plain, server_hostname=host)


def _dotted(content: bytes) -> bytes:
    """A message as DATA carries it: lines end in CR LF, a leading dot is doubled, a dot alone ends it."""
    lines = content.replace(b"\r\n", b"\n").rstrip(b"\n").split(b"\n")
    return b"\r\n".join(b"." + line if line.startswith(b".") else line for line in lines) + b"\r\n.\r\n"


def is_sender(text: str) -> bool:
    """Whether a letter can be from that: one address in ASCII, which may have a name."""
    if not text.isprintable():
        return False
    try:
        header = SMTP.header_factory("From", text)
    except (ValueError, IndexError, AttributeError):  # the library falls over some of what is no address
        return False
    return (
        not header.defects
        and len(header.addresses) == 1
        and header.addresses[0].addr_spec.isascii()
        and "@" in header.addresses[0].addr_spec
    )


def _port(netloc: str) -> int | None:
    """The port of an address; None where none is named, 0 where it is none."""
    _, _, port = netloc.rpartition("@")[2].rpartition(":")
    if ":" not in netloc.rpartition("@")[2] or netloc.endswith("]"):
        return None
    return int(port) if port.isascii() and port.isdigit() and len(port) < 6 else 0


def _text(said: bytes | str) -> str:
    text = said.decode("utf-8", errors="replace") if isinstance(said, bytes) else str(said)
    return " ".join(text.split())[:300]
