"""Does a reading keep what pages say, once each, and nothing that is not there?"""

from pathlib import Path

import duckdb
import pytest

from backlit import app
from backlit.errors import SourceMissing, UsageError
from backlit.index.texts import low_of
from backlit.ingest.bylines import byline_in, name_in
from backlit.ingest.http import parse_response
from backlit.ingest.reading import TEXT_LIMIT, text_of
from backlit.prospect.cues import DENIED, INVITES, OFFERS, PRICED, UNPRICED
from backlit.prospect.names import is_of_site, is_said, names_of, pattern_of
from backlit.prospect.pages import invitation, is_list
from backlit.urls import parse_url
from backlit.vweb import VirtualWeb
from tests.hostile.pages import FAMILIES, made

URL = parse_url("https://a.test/page")


def _said(html: str) -> str:
    found = text_of(html.encode(), URL)
    assert found is not None
    return found.text


def test_each_block_is_a_line_and_what_is_hidden_is_none() -> None:
    html = (
        "<h1>Tea</h1><p>One <b>cup</b><br>two<table><tr><td>Guest post<td>$49</table>"
        "<p hidden>no<p style='display: none'>no<script>no</script><noscript>no</noscript>"
        "<template>no</template>"
    )
    assert _said(html).split("\n") == ["Tea", "One cup", "two", "Guest post | $49"]


def test_a_text_has_an_end() -> None:
    found = text_of(f"<p>{'tea ' * TEXT_LIMIT}".encode(), URL)
    assert found is not None
    assert (len(found.text), found.is_cut) == (TEXT_LIMIT, True)


@pytest.mark.parametrize("family", sorted(FAMILIES))
def test_no_page_stops_or_fills_the_reader(family: str) -> None:
    content = made(family, 60_000, 1)
    response = parse_response(content)
    found = text_of(response.body, URL, response.headers) if response else text_of(content, URL)
    assert found is None or len(found.text) <= TEXT_LIMIT


def test_lists_are_items_with_links_of_others_in_the_text() -> None:
    items = "".join(f"<li><a href=https://s{n}.test/>Site {n}</a>: worth a visit" for n in range(6))
    found = text_of(f"<h1>Links</h1><ul>{items}</ul><nav><ul>{items}</ul></nav>".encode(), URL)
    assert found is not None
    assert found.listed == [f"s{n}.test" for n in range(6)]
    assert found.examples[0] == "Site 0: worth a visit"
    laid_out = text_of(f"<table><tr><td>{items.replace('<li>', '<p>')}</table>".encode(), URL)
    assert laid_out is not None
    assert laid_out.listed == []


def test_contacts_are_those_that_stand_on_the_page() -> None:
    html = (
        "<a href='mailto:ann@a.test?subject=x'>write</a> or bob@a.test, not @carl"
        "<a href=/kontakt>Kontakt</a><a href=https://b.test/contact>theirs</a>"
    )
    found = text_of(html.encode(), URL)
    assert found is not None
    assert (found.mails, found.contacts) == (["ann@a.test", "bob@a.test"], ["https://a.test/kontakt"])


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Written by Ann Lee", "Ann Lee"),
        ("By Ann Lee on 3 May 2026", "Ann Lee"),
        ("Von Ann Lee, 3. Mai 2026", "Ann Lee"),
        ("Par Anne-Marie de la Tour | 3 mai", "Anne-Marie de la Tour"),
        ("Autor: Jan Kowalski", "Jan Kowalski"),
        ("著者 Keiko.", "Keiko"),
        ("Автор: Иван Петров", "Иван Петров"),
        ("By the way, this works", None),
        ("Von Hand gepflückt", None),
        ("Por favor escriba", None),
        ("Posted by admin", None),
    ],
)
def test_by_lines_are_told_from_sentences(line: str, name: str | None) -> None:
    assert byline_in(["Tea", line]) == name


def test_a_fact_that_is_no_name_is_none() -> None:
    facts = ["https://a.test/ann", "ann@a.test", "admin", "", None, "x" * 80]
    assert [name_in(each) for each in facts] == [None] * 6


# names -----------------------------------------------------------------------------


def test_names_are_those_of_links_and_of_the_address() -> None:
    assert names_of("good-tea.test", ["Good Tea", "GOOD TEA", "good-tea.test", "GT"]) == (
        "Good Tea",
        "good-tea",
    )
    assert names_of("good-tea.test", ["Good Tea"], ["GT"]) == ("GT",)
    assert names_of("good-tea.test", [], ["Good\0Tea\udcff\x1b", "\0 ", "\x85"]) == ("Good Tea",)


def test_a_part_of_the_name_in_an_address_is_no_name_in_a_text() -> None:
    assert names_of("rosenhof.de", ["Rosenhof", "Rosen", "Der Rosenhof"]) == ("Rosenhof", "Der Rosenhof")
    assert names_of("lars-tesmer.de", ["Lars", "Lars Tesmer"]) == ("Lars Tesmer", "lars-tesmer")
    assert names_of("theguardian.com", ["Guardian"]) == ("Guardian", "theguardian")
    assert names_of("nytimes.com", ["New York Times"]) == ("New York Times", "nytimes")
    assert names_of("rosenhof.de", ["Rosenhof"], ["Rosen"]) == ("Rosen",)


@pytest.mark.parametrize(
    "name", ["Caf\u00e9\u2122 \u2013 Tea", "A\ufffd", "[x](?i)\\d+$", "\u200f\u8336*", "~`^{|}_#'"]
)
def test_a_name_is_looked_for_as_it_is_whatever_it_holds(name: str) -> None:
    names = names_of("good-tea.test", [], [name])
    text = f"we like {names[0]} a lot".lower()
    query = "SELECT regexp_matches(?, ?)"
    assert duckdb.connect().execute(query, [text, pattern_of(names)]).fetchone() == (True,)
    assert duckdb.connect().execute(query, ["none of it", pattern_of(names)]).fetchone() == (False,)


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("We love Good Tea!", True),
        ("毎年Good Teaで注文", True),
        ("the good tea-pot", True),
        ("a goodteapot", False),
        ("so good team", False),
    ],
)
def test_a_name_is_a_word_of_its_own(text: str, is_named: bool) -> None:
    query = "SELECT regexp_matches(?, ?)"
    row = duckdb.connect().execute(query, [text.lower(), pattern_of(["Good Tea"])]).fetchone()
    assert row == (is_named,)


@pytest.mark.parametrize(
    ("quote", "is_theirs"),
    [
        ("see gardenhaus.example for more", True),
        ("see gardenhaus.other.com for more", False),
        ("order at Gardenhaus.", True),
        ("order at Gardenhaus.Then wait", True),
    ],
)
def test_an_address_that_begins_alike_is_another_site(quote: str, is_theirs: bool) -> None:
    assert is_of_site(quote, ["Gardenhaus"], "gardenhaus.example") is is_theirs


def test_a_button_says_nothing_of_a_name() -> None:
    said = ["Good Tea", "Share on Good Tea", "Good Tea/5.0 (X11; Linux)", "We like Good Tea for breakfast."]
    assert [is_said(each, ["Good Tea"]) for each in said] == [False, False, False, True]


@pytest.mark.parametrize(
    ("text", "is_offer"),
    [
        ("Guest post with dofollow link: $49", True),
        ("Our prices start at $35 per link.", True),
        ("Artykuł sponsorowany od 120 zł", True),
        ("Gastartikel ab 90 €", True),
        ("Post Patrocinado Loja faz oferta no mês das mães com roupas de R$ 4 a R$ 10", False),
        ("This guest post is about a bag of seeds that costs four dollars.", False),
        ("We do not accept paid links.", False),
        ("We never accept link insertions or niche edits, and nobody should buy backlinks.", False),
        ("Gardeners often ask how to purchase backlinks; our answer is: do not.", False),
        ("We don’t sell, swap or give away dofollow links for $30.", False),
        ("Wir verkaufen keine Backlinks: niemand sollte Backlinks kaufen.", False),
        ("Nous ne vendons jamais de backlinks: ne pensez jamais acheter des liens.", False),
        ("We charge a small fee of 40 € for an article with a permanent backlink.", True),
        ("Want your link here? It costs a one-off payment of $30 via PayPal.", True),
        ("Ihr Link hier: einmalig 30 €", True),
        ("We do not swap links, but sell link insertions for $20.", True),
        ("Do not hesitate to buy backlinks from us.", True),
        ("There is no fee for guest posts.", False),
        ("No hidden fees: guest post $50", True),
        ("We pay attention to quality. Guest post: $50", True),
        ("Sponsored post 80USD", True),
        ("Do follow links only $10", True),
        ("Backlink ab 20,- Euro", True),
        ("I do follow the rules of link lists.", False),
        ("Let’s exchange backlinks!", True),
        ("I will link to you if you link to me.", True),
        # what nobody sees, and letters and hyphens that look alike
        ("Gu\u200best po\u00adst: $49", True),
        ("Guest\u2011post: $49", True),
        ("\uff27\uff55\uff45\uff53\uff54 \uff30\uff4f\uff53\uff54\uff1a \uff0449", True),
    ],
)
def test_an_offer_has_a_price_of_its_own(text: str, is_offer: bool) -> None:
    assert _is_told(text, OFFERS) is is_offer


def _is_told(said: str, pattern: str) -> bool:
    query = f"SELECT regexp_matches(regexp_replace({low_of('x')}, ?, '.', 'g'), ?) FROM (SELECT ? AS x)"
    found = duckdb.connect().execute(query, [f"{DENIED}|{UNPRICED}", pattern, said]).fetchone()
    return bool(found and found[0])


@pytest.mark.parametrize(
    ("text", "is_priced"),
    [
        ("Guest posting is $80 per article.", True),
        ("Each article is 75$ via PayPal, two links included.", True),
        ("An admin fee applies to every submission.", True),
        ("Guest posts are published for a small fee.", True),
        ("Ein Artikel kostet 90 €.", True),
        ("Un article coûte 90 euros.", True),
        ("We pay $100 per article.", False),
        ("You get paid 50 EUR for each post.", False),
        ("There is no fee, and articles are free of charge.", False),
        ("Win a prize of $50 for the best article.", False),
        ("Write about any of 1,200 plants.", False),
    ],
)
def test_who_asks_for_articles_may_have_a_price_for_them(text: str, is_priced: bool) -> None:
    assert _is_told(text, PRICED) is is_priced


@pytest.mark.parametrize(
    ("text", "is_asked"),
    [
        ("Write for us", True),
        ("We welcome guest posts from gardeners.", True),
        ("Wir suchen Gastautoren!", True),
        ("Si vous souhaitez écrire pour nous, contactez la rédaction.", True),
        ("The project welcomes contributors from all developers.", False),
        ("design guidelines for authors who wish their documents to render", False),
        ("Submit a Story Idea", False),
        ("This is a guest post by Ann.", False),
    ],
)
def test_an_invitation_is_to_write_an_article(text: str, is_asked: bool) -> None:
    assert duckdb.connect().execute("SELECT regexp_matches(?, ?)", [text.lower(), INVITES]).fetchone() == (
        is_asked,
    )


# rules -----------------------------------------------------------------------------


def _page(**told: object) -> dict[str, object]:
    row = {"title": "Tea", "heading": None, "page_key": "test.a/tea", "listed": ["x"] * 8}
    return row | {"listed_characters": 600, "characters": 1_000} | told


def test_a_list_is_most_of_its_page_or_says_what_it_is() -> None:
    assert is_list(_page())
    assert not is_list(_page(listed_characters=300))
    assert is_list(_page(listed_characters=300, title="Useful links"))
    assert not is_list(_page(title="References"))
    assert not is_list(_page(listed=["x"] * 2))


def test_an_invitation_in_the_title_is_surer_than_a_button() -> None:
    button, sentence = "Write for us", "Would you like to write for us about tea?"
    rows = [_page(invites=None), _page(invites=button), _page(invites=sentence)]
    rows.append(_page(invites=button, title="Write for us | Tea"))
    assert [invitation(row) for row in rows] == [0.0, 1.0, 2.0, 4.0]


# files -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("read")
    VirtualWeb(seed=5, pages=80).write_warc(folder / "crawl.warc.gz")
    app.ingest(folder / "home", [str(folder / "crawl.warc.gz")], workers=1)
    return folder / "home"


def test_a_file_is_read_once_and_what_was_moved_is_named(home: Path, tmp_path: Path) -> None:
    needs = app.prospects(app.open_session(home), "gardenhaus.example", kinds=["mention"]).query["kinds"]
    assert "--read" in needs["mention"]["needs"]
    first = app.read_pages(home).row
    assert (first["files"], first["already"], first["missing"]) == (1, 0, [])
    assert first["pages"] > 50
    assert app.read_pages(home).row["already"] == 1
    file = home.parent / "crawl.warc.gz"
    moved = file.rename(tmp_path / "moved.warc.gz")
    with pytest.raises(SourceMissing, match="none of its WARC files"):
        app.read_pages(home)
    again = app.read_pages(home, [str(moved)]).row
    assert (again["already"], again["missing"]) == (1, [])
    told = app.prospects(app.open_session(home), "gardenhaus.example", kinds=["mention"]).query["kinds"]
    assert told["mention"]["needs"] is None
    moved.rename(file)


def test_what_holds_no_texts_says_so(home: Path, tmp_path: Path) -> None:
    VirtualWeb(seed=5, pages=80).write_wat(tmp_path / "crawl.wat.gz")
    with pytest.raises(UsageError, match="there is no WARC file"):
        app.read_pages(home, [str(tmp_path / "crawl.wat.gz")])
    app.ingest(tmp_path / "home", [str(tmp_path / "crawl.wat.gz")], workers=1)
    session = app.open_session(tmp_path / "home")
    told = app.prospects(session, "gardenhaus.example", kinds=["resource"]).query["kinds"]["resource"]
    assert "files of kind wat" in told["needs"]
