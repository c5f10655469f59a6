"""Runs of alerts that are killed at random moments: is each change told, and none twice?

    python -m tests.alerts.kill_run FOLDER KILLS SEED [--record]

One home has much to tell: two crawls of the virtual web after the alerts were added. A warm parent that
opens no engine itself lays it out again and again, and forks runs that are killed before a random statement
or after a random time, until one comes to its end. A process of its own takes the messages, two of three.
Prints what came of it as JSON; --record adds it to the figures of other seeds.
"""

import json
import os
import random
import shutil
import signal
import socket
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

# All that a forked child needs is imported here, once.
import pyiceberg.catalog.sql
import pyiceberg.io.pyarrow
import sqlalchemy as sa
import sqlalchemy.dialects.sqlite

from backlit import app
from backlit.app import alert_search, alerting, lists, look, watching
from backlit.index import changes
from backlit.net import mail
from backlit.net.exchange import Network
from backlit.net.guard import Guard
from backlit.net.system import AGENT, network, system_connector
from backlit.vweb import VirtualWeb
from tests.alerts.sinks import Mailbox, mail_server
from tests.faults.figures import add_up
from tests.monitor.served import said
from tests.servers import Request, Script, served
from tests.vweb.test_index_changes import _targets

LOADED = (
    alert_search, lists, look, watching, changes, pyiceberg.catalog.sql, pyiceberg.io.pyarrow,
    sqlalchemy.dialects.sqlite,
)  # fmt: skip
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SERVER = mail.MailServer("127.0.0.1", 25, "smtp+plain", None, None, "alerts@shop.example")
TARGETS = 4
#: Kills on one home before a run is let go, and the statements and commits that a run has about.
STRIKES, STATEMENTS = 12, 140


class Sinks:
    """A process that takes messages at two ports and notes their ids; every third is answered 500 or 451."""

    def __init__(self, folder: Path) -> None:
        self.notes, ports = folder / "taken.jsonl", folder / "ports"
        self.child = fork(lambda: self._serve(ports))
        while not ports.exists() or not ports.read_text().endswith("\n"):
            time.sleep(0.05)
        self.hook, self.mail = map(int, ports.read_text().split())

    def _serve(self, ports: Path) -> None:
        numbers = count()
        lock = threading.Lock()

        def note(way: str, key: str, events: list[Any]) -> bool:
            with lock:
                if next(numbers) % 3 == 1:
                    return False
                with self.notes.open("a") as file:
                    file.write(json.dumps([way, key, events]) + "\n")
                return True

        def answers(request: Request) -> Script:
            events = [event["id"] for event in json.loads(request.body)["data"]["events"]]
            taken = note("webhook", request.headers["webhook-id"], events)
            return [said("", status=204 if taken else 500)]

        class Notes(Mailbox):
            async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
                ids = [line for line in envelope.content.splitlines() if line.startswith(b"Message-ID:")]
                key = ids[0].decode().partition("<")[2].partition("@")[0]
                return "250 taken" if note("email", key, []) else "451 later"

        with ExitStack() as stack:
            hook = stack.enter_context(served(answers))
            port = stack.enter_context(mail_server(Notes(), starttls=False))
            ports.write_text(f"{hook.port} {port}\n")
            threading.Event().wait()

    def network(self) -> Network:
        """The way to these ports, whatever host is asked for."""
        ports = {80: self.hook, 25: self.mail}

        def connector(address: str, port: int, seconds: float) -> socket.socket:
            return system_connector(address, ports[port], seconds)

        guard, tls = Guard.parse("127.0.0.0/8"), network().tls
        return Network(guard, lambda _host: ["127.0.0.1"], connector, time.monotonic, tls, AGENT)

    def taken(self) -> list[list[Any]]:
        """What was taken since the last time."""
        text = self.notes.read_text() if self.notes.exists() else ""
        self.notes.unlink(missing_ok=True)
        return [json.loads(line) for line in text.splitlines()]

    def stop(self) -> None:
        os.kill(self.child, signal.SIGKILL)
        os.waitpid(self.child, 0)


def fork(work: Callable[[], object]) -> int:
    """A child that does something and ends with 0, or with 1 where that fails."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        work()
        status = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        os._exit(status)


def ended(child: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def in_child(work: Callable[[], Any], folder: Path) -> Any:
    """What something comes to, done in a child."""
    result = folder / "result.json"
    assert ended(fork(lambda: result.write_text(json.dumps(work(), default=str)))) == 0
    return json.loads(result.read_text())


def build(folder: Path, way: Network) -> None:
    """A home with alerts, and two crawls that they have not heard of."""
    web, home = VirtualWeb(seed=7, pages=400), folder / "home"
    for crawl in range(3):
        path = folder / f"{crawl}.warc.gz"
        web.write_warc(path, crawl)
        app.ingest(home, [str(path)], workers=1)
        for target in _targets(web)[:TARGETS] if crawl == 0 else ():
            alerting.alert_add(
                home, target, to=["http://hook.example/in", f"{target.partition('.')[0]}@mail.example"],
                cadence="now", network=way, clock=lambda: NOON,
            )  # fmt: skip


def run(home: Path, way: Network, hours: float, kill: int | None = None) -> None:
    """One run at some hour, killed before its n-th statement."""
    if kill is not None:
        numbers = count(1)

        def strike(*_: Any) -> None:
            if next(numbers) == kill:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(sa.Engine, "before_cursor_execute", strike)
        sa.event.listen(sa.Engine, "commit", strike)
    alerting.alerts_run(
        home, network=way, mail=SERVER, chance=lambda: 0.0, clock=lambda: NOON + timedelta(hours=hours)
    )


def told(home: Path) -> dict[str, Any]:
    """What the home says: the events by what they tell, and the state of each message."""
    events = alerting.alert_inbox(home, limit=10_000).rows
    deliveries = alerting.alert_log(home, limit=10_000).rows
    names = ("alert", "kind", "source_url", "target_url", "at")
    return {
        "events": {row["id"]: [str(row[name]) for name in names] for row in events},
        "deliveries": {
            row["message_id"]: [row["channel"].partition(":")[0], row["state"]] for row in deliveries
        },
    }


def waits(found: dict[str, Any]) -> bool:
    """Whether a message is still to be sent."""
    return any(state == "waiting" for _, state in found["deliveries"].values())


def wrong(found: dict[str, Any], taken: list[list[Any]], wanted: Counter[tuple[Any, ...]]) -> list[str]:
    """What is not as it must be."""
    faults = []
    if Counter(map(tuple, found["events"].values())) != wanted:
        faults.append("the inbox is not what was true")
    arrived = Counter((way, key) for way, key, _ in taken)
    once = {key: events for way, key, events in taken if way == "webhook"}
    sent = Counter(number for events in once.values() for number in events)
    if sent != Counter(map(int, found["events"])):
        faults.append("webhooks did not tell each event once")
    for key, (way, state) in found["deliveries"].items():
        times = arrived[way, key]
        if way == "email" and times > 1:
            faults.append(f"a letter came {times} times")
        is_over = state == "sent" or (state, way) == ("unknown", "email")
        if not is_over or (state == "sent" and not times):
            faults.append(f"{way} {state}, taken {times} times")
    return faults


def main(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill so many runs; what came of it."""
    chance, sinks = random.Random(seed), Sinks(folder)
    way, home, template = sinks.network(), folder / "home", folder / "template"

    def undisturbed() -> None:
        for hours in range(5):
            run(home, way, hours)

    try:
        assert ended(fork(partial(build, folder, way))) == 0
        shutil.copytree(home, template)
        started = time.monotonic()
        assert ended(fork(undisturbed)) == 0
        seconds = (time.monotonic() - started) / 3
        first = in_child(partial(told, home), folder)
        wanted = Counter(map(tuple, first["events"].values()))
        faults = wrong(first, sinks.taken(), wanted)
        killed = rounds = unknown = repeated = 0
        while killed < kills:
            shutil.rmtree(home)
            shutil.copytree(template, home)
            rounds += 1
            more, state = one_round(folder, way, chance, kills - killed, seconds)
            killed += more
            taken = sinks.taken()
            faults += [f"round {rounds}: {fault}" for fault in wrong(state, taken, wanted)]
            unknown += sum(each == ["email", "unknown"] for each in state["deliveries"].values())
            repeated += sum(n > 1 for n in Counter(key for by, key, _ in taken if by == "webhook").values())
        return {"kills": killed, "rounds": rounds, "events": len(wanted), "unknown_letters": unknown,
                "webhooks_repeated": repeated, "wrong": faults}  # fmt: skip
    finally:
        sinks.stop()


def one_round(
    folder: Path, way: Network, chance: random.Random, most: int, seconds: float
) -> tuple[int, dict[str, Any]]:
    """Runs on one home until all is told: how many were killed, and what the home says."""
    home, killed = folder / "home", 0
    for hours in count():
        is_spared = killed >= min(most, STRIKES)
        at = None if is_spared else chance.randrange(1, STATEMENTS)
        child = fork(partial(run, home, way, hours, at))
        if not is_spared and chance.random() < 0.3:
            time.sleep(chance.random() * seconds)
            os.kill(child, signal.SIGKILL)
        code = ended(child)
        assert code in (0, -signal.SIGKILL)
        killed += code == -signal.SIGKILL
        state = in_child(partial(told, home), folder)
        if code == 0 and state["deliveries"] and not waits(state):
            return killed, state
    raise AssertionError


def keep(found: dict[str, Any], seed: int) -> None:
    """Put what came of it among the figures of the scoreboard."""
    figures = {**found, "wrong": len(found["wrong"])}
    command = f"python -m tests.alerts.kill_run FOLDER {found['kills']} SEED --record"
    goal = "0 wrong: each change told once, no letter twice"
    add_up("kills-alerts", command, goal, figures, most=["events"], seed=seed)


if __name__ == "__main__":
    result = main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    if sys.argv[4:] == ["--record"]:
        keep(result, int(sys.argv[3]))
    sys.stdout.write(json.dumps(result) + "\n")
