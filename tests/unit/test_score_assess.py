"""What is said of single links, and who is not accused?"""

from typing import Any

import pytest

import backlit
from backlit.errors import UsageError
from backlit.score.findings import LIMIT

SOURCE, TARGET = "https://blog.example/2026/post", "https://shop.test/"


def judge(page: Any = None, domain: Any = None, facts: Any = None, **link: Any) -> backlit.Assessment:
    given = {"source_url": SOURCE, "target_url": TARGET, "rel": [], "placement": "content", "kind": "a"}
    return backlit.assess(given | link, page, domain, facts=facts)


def ids(found: backlit.Assessment) -> set[str]:
    return {finding.id for finding in found.findings}


PAID = [
    ("en", "Sponsored post: this article was written with a partner."),
    ("de", "Anzeige:"),
    ("de", "Bezahlte Partnerschaft mit einem Kunden."),
    ("fr", "Article sponsorisé par un partenaire."),
    ("es", "Contenido patrocinado."),
    ("pt", "Publicação patrocinada."),
    ("it", "Articolo sponsorizzato."),
    ("nl", "Dit is een gesponsord artikel."),
    ("sv", "Det här är ett betalt samarbete."),
    ("fi", "Kaupallinen yhteistyö."),
    ("pl", "Artykuł sponsorowany."),
    ("cs", "Komerční sdělení."),
    ("hu", "Szponzorált tartalom."),
    ("tr", "Bu bir sponsorlu içerik."),
    ("ru", "На правах рекламы."),
    ("uk", "Рекламний матеріал."),
    ("ja", "【PR】"),
    ("zh", "赞助内容"),
    ("ko", "협찬"),
    ("ar", "محتوى مدفوع"),
    ("he", "תוכן ממומן"),
]


@pytest.mark.parametrize(("language", "before"), PAID)
def test_a_page_that_says_it_is_paid_for_is_quoted(language: str, before: str) -> None:
    found = judge(before=before, anchor="garden chairs")
    (cue,) = [finding for finding in found.findings if finding.id == "said-to-be-paid"]
    assert cue.policy == "LS-01"
    assert cue.evidence["words"] in before.lower()
    assert found.unnatural < LIMIT  # one weak sign


@pytest.mark.parametrize("rel", [["sponsored"], ["nofollow"], "ugc nofollow"])
def test_what_is_declared_is_no_fault(rel: Any) -> None:
    found = judge(before="Sponsored post:", anchor="cheap loans", rel=rel)
    assert "said-to-be-paid" not in ids(found)
    assert found.unnatural < 20


@pytest.mark.parametrize(
    "before",
    [
        "Die Anzeige der Daten ist schnell, und die Kleinanzeigen der Zeitung sind es auch.",
        "Unsere Werbung für das Fest hing an jedem Baum.",
        "The meetup is free and the advertisement industry pays nothing for it.",
        "I was promoted last year.",
    ],
)
def test_words_that_also_mean_something_else_are_no_cue(before: str) -> None:
    assert "said-to-be-paid" not in ids(judge(before=before, anchor="here"))


NOT_ACCUSED: list[tuple[str, dict[str, Any]]] = [
    ("a guest of a free host", {"source_url": "https://ann.blogspot.com/tea", "anchor": "this shop"}),
    ("the word money", {"anchor": "how money is made"}),
    ("the word best", {"anchor": "the best tea of the year"}),
    ("a button", {"anchor": "Buy now", "placement": "sidebar"}),
    ("a menu that opens", {"anchor": "Shop", "placement": "nav", "hidden": "display-none"}),
    ("a credit in a footer", {"anchor": "Site by Shop", "placement": "footer"}),
    ("an encyclopaedia", {"source_url": "https://en.wikipedia.org/wiki/Loan", "anchor": "cheap loans"}),
    ("a name under a comment", {"anchor": "Ann", "placement": "comment", "rel": "ugc nofollow"}),
    ("an icon", {"anchor": "", "alt": "Shop", "placement": "footer"}),
    ("a friend's site", {"anchor": "Shop", "facts": {"links_back": 1.0}}),
    ("an exchange of keywords", {"anchor": "garden chairs", "facts": {"links_back": 1.0}}),
    ("one's own second site", {"source_url": "https://shop.example/", "anchor": "tea deals"}),
]


@pytest.mark.parametrize(
    ("who", "link"), NOT_ACCUSED, ids=lambda value: value if isinstance(value, str) else ""
)
def test_known_false_alarms_stay_silent(who: str, link: dict[str, Any]) -> None:
    found = judge(facts=link.pop("facts", None), **link)
    assert (who, found.spam < 40, found.unnatural < 40) == (who, True, True)
    assert found.advice == "Nothing to do."


def test_spam_in_a_comment_is_noise_even_on_a_good_site() -> None:
    found = judge(domain={"percentile": 99.0}, anchor="online casino bonus", placement="comment")
    assert found.spam >= LIMIT > found.unnatural
    assert found.advice.startswith("Ignore it.")
    assert {"keyword-in-comment", "text-that-sells"} <= ids(found)


def test_a_hidden_keyword_is_unnatural_and_says_under_which_clause() -> None:
    found = judge(anchor="cheap loans", hidden="off-screen")
    assert found.unnatural >= LIMIT
    assert (found.findings[0].id, found.findings[0].policy) == ("off-screen-link", "LS-08")
    assert found.clears[0] == "A link that readers see."


def test_what_could_not_be_looked_at_is_named_and_adds_nothing() -> None:
    little = backlit.assess({"source_url": SOURCE, "target_url": TARGET})
    assert {"styles of the page", "ranks", "rel"} <= set(little.unknown)
    assert (little.findings, little.advice) == ((), "Nothing to do.")


def test_what_speaks_for_a_link_is_told_apart() -> None:
    found = judge(
        anchor="Shop",
        before="There is a fine old place for tea in the harbour, ",
        domain={"percentile": 97.0},
    )
    assert {each.id for each in found.in_favour} == {"trusted-site", "in-running-text", "name-as-text"}
    assert found.findings == ()


def test_pages_and_links_of_extract_can_be_judged() -> None:
    html = '<title>Casino news</title><p>Advertisement: <a href="https://shop.test/">cheap loans</a>'
    read = backlit.extract(html, "https://far.example/x")
    found = backlit.assess(read.links[0], read.page)
    assert {"spam-trade-page", "text-that-sells", "said-to-be-paid"} <= ids(found)
    assert found.unnatural >= LIMIT


def test_a_link_without_ends_is_refused() -> None:
    with pytest.raises(UsageError, match="target_url"):
        backlit.assess({"source_url": SOURCE})


def test_words_late_in_a_long_title_are_quoted_with_what_stands_around() -> None:
    found = judge(source_title="All the news of the town " * 10 + "and online casino tips", anchor="here")
    (told,) = [finding for finding in found.findings if finding.id == "spam-trade-page"]
    assert told.evidence["words"] == "casino"
    assert len(told.evidence["text"]) == 160
    assert told.evidence["text"].endswith("online casino tips")


@pytest.mark.parametrize("text", ["\ud800", "\0", "{x}%s", "("])
def test_odd_text_is_judged_like_any_other(text: str) -> None:
    found = judge(anchor=text, before=text * 50, after=text, source_title=text)
    assert 0 <= found.spam <= 100
    assert found.unnatural < LIMIT


def test_a_place_in_published_ranks_speaks_for_a_site() -> None:
    found = judge(anchor="cheap loans", facts={"published_place": 900.0})
    (told,) = [finding for finding in found.in_favour if finding.id == "well-known-site"]
    assert (told.strength, told.sentence) == (
        1.0,
        "The site is well known: blog.example, place 900 of published ranks.",
    )
    assert judge(anchor="here", facts={"published_place": 500_000.0}).in_favour == ()
