"""Somebody who writes, a mail server with TLS and a password, and a calendar."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from backlit import app
from backlit.net.exchange import Network
from backlit.net.guard import Guard
from backlit.net.mail import MailServer
from backlit.net.system import AGENT, system_connector
from tests.alerts.sinks import Mailbox, mail_server
from tests.servers import client_context

__all__ = ["DAY_ONE", "FROM", "MAIL", "POSTAL", "World", "network_to", "world"]

DAY_ONE = datetime(2026, 3, 2, 12, tzinfo=UTC)
FROM, POSTAL = "Ann Lee <ann@shop.test>", "Shop Ltd, 1 High Street, London"
MAIL = MailServer("mail.example", 587, "smtp", "me", "right", FROM)


def network_to(port: int) -> Network:
    """A way out on which every host has its mail server at a port of loopback."""

    def connector(_address: str, _port: int, seconds: float) -> socket.socket:
        return system_connector("127.0.0.1", port, seconds)

    guard = Guard.parse("127.0.0.0/8")
    return Network(guard, lambda _host: ["127.0.0.1"], connector, time.monotonic, client_context(), AGENT)


@dataclass
class World:
    """A home, and the mailbox of everybody; `day` is what the clock says."""

    home: Path
    network: Network
    mailbox: Mailbox = field(default_factory=Mailbox)
    day: float = 0.0

    @property
    def now(self) -> datetime:
        return DAY_ONE + timedelta(days=self.day)

    def add(self, domain: str = "blog.test", **more: Any) -> int:
        known: dict[str, Any] = {"contact": f"ed@{domain}", "country": "US", "kind": "resource", **more}
        page = f"https://{domain}/links"
        row = app.outreach_add(self.home, "shop.test", page, **known, who="ann", clock=lambda: self.now).row
        return int(row["id"])

    def draft(self, card: int, **more: Any) -> dict[str, Any]:
        return app.outreach_draft(self.home, card, who="ann", clock=lambda: self.now, **more).row

    def approve(self, card: int, digest: str | None = None) -> None:
        digest = digest or app.outreach_show(self.home, card).row["draft"]["digest"]
        app.outreach_approve(self.home, card, digest, who="ann", clock=lambda: self.now)

    def ready(self, domain: str = "blog.test", **more: Any) -> int:
        """A card whose message is drafted and approved."""
        card = self.add(domain, **more)
        self.draft(card)
        self.approve(card)
        return card

    def send(self, card: int | None = None, day: float | None = None) -> list[tuple[Any, str]]:
        """Send; of each message its card and state."""
        self.day = self.day if day is None else day
        answer = app.outreach_send(
            self.home, card, network=self.network, mail=MAIL, who="ann", clock=lambda: self.now
        )
        return [(row["card"], row["state"]) for row in answer.rows]

    def show(self, card: int) -> dict[str, Any]:
        return app.outreach_show(self.home, card).row


@contextmanager
def world(home: Path, monkeypatch: pytest.MonkeyPatch, *, tls: bool = True) -> Iterator[World]:
    """A world with a sender, a postal address, and sending switched on."""
    for name in ("BACKLIT_SMTP_URL", "BACKLIT_DATABASE_URL", "BACKLIT_OUTREACH_COUNTRIES", "BACKLIT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BACKLIT_OUTREACH_FROM", FROM)
    monkeypatch.setenv("BACKLIT_OUTREACH_ADDRESS", POSTAL)
    monkeypatch.setenv("BACKLIT_OUTREACH_SEND", "on")
    mailbox = Mailbox()
    with mail_server(mailbox, starttls=tls) as port:
        yield World(home, network_to(port), mailbox)
