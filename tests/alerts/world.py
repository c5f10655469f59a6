"""A small web that is watched, those who are told of it, and a calendar for all of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from backlit import app
from backlit.app import alerting
from backlit.net.client import Client
from backlit.net.exchange import Limits, Network
from backlit.net.mail import MailServer
from tests.alerts.sinks import Hook, Mailbox
from tests.monitor.test_verify import DAY_ONE, HASTY, TARGET, Web
from tests.servers import Request, Script, farm

__all__ = ["HOOK", "World", "world"]

HOOK = "https://hook.example/in"
MAIL = MailServer("mail.example", 587, "smtp", "me", "right", "alerts@shop.example")


@dataclass
class World:
    """Sites that link to the target, a webhook, a mailbox; `day` is what the clock says."""

    home: Path
    network: Network
    web: Web
    hook: Hook
    mailbox: Mailbox = field(default_factory=Mailbox)
    mail: MailServer = MAIL
    day: float = 0.0
    #: what else hosts answer, by name
    others: dict[str, Script] = field(default_factory=dict)

    @property
    def now(self) -> datetime:
        return DAY_ONE + timedelta(days=self.day)

    def add(self, *to: str, target: str = TARGET, cadence: str = "now", **more: Any) -> dict[str, Any]:
        answer = alerting.alert_add(
            self.home, target, to=to, cadence=cadence, network=self.network, clock=lambda: self.now, **more
        )
        return answer.row

    def run(self, day: float | None = None) -> dict[str, Any]:
        self.day = self.day if day is None else day
        return alerting.alerts_run(
            self.home, network=self.network, mail=self.mail, chance=lambda: 0.0, clock=lambda: self.now
        ).row

    def test(self, alert: int = 1) -> list[dict[str, Any]]:
        return alerting.alert_test(
            self.home, alert, network=self.network, mail=self.mail, clock=lambda: self.now
        ).rows

    def verify(self, day: float) -> None:
        self.day = day
        self.web.verify(self.network, day)

    def check(self, day: float) -> None:
        self.day = day
        client = Client(self.network, lambda: 0.5, manners=HASTY, limits=Limits(3.0, 2.0, 5.0))
        app.monitor_check(self.home, everything=True, client=client, clock=lambda: self.now)

    def lose(self, host: str, day: float) -> None:
        """Let a page answer 404, and two looks find that."""
        from tests.monitor.served import said

        self.web.pages[f"{host}.example"] = [said("", status=404)]
        self.verify(day)
        self.verify(day + 1.1)

    @property
    def log(self) -> list[dict[str, Any]]:
        return alerting.alert_log(self.home).rows

    @property
    def inbox(self) -> list[tuple[str, str, str]]:
        """What was found, oldest first: the kind, the host of the page, and why."""
        rows = alerting.alert_inbox(self.home).rows
        return [(row["kind"], row["source_url"].split("/")[2], row["reason"]) for row in reversed(rows)]


@contextmanager
def world(folder: Path, *names: str, crawled: bool = True) -> Iterator[World]:
    """A world whose sites a crawl has seen already, or one without an index."""
    web, hook, others = Web(folder / "home", *(names or ("one", "two"))), Hook(), dict[str, Script]()
    if crawled:
        web.ingest()

    def answers(request: Request) -> Script:
        if request.host == "hook.example":
            return hook(request)
        return others.get(request.host) or web.answers(request)

    with farm(answers) as network:
        yield World(folder / "home", network, web, hook, others=others)


def with_mail(made: World, port: int) -> World:
    """A world whose mail server is at a port of loopback."""
    inner = made.network.connector

    def connector(address: str, asked: int, seconds: float) -> Any:
        return inner(address, port if asked in (25, 465, 587) else asked, seconds)

    made.network = replace(made.network, connector=connector)
    return made
