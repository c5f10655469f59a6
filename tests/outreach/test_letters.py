"""What do drafts say, to whom may they go, and can a crawled word become a header?"""

from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backlit import app
from backlit.errors import ConfigError, UsageError
from backlit.net.mailbox import mailbox
from backlit.prospect import listing
from backlit.prospect.outreach import KINDS
from backlit.prospect.outreach_letter import NO, letter, mailto
from backlit.prospect.outreach_words import FIELDS, FOR_KIND, TEMPLATES, Words, clean, render, split_template
from tests.outreach.world import DAY_ONE, FROM, POSTAL, World, world


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with world(tmp_path, monkeypatch) as found:
        yield found


def parsed(content: bytes) -> EmailMessage:
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "Content-Type",
    "Content-Transfer-Encoding", "MIME-Version",
]  # fmt: skip


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=3_000))
def test_no_word_becomes_a_header_or_ends_the_message(subject: str, body: str) -> None:
    content = letter(Words(subject, body), FROM, "ed@blog.test", "key", DAY_ONE)
    content.decode("ascii")
    message = parsed(content)
    assert sorted(message.keys()) == sorted(HEADERS)
    assert (message["To"], message["From"]) == ("ed@blog.test", FROM)
    assert message["Message-ID"] == "<key@shop.test>"
    assert not any(ord(char) < 32 for char in str(message["Subject"]))
    assert max(map(len, content.split(b"\r\n"))) <= 998
    assert content.replace(b"\r\n", b"").count(b"\n") == content.replace(b"\r\n", b"").count(b"\r") == 0


@pytest.mark.parametrize(
    "coded", ["=?utf-8?Q?a=0D=0ABcc:_x=40evil.test?=", "=?utf-8?B?CkJjYzogYWxsQGV2aWwudGVzdA==?="]
)
def test_no_encoded_word_becomes_a_header(coded: str) -> None:
    for subject in (coded, f"About {coded}", f"{coded} {coded}", f"a{coded}b"):
        message = parsed(letter(Words(subject, "b"), FROM, "ed@blog.test", "key", DAY_ONE))
        assert sorted(message.keys()) == sorted(HEADERS)
        assert str(message["Subject"]).replace("= ?", "=?").strip() == subject


@settings(deadline=None)
@given(st.text(max_size=80))
def test_no_text_becomes_a_mailbox_with_more_in_it(text: str) -> None:
    for each in (text, f"{text}@blog.test", f"ed@{text}", f"ed@blog.test{text}"):
        found = mailbox(each)
        if found is not None:
            assert found.isascii()
            assert found.isprintable()
            assert found.count("@") == 1
            assert set(found).isdisjoint(' ,;:<>"()[]\\')
            assert parsed(letter(Words("x", "y"), FROM, found, "key", DAY_ONE))["To"] == found


CODED = ["=?utf-8?q?victim=40other.test=2C_a?=@blog.test", "=?utf-8?q?a=0d=0aBcc:_b=40c.test?=@blog.test"]


@pytest.mark.parametrize("contact", CODED)
def test_a_word_in_code_is_no_mailbox_nor_is_it_written_to(made: World, contact: str) -> None:
    with pytest.raises(UsageError, match="is no mailbox"):
        made.add(contact=contact)
    with pytest.raises(UsageError, match="another mailbox"):
        letter(Words("x", "y"), FROM, CODED[0], "key", DAY_ONE)


def test_a_dot_at_the_end_of_a_name_changes_nobody(made: World) -> None:
    assert mailbox("ann@blog.test.") == "ann@blog.test"
    assert mailbox("ann@blog.test..") is mailbox("ann@.") is None
    assert made.draft(made.add("blog.test", contact="ann@blog.de."))["draft"]["way"] == "form"
    app.outreach_suppress(made.home, "ann@blog.test", why="asked")
    app.outreach_suppress(made.home, "dot.test.", why="asked")
    names = [("a.test", "Ann@blog.test."), ("b.test", "bob@dot.test"), ("dot.test", "c@c.test"),
             ("dot.test.", "c@c.test")]  # fmt: skip
    for domain, contact in names:
        with pytest.raises(UsageError, match="not written to"):
            made.add(domain, contact=contact)
    card = made.add("person.test", contact="zed@person.test.")
    assert app.outreach_forget(made.home, "zed@person.test.").row["cards"] == 1
    assert made.show(card)["contact"] is None
    assert app.outreach_suppress(made.home, "dot.test", lift=True, why="by mistake").row["text"] == "dot.test"


@settings(deadline=None)
@given(st.text(max_size=400), st.integers(1, 200))
def test_cleaned_words_are_one_line_of_visible_characters(text: str, most: int) -> None:
    found = clean(text, most)
    assert len(found) <= most
    assert found.isprintable() or all(char.isprintable() or char == "\u3000" for char in found)
    assert set(found).isdisjoint("\r\n\t\u202e\u200b\x00")


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_built_in_template_reads_well(name: str) -> None:
    needed = {"greeting": "Hello,", "site": "blog.test", "page": "https://blog.test/a", "ours": "shop.test",
              "our_page": "https://shop.test/b"}  # fmt: skip
    short = render(split_template(TEMPLATES[name], name), name, needed)
    whole = render(split_template(TEMPLATES[name], name), name, dict.fromkeys(FIELDS, "words") | needed)
    for words in (short, whole):
        assert "{{" not in words.subject + words.body
        assert "\n\n\n" not in words.body
        assert words.body.startswith("Hello,")
    assert len(whole.body) > len(short.body)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello", "its first line is no subject"),
        ("Subject: x\n", "its first line is no subject"),
        ("Subject: x\n\n{{ page.__class__ }}", "braces that are no field"),
        ("Subject: x\n\n{{ page() }}", "braces that are no field"),
        ("Subject: x\n\n{% for x in y %}", "braces that are no field"),
        ("Subject: x\n\n{{ password }}", "there is no field 'password'"),
        ("Subject: x\n\n{{ title }}", "title is not known"),
        ("Subject: x\n\n" + "y" * 20_001, "more than 20,000 characters"),
        ("Subject: x\r\n\r\nhello\x00", r"nobody sees \(U\+0000\)"),
        ("Subject: x\u202ey\n\nhello", r"nobody sees \(U\+202E\)"),
    ],
)
def test_templates_are_words_and_fields_and_nothing_else(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        render(split_template(text, "mine"), "mine", {"page": "x"})


def test_what_is_put_in_is_never_read_as_a_template() -> None:
    words = render(
        split_template("Subject: {{ page }}\n\n{{ note }}", "m"),
        "m",
        {"page": "{{ ours }}", "note": "{{ site }}"},
    )
    assert words == Words("{{ ours }}", "{{ site }}")


def test_a_message_says_from_whom_it_is_and_how_to_decline(made: World) -> None:
    card = made.add(name="Ed\r\nBcc: all@blog.test \u202eevil", compensation="product")
    row = made.draft(card, fields={"title": "Ten teapots"})
    content = row["draft"]["bytes"].encode("ascii")
    message = parsed(content)
    assert sorted(message.keys()) == sorted(HEADERS)
    text = message.get_content()
    assert text.startswith("Hello Ed Bcc: all@blog.test evil,\r\n")
    assert POSTAL in text
    assert 'rel="sponsored"' in text
    assert " ".join(NO.split()) in " ".join(text.split())
    assert "Ten teapots" in text
    assert message["List-Unsubscribe"] == "<mailto:ann@shop.test?subject=no>"
    assert "List-Unsubscribe-Post" not in message
    assert row["warnings"] == [
        "a product is given for it: it has to be marked rel=sponsored (LS-01), and readers have to be told"
    ]
    assert row["draft"]["mailto"].startswith(
        "mailto:ed@blog.test?subject=A%20suggestion%20for%20blog.test&body="
    )
    assert made.show(made.add("swap.test", compensation="swap"))["warnings"][0].startswith(
        "links in exchange"
    )


@pytest.mark.parametrize(
    ("domain", "country", "way", "why"),
    [
        ("blog.test", "US", "mail", None),
        ("blog.test", "UK", "mail", None),
        ("blog.test", None, "form", "their country is not known"),
        ("blog.test", "FR", "form", "FR is not among the countries"),
        ("blog.test", "DE", "form", "not sent to DE"),
        ("blog.test", "AT", "form", "not sent to AT"),
        ("blog.de", "US", "form", "not sent to DE"),
        ("blog.at", None, "form", "not sent to AT"),
    ],
)
def test_mail_goes_where_it_may_and_else_words_for_a_form(
    made: World, domain: str, country: str | None, way: str, why: str | None
) -> None:
    card = made.add(domain, country=country)
    row = made.draft(card)
    assert row["draft"]["way"] == way
    if why is not None:
        assert why in row["form_why"]
        assert row["draft"]["bytes"] is None
        with pytest.raises(UsageError, match="contact form"):
            made.approve(card, "00" * 32)
        app.outreach_allow(made.home, domain, "relationship", why="met at the fair")
        assert made.draft(card)["draft"]["way"] == "mail"


def test_what_may_not_be_sent_is_not_given_out_either(made: World) -> None:
    card = made.ready()
    assert made.show(card)["draft"]["bytes"] is not None
    app.outreach_suppress(made.home, "blog.test", why="asked")
    draft = made.show(card)["draft"]
    assert (draft["bytes"], draft["mailto"], draft["recipient"]) == (None, None, None)
    (row,) = app.outreach_ls(made.home, drafts=True).rows
    assert (row["subject"], row["text"], row["mailto"]) == (None, None, None)


def test_where_the_ground_went_the_message_is_not_given_out(made: World) -> None:
    card = made.add(country="DE")
    app.outreach_allow(made.home, "blog.test", "consent", why="wrote to us")
    made.draft(card)
    assert made.show(card)["draft"]["mailto"] is not None
    app.outreach_allow(made.home, "blog.test", "consent", why="asked to stop", withdraw=True)
    assert made.show(card)["draft"]["mailto"] is None
    assert app.outreach_ls(made.home, drafts=True).rows[0]["text"] is None


def test_without_a_mailbox_there_are_words_for_a_form(made: World) -> None:
    row = made.draft(made.add(contact=None))
    assert (row["draft"]["way"], row["form_why"]) == ("form", "no mailbox is known")


def test_without_a_sender_or_an_address_no_mail_is_drafted(
    made: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = made.add()
    for name in ("BACKLIT_OUTREACH_ADDRESS", "BACKLIT_OUTREACH_FROM"):
        monkeypatch.delenv(name)
        with pytest.raises(ConfigError, match=name):
            made.draft(card)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BACKLIT_OUTREACH_FROM", "nobody"), ("BACKLIT_OUTREACH_FROM", "a@b.test\nBcc: x@y.test"),
        ("BACKLIT_OUTREACH_SEND", "maybe"), ("BACKLIT_OUTREACH_DAILY", "0"),
        ("BACKLIT_OUTREACH_DAILY", "many"),
        ("BACKLIT_OUTREACH_COUNTRIES", "US,DE"), ("BACKLIT_OUTREACH_COUNTRIES", "USA"),
    ],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused(
    made: World, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    card = made.add()
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError):
        made.draft(card)


def test_templates_of_ones_own_lie_in_the_home(made: World) -> None:
    folder = made.home / "outreach-templates"
    folder.mkdir()
    (folder / "mine.txt").write_text("Subject: {{ title }}\n\n{{ greeting }}\n\n{{ note? }}\n\nBye\n")
    card = made.add()
    row = made.draft(card, template="mine", fields={"title": "Läden"})
    assert row["draft"]["subject"] == "Läden"
    assert row["draft"]["text"].startswith("Hello,\n\nBye\n\nAnn Lee\nShop Ltd")
    assert "mine" in {each["name"] for each in app.outreach_templates(made.home).rows}
    with pytest.raises(UsageError, match="no template 'other'"):
        made.draft(card, template="other")
    (folder / "bad.txt").write_bytes(b"\xff\xfe\x00")
    assert made.draft(card, template="mine", fields={"title": "Tea"})["draft"]["subject"] == "Tea"
    assert {each["name"]: each["text"] for each in app.outreach_templates(made.home).rows}["bad"] is None
    with pytest.raises(UsageError, match="read the template bad"):
        made.draft(card, template="bad")


def test_a_link_that_opens_a_mail_program_has_the_same_words() -> None:
    link = mailto(Words("A & B?", "one\ntwo"), "ed@blog.test")
    assert link == "mailto:ed@blog.test?subject=A%20%26%20B%3F&body=one%0D%0Atwo"
    assert len(mailto(Words("x", "é" * 20_000), "ed@blog.test")) <= 8_000


def test_every_kind_of_prospect_can_be_put_on_the_board() -> None:
    assert set(KINDS) == {*listing.KINDS, "removal"}
    assert set(FOR_KIND) <= set(KINDS)
    assert set(FOR_KIND.values()) <= set(TEMPLATES)


@pytest.mark.parametrize(
    ("page", "listed"),
    [
        ("https://www.small.test/links", ["small.test"]),
        ("https://news.big.test/links", ["news.big.test"]),
        ("small.test", ["small.test"]),
        ("https://ann.wordpress.com/links", ["ann.wordpress.com"]),
        ("https://gmail.com/links", []),
        ("https://wordpress.com/ann", []),
        ("https://github.com/ann/list", []),
        ("https://co.uk/links", []),
    ],
)
def test_no_without_a_mailbox_means_the_host_and_nobody_who_shares_its_name(
    made: World, page: str, listed: list[str]
) -> None:
    card = app.outreach_add(made.home, "shop.test", page, kind="gap").row["id"]
    row = app.outreach_move(made.home, card, "no").row
    assert row["not_written_to"] == listed
    assert [each["text"] for each in app.outreach_suppressed(made.home).rows] == listed
    assert app.outreach_move(made.home, card, "no").row["not_written_to"] is None  # it was there already
    made.add("other.test", contact="bob@gmail.com")
