"""Senders that are killed at random moments: does each message go once, or is it known that nobody knows?

    python -m tests.outreach.kill_run FOLDER KILLS SEED [--record]

One home has approved messages. A warm parent that opens no engine itself lays it out again and again, and
forks senders that are killed before a random statement or after a random time, until one comes to its end. A
process of its own takes the messages, two of three. Prints what came of it as JSON; --record keeps it.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

# All that a forked child needs is imported here, once.
import sqlalchemy as sa
import sqlalchemy.dialects.sqlite

from backlit.app import outreach_cards, outreach_drafts, outreach_sending
from backlit.app.outreach_settings import OutreachSettings
from backlit.net.exchange import Network
from backlit.net.mail import MailServer
from backlit.prospect.outreach import Manners
from backlit.store.database import opened
from backlit.store.outreach import Board
from backlit.store.sends import Sends
from tests.alerts.kill_run import Sinks, ended, fork, in_child
from tests.faults.figures import record

LOADED = (sqlalchemy.dialects.sqlite,)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FROM, POSTAL = "Ann Lee <ann@shop.example>", "Shop Ltd, 1 High Street, London"
SERVER = MailServer("127.0.0.1", 25, "smtp+plain", None, None, FROM)
SETTINGS = OutreachSettings(FROM, POSTAL, Manners(on=True, daily=500, apart=timedelta(0)))
CARDS = 6
#: Kills on one home before a sender is let go, and the statements and commits that one has about.
STRIKES, STATEMENTS = 12, 280


def build(home: Path) -> None:
    """A home with approved messages."""
    os.environ |= {"BACKLIT_OUTREACH_FROM": FROM, "BACKLIT_OUTREACH_ADDRESS": POSTAL}
    for number in range(CARDS):
        host = f"b{number}.example"
        card = outreach_cards.outreach_add(
            home, "shop.example", f"https://{host}/links", kind="resource", contact=f"ed@{host}",
            country="US", who="ann", clock=lambda: NOON,
        ).row["id"]  # fmt: skip
        draft = outreach_drafts.outreach_draft(home, card, who="ann", clock=lambda: NOON).row["draft"]
        outreach_drafts.outreach_approve(home, card, draft["digest"], who="ann", clock=lambda: NOON)


def run(home: Path, way: Network, hours: float, kill: int | None = None) -> None:
    """One sender at some hour, killed before its n-th statement."""
    if kill is not None:
        numbers = count(1)

        def strike(*_: Any) -> None:
            if next(numbers) == kill:
                os.kill(os.getpid(), signal.SIGKILL)

        sa.event.listen(sa.Engine, "before_cursor_execute", strike)
        sa.event.listen(sa.Engine, "commit", strike)
    outreach_sending.outreach_send(
        home, network=way, mail=SERVER, settings=SETTINGS, who="ann",
        clock=lambda: NOON + timedelta(hours=hours),
    )  # fmt: skip


def told(home: Path) -> dict[str, Any]:
    """What the home says: the state of each message by its id, the columns, and whether the log is whole."""
    with opened(home) as engine:
        board, sends = Board(engine), Sends(engine).all()
        return {
            "sends": {_key(each.content or b""): each.state for each in sends},
            "stages": sorted(card.stage for card in board.all()),
            "broken_at": board.check(),
        }


def _key(content: bytes) -> str:
    line = next(each for each in content.splitlines() if each.startswith(b"Message-ID:"))
    return line.decode().partition("<")[2].partition("@")[0]


def wrong(found: dict[str, Any], taken: list[list[Any]]) -> list[str]:
    """What is not as it must be."""
    faults = []
    arrived = Counter(key for _, key, _ in taken)
    if len(found["sends"]) != CARDS or arrived.keys() - found["sends"].keys():
        faults.append("other messages than were approved")
    for key, state in found["sends"].items():
        if arrived[key] > 1:
            faults.append(f"a message came {arrived[key]} times")
        if state not in ("sent", "unknown") or (state == "sent" and not arrived[key]):
            faults.append(f"{state}, taken {arrived[key]} times")
    if found["stages"] != ["contacted"] * CARDS:
        faults.append("a card stands where it was")
    if found["broken_at"] is not None:
        faults.append("the log does not prove itself")
    return faults


def main(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill so many senders; what came of it."""
    chance, sinks = random.Random(seed), Sinks(folder)
    way, home, template = sinks.network(), folder / "home", folder / "template"
    started, faults = time.monotonic(), list[str]()
    tally = Counter[str]()
    try:
        assert ended(fork(partial(build, template))) == 0
        while tally["kills"] < kills:
            shutil.rmtree(home, ignore_errors=True)
            shutil.copytree(template, home)
            tally["rounds"] += 1
            more, state = one_round(folder, way, chance, kills - tally["kills"])
            tally["kills"] += more
            taken = sinks.taken()
            faults += [f"round {tally['rounds']}: {fault}" for fault in wrong(state, taken)]
            tally["messages"] += len(state["sends"])
            tally["unknown"] += sum(each == "unknown" for each in state["sends"].values())
            tally["doubled"] += sum(number > 1 for number in Counter(key for _, key, _ in taken).values())
    finally:
        sinks.stop()
    names = ("kills", "rounds", "messages", "unknown", "doubled")
    seconds = round(time.monotonic() - started)
    return {**{name: tally[name] for name in names}, "wrong": faults, "seconds": seconds}


def one_round(folder: Path, way: Network, chance: random.Random, most: int) -> tuple[int, dict[str, Any]]:
    """Senders on one home until all is sent: how many were killed, and what the home says."""
    home, killed = folder / "home", 0
    for hours in count():
        is_spared = killed >= min(most, STRIKES)
        at = None if is_spared else chance.randrange(1, STATEMENTS)
        child = fork(partial(run, home, way, hours * 3, at))
        if not is_spared and chance.random() < 0.3:
            time.sleep(chance.random() * 0.2)
            os.kill(child, signal.SIGKILL)
        code = ended(child)
        assert code in (0, -signal.SIGKILL)
        killed += code == -signal.SIGKILL
        if code == 0:
            state = in_child(partial(told, home), folder)
            if "waiting" not in state["sends"].values():
                return killed, state
    raise AssertionError


def keep(found: dict[str, Any], seed: int) -> None:
    """Put what came of it among the figures of the scoreboard."""
    figures = {**found, "wrong": len(found["wrong"]), "seed": seed}
    command = f"python -m tests.outreach.kill_run FOLDER {found['kills']} {seed} --record"
    record("kills-outreach", command, "0 wrong: no message twice, and none lost without a word", figures)


if __name__ == "__main__":
    result = main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
    if sys.argv[4:] == ["--record"]:
        keep(result, int(sys.argv[3]))
    sys.stdout.write(json.dumps(result) + "\n")
