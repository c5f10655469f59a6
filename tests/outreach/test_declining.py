"""Is a letter declined with one click by who got it, from anywhere, and by nobody else?"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from backlit import app
from backlit.app import alerting
from backlit.errors import ConfigError, UsageError
from backlit.net.exchange import Network
from backlit.web.server import create_app
from tests.alerts.sinks import Mailbox, mail_server
from tests.alerts.world import with_mail
from tests.alerts.world import world as alert_world
from tests.outreach.world import World, world
from tests.servers import Request, Script, farm

HOST = "links.example"
ADDRESS = f"https://{HOST}"
CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(tmp_path / "home", monkeypatch) as found:
        monkeypatch.setenv("BACKLIT_URL", ADDRESS)
        yield found


def public(home: Path, bound: str = "0.0.0.0") -> TestClient:
    """The server as strangers reach it, by its public name."""
    return TestClient(create_app(home, host=bound, public=HOST), base_url=ADDRESS)


@contextmanager
def reached(
    home: Path, status: int = 0, *, name: str = ADDRESS, bound: str = "0.0.0.0", only: str = ""
) -> Iterator[Network]:
    """A web in which the public name leads to the server of a home, or only answers a status.

    `name` is what its proxy tells the server, bound there, and `only` what it leads there.
    """
    server = TestClient(create_app(home, host=bound, public=HOST), base_url=name)

    def answers(request: Request) -> Script:
        if status:
            return [f"HTTP/1.1 {status} X\r\nContent-Length: 0\r\n\r\n".encode()]
        if not request.path.startswith(only):
            return []
        said = server.request(request.method, request.path, content=request.body)
        head = f"HTTP/1.1 {said.status_code} X\r\nContent-Length: {len(said.content)}\r\n\r\n"
        return [head.encode() + said.content]

    with farm(answers) as network:
        yield network


def prove(home: Path) -> None:
    with reached(home) as network:
        assert app.public_url_verify(home, network=network).row["one_click"]


def letter_of(made: World, card: int) -> EmailMessage:
    content = str(made.show(card)["draft"]["bytes"]).encode("ascii")
    assert max(map(len, content.split(b"\r\n"))) <= 998
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def link_in(message: EmailMessage) -> str:
    links: list[str] = re.findall(r"<(https:[^>]+)>", message["List-Unsubscribe"])
    assert [link.startswith(f"{ADDRESS}/unsubscribe/") for link in links] == [True]
    return links[0]


def listed(made: World) -> list[tuple[str, str, str]]:
    return [(row["text"], row["why"], row["who"]) for row in app.outreach_suppressed(made.home).rows]


def test_without_a_proved_address_letters_are_as_they_were(made: World) -> None:
    card = made.add()
    made.draft(card)
    message = letter_of(made, card)
    assert (message["List-Unsubscribe"], message["List-Unsubscribe-Post"]) == (
        "<mailto:ann@shop.test?subject=no>",
        None,
    )


def test_a_proved_address_is_in_the_very_bytes_that_are_approved_and_sent(made: World) -> None:
    prove(made.home)
    card = made.ready()
    message = letter_of(made, card)
    assert message["List-Unsubscribe"] == f"<{link_in(message)}>, <mailto:ann@shop.test?subject=no>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert made.send(card) == [(card, "sent")]
    [sent] = made.mailbox.letters
    assert sent.items() == message.items()


def test_the_page_asks_and_only_its_button_declines(made: World) -> None:
    prove(made.home)
    card = made.ready()
    client, link = public(made.home), link_in(letter_of(made, card))
    for method in ("GET", "HEAD"):
        client.request(method, link)
    page = client.get(link)
    assert page.status_code == 200
    assert "ed@blog.test" in page.text
    assert 'method="post"' in page.text
    assert listed(made) == []
    assert client.post(link).status_code == 400  # nothing says One-Click
    assert client.post(link, content=b"x" * 5_000).status_code == 400
    assert listed(made) == []
    done = client.post(
        link, data=CLICK, headers={"Origin": "https://mail.example", "Sec-Fetch-Site": "cross-site"}
    )
    assert (done.status_code, "Done" in done.text) == (200, True)
    assert (
        client.post(link, files={"List-Unsubscribe": (None, "One-Click")}).status_code == 200
    )  # twice is once
    assert listed(made) == [("ed@blog.test", "unsubscribed by one click", "the recipient")]
    assert app.outreach_check(made.home).row["whole"]
    with pytest.raises(UsageError, match="not written to"):
        made.send(card)
    with pytest.raises(UsageError, match="not written to"):
        made.add("other.test", contact="ed@blog.test")


def test_a_link_is_of_one_recipient_and_cannot_be_made_up(made: World) -> None:
    prove(made.home)
    cards = [made.ready(), made.ready("two.test")]
    client = public(made.home)
    links = [link_in(letter_of(made, card)) for card in cards]
    mark = links[0].rpartition("-")[2]
    wrong = [
        links[0].replace(f"-{cards[0]}-", f"-{cards[1]}-"),
        links[0].replace("/o-", "/a-"),
        links[0][:-1] + ("A" if mark[-1] != "A" else "B"),
        f"{ADDRESS}/unsubscribe/o-1-",
        f"{ADDRESS}/unsubscribe/o-999999999999999999-{'A' * 22}",
        f"{ADDRESS}/unsubscribe/%00",
    ]
    for link in wrong:
        assert {client.get(link).status_code, client.post(link, data=CLICK).status_code} == {404}, link
    assert listed(made) == []
    app.outreach_edit(made.home, cards[0], contact="new@blog.test")  # an old letter is declined by who had it
    assert client.post(links[0], data=CLICK).status_code == 200
    assert [text for text, _, _ in listed(made)] == ["ed@blog.test"]


@pytest.mark.parametrize("bound", ["0.0.0.0", "127.0.0.1"])
def test_by_its_public_name_nothing_else_of_the_server_is_reached(made: World, bound: str) -> None:
    prove(made.home)
    client = public(made.home, bound)
    for path in ("/", "/outreach", "/api/v1/outreach", "/unsubscribe"):
        assert (path, client.get(path, follow_redirects=False).status_code) == (path, 400)
    assert client.post("/api/v1/outreach/people/suppress", json={"who": "a@b.test"}).status_code == 400
    assert listed(made) == []


def test_an_address_that_does_not_lead_here_is_not_believed(
    made: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove(tmp_path / "other")
    with reached(tmp_path / "other") as network, pytest.raises(ConfigError, match="not as this home would"):
        app.public_url_verify(made.home, network=network)
    for status in (301, 403, 404, 500):
        with reached(made.home, status) as network, pytest.raises(ConfigError, match=f"answers {status}"):
            app.public_url_verify(made.home, network=network)
    monkeypatch.setenv("BACKLIT_URL", "https://127.0.0.1")
    with pytest.raises(ConfigError, match="127"):  # the guard of the way out
        app.public_url_verify(made.home)
    for url in ("http://links.example", "https://", "https://links.example/?x=1", "https://a.example/<b>"):
        monkeypatch.setenv("BACKLIT_URL", url)
        with pytest.raises(ConfigError, match="no plain https address"):
            app.public_url_verify(made.home)
    assert not app.public_url(made.home).row["one_click"]


def test_an_address_that_leads_strangers_to_all_of_the_server_is_not_believed(made: World) -> None:
    own = "http://127.0.0.1:8000"  # what a proxy says that is told nothing about names
    with (
        reached(made.home, name=own, bound="127.0.0.1") as network,
        pytest.raises(ConfigError, match=r"may change everything.*keep the host name"),
    ):
        app.public_url_verify(made.home, network=network)
    assert not app.public_url(made.home).row["one_click"]
    for name, only in ((own, "/unsubscribe/"), (ADDRESS, "")):
        with reached(made.home, name=name, bound="127.0.0.1", only=only) as network:
            assert app.public_url_verify(made.home, network=network).row["one_click"]


def test_with_a_key_that_was_cut_off_nobody_declines_until_there_is_another(made: World) -> None:
    prove(made.home)
    key = made.home / "unsubscribe.key"
    card = made.ready()
    key.write_bytes(b"")
    text = f"o\0{card}\0ed@blog.test".encode()
    mark = base64.urlsafe_b64encode(hmac.new(b"", text, hashlib.sha256).digest()[:16]).decode().rstrip("=")
    forged = f"{ADDRESS}/unsubscribe/o-{card}-{mark}"
    assert public(made.home).post(forged, data=CLICK).status_code == 404
    assert listed(made) == []
    assert not app.public_url(made.home).row["one_click"]
    prove(made.home)
    assert (len(key.read_bytes()), key.stat().st_mode & 0o777) == (32, 0o600)
    assert public(made.home).post(forged, data=CLICK).status_code == 404


def test_the_button_leads_to_the_page_itself_wherever_a_proxy_puts_it(made: World) -> None:
    prove(made.home)
    link = link_in(letter_of(made, made.ready()))
    assert re.findall(r"<form [^>]*>", public(made.home).get(link).text) == ['<form method="post">']


def test_another_address_or_a_forgotten_one_is_not_named_and_old_letters_hold(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove(made.home)
    card = made.ready()
    link = link_in(letter_of(made, card))
    app.public_url_forget(made.home)
    other = made.add("two.test")
    made.draft(other)
    assert letter_of(made, other)["List-Unsubscribe-Post"] is None
    prove(made.home)
    monkeypatch.setenv("BACKLIT_URL", "https://moved.example")
    made.draft(other)
    assert letter_of(made, other)["List-Unsubscribe-Post"] is None
    assert public(made.home).post(link, data=CLICK).status_code == 200
    app.outreach_forget(made.home, "ed@blog.test")
    assert public(made.home).post(link, data=CLICK).status_code == 404


def test_an_alert_is_declined_and_its_channel_is_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKLIT_URL", ADDRESS)
    mailbox = Mailbox()
    with alert_world(tmp_path, crawled=False) as here, mail_server(mailbox) as port:
        with_mail(here, port)
        here.add("me@shop.example")
        assert here.test()[0]["arrived"]
        prove(here.home)
        here.test()
        plain, declinable = mailbox.letters
        assert plain["List-Unsubscribe"] is None
        assert declinable["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        client, link = public(here.home), link_in(declinable)
        assert "me@shop.example" in client.get(link).text
        assert [row["state"] for row in alerting.alert_ls(here.home).rows[0]["channels"]] == ["on"]
        assert client.post(link, data=CLICK).status_code == 200
        [channel] = alerting.alert_ls(here.home).rows[0]["channels"]
        assert (channel["state"], channel["why"]) == ("off", "unsubscribed by one click")
