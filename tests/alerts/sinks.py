"""Those who get alerts: a webhook that answers as it is told, and a mail server with TLS and a password."""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from tests.monitor.served import said
from tests.servers import Request, Script, certificate

__all__ = ["Hook", "Mailbox", "mail_server"]


@dataclass
class Hook:
    """A webhook: `answer` is the script of its next answers, `taken` what it was sent and took."""

    answer: list[bytes | float | object] = field(default_factory=lambda: [said("", status=204)])
    got: list[Request] = field(default_factory=list)
    taken: list[Request] = field(default_factory=list)

    def __call__(self, request: Request) -> Script:
        self.got.append(request)
        if any(isinstance(step, bytes) and step.startswith(b"HTTP/1.1 2") for step in self.answer):
            self.taken.append(request)
        return self.answer

    @property
    def bodies(self) -> list[dict[str, Any]]:
        """What it took, each message once: a receiver knows an id that it has seen."""
        once = {request.headers["webhook-id"]: request for request in self.taken}
        return [json.loads(request.body) for request in once.values()]

    @property
    def events(self) -> list[tuple[str, str, str]]:
        """The news it took: the kind, the host of the page, and why."""
        return [
            (event["type"], event["source_url"].split("/")[2], event["reason"])
            for body in self.bodies
            for event in body["data"]["events"]
        ]


def verified(request: Request, secret: str) -> bool:
    """Whether a receiver with this secret takes a message for ours; written from the standard alone."""
    signed = (
        f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}.".encode() + request.body
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return f"v1,{wanted}" in request.headers["webhook-signature"].split()


@dataclass
class Mailbox:
    """A mail server's memory and moods: `reply` is what DATA is answered, None hangs up instead."""

    reply: str | None = "250 taken"
    recipient: str = "250 ok"
    letters: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[bytes, bytes]] = field(default_factory=list)

    async def handle_RCPT(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        if self.reply is None or self.reply.startswith("250"):
            message = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(message, EmailMessage)
            self.letters.append(message)
        if self.reply is None:
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
            return "250 never said"
        return self.reply

    def check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def mail_server(mailbox: Mailbox, *names: str, starttls: bool = True) -> Iterator[int]:
    """A mail server on loopback, with a certificate for those names; its port."""
    context = certificate(*(names or ("mail.example",))) if starttls else None
    controller = Controller(
        mailbox, hostname="0.0.0.0", port=_free(), tls_context=context, require_starttls=starttls,
        authenticator=mailbox.check if starttls else None, auth_required=starttls,
    )  # fmt: skip
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        return port
