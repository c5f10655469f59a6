"""Is an anchor told for what it is, by the first rule that fits, in many languages, and whatever it holds?"""

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import backlit
from backlit.errors import UsageError
from backlit.score.anchors.brand import is_one_edit, known_names
from backlit.score.anchors.classify import anchor_codes, anchor_target, image_found
from backlit.score.anchors.evidence import found_names, names_in_anchors, names_in_titles, without_name
from backlit.score.anchors.keywords import keywords_of
from backlit.score.anchors.kinds import AnchorClass, AnchorKind, class_name
from backlit.score.anchors.normal import fold, fold_german, length, normalise
from backlit.score.anchors.said import scripts_of_host, scripts_of_language, scripts_of_text
from backlit.score.anchors.target import address_of
from backlit.score.anchors.words import KINDS, LANGUAGES, words
from backlit.urls import registrable_domain

SHOP = "https://www.shoe-barn.example/red-shoes"

#: One line a case: the text, its target, and the class. Where two rules fit, the earlier class has to win.
CASES = [
    ("", SHOP, "empty"),
    (" \u200b\u2060 ", SHOP, "empty"),
    # a written address, before everything that its words would be
    ("https://www.shoe-barn.example/red-shoes", SHOP, "naked-url"),
    ("shoe-barn.example", SHOP, "naked-url"),
    ("www.other.example", SHOP, "naked-url"),
    ("shoe-barn.example/red…", SHOP, "naked-url"),
    ("shoe-barn dot example", SHOP, "naked-url"),
    ("ann/project", "https://github.com/ann/project", "naked-url"),
    ("README.md", "https://github.com/ann/project", "other"),
    ("münchen.de", "https://xn--mnchen-3ya.de/", "naked-url"),
    # a name, before keywords, generic words and titles
    ("Shoe Barn", SHOP, "brand"),
    ("shoebarn", SHOP, "brand"),
    ("SHOE-BARN", SHOP, "brand"),
    ("Shoe Barn website", SHOP, "brand"),
    ("the blog of Shoe Barn", SHOP, "brand"),
    ("Shoe Bran", "https://shoebarn.example", "other"),
    ("Shoe Barm", "https://shoebarn.example", "brand"),
    ("München", "https://xn--mnchen-3ya.de/", "brand"),
    ("Süddeutsche Zeitung", "https://www.sueddeutsche.de/politik", "brand"),
    ("New York Times", "https://www.nytimes.com/2020/01/02/x.html", "brand"),
    ("Acme Widget Club", "https://awc.example", "brand"),
    ("Лента", "https://lenta.ru", "brand"),
    ("here", "https://here.com", "brand"),
    ("click here", "https://here.com", "generic"),
    ("Ann Lee", "https://annlee.example", "brand"),
    ("ann", "https://example.org/~ann/", "brand"),
    ("project", "https://github.com/ann/project", "brand"),
    ("React", "https://reactjs.org", "brand"),
    ("知乎专栏", "https://zhuanlan.zhihu.com/p/1", "brand"),
    ("Shoe Barn red shoes", SHOP, "brand+keyword"),
    ("Cheap Flights", "https://cheapflights.example", "brand"),
    ("Cheap Flights", "https://cheap-flights-now.example", "partial"),
    # commercial phrases, before titles
    ("buy red shoes", "https://shop.example/buy-red-shoes", "exact"),
    ("cheap red shoes", "https://shop.example/red-shoes", "partial"),
    ("red shoes", "https://shop.example/red-shoes", "title"),
    # words that say nothing
    ("Click here!", SHOP, "generic"),
    ("» read more »", SHOP, "generic"),
    ("Page 2", SHOP, "generic"),
    ("Read &amp; see more", SHOP, "generic"),
    ("barn", SHOP, "brand"),
    ("Rust", "https://www.rust-lang.org/", "brand"),
    # the title of a page, by its address
    ("How to bake bread", "https://blog.example/2020/how-to-bake-bread.html", "title"),
    ("entropy", "https://en.wikipedia.org/wiki/Entropy_(information_theory)", "title"),
    ("bread", "https://blog.example/how-to-bake-bread-at-home-fast", "other"),
    # numbers and marks
    ("[3]", SHOP, "numeric"),
    ("↑", SHOP, "numeric"),
    ("2019-01-02", SHOP, "numeric"),
    ("a", SHOP, "numeric"),
    # sentences and the rest
    ("one two three four five six seven eight nine", SHOP, "long"),
    ("something quite unrelated", SHOP, "other"),
    ("这句话没有提到任何网站名称也没有任何关键词所以很长", SHOP, "long"),
]


@pytest.mark.parametrize(("text", "url", "expected"), CASES)
def test_the_first_class_that_fits_is_told(text: str, url: str, expected: str) -> None:
    found = backlit.classify_anchor(text, target_url=url)
    assert (found.class_, found.subclass) == (expected, None)
    assert found.reason


def test_the_evidence_of_a_class_is_told_with_it() -> None:
    assert backlit.classify_anchor("  The SHOE barn ", target_url=SHOP) == AnchorClass(
        class_="brand",
        money=False,
        subclass=None,
        reason="“shoe-barn” is the name of the domain shoe-barn.example",
        matched="shoe barn",
        norm="the shoe barn",
    )
    assert backlit.classify_anchor(
        "best running shoes", target_url=SHOP, keywords="running shoes"
    ) == AnchorClass(
        class_="partial",
        money=True,
        subclass=None,
        reason="it holds half or more of the keyword “running shoes”: you named it",
        matched="best running shoes",
        norm="best running shoes",
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("running shoes", ("exact", True)),
        ("shoes for running", ("exact", True)),
        ("Running Shoe", ("exact", True)),
        ("lightweight running gear", ("partial", True)),
        ("Shoe Barn running shoes", ("brand+keyword", True)),
        ("Shoe Barn history", ("brand+keyword", False)),
        ("Shoe Barn cheap shoes", ("brand+keyword", True)),
        ("read more", ("generic", False)),
        ("Shoe Barn", ("brand", False)),
    ],
)
def test_keywords_that_somebody_named_are_found(text: str, expected: tuple[str, bool]) -> None:
    found = backlit.classify_anchor(text, target_url=SHOP, keywords=["running shoes"])
    assert (found.class_, found.money) == expected


def test_names_that_somebody_gave_are_names() -> None:
    site = "https://xyz.example"
    assert backlit.classify_anchor("Grandma's Kitchen", target_url=site).class_ == "other"
    found = backlit.classify_anchor("Grandma's Kitchen", brand="Grandmas Kitchen", target_url=site)
    assert (found.class_, found.reason) == ("brand", "“Grandmas Kitchen” is a name you gave")


def test_queries_count_where_they_sell_something() -> None:
    wanted = keywords_of(queries=["buy red shoes", "how shoes are made", "shoe barn"])
    assert [keyword.text for keyword in wanted.exact.values()] == ["buy red shoes"]


def test_commercial_phrases_that_several_domains_use_are_keywords() -> None:
    used = {
        "best shoe prices": 3,
        "shoe sale": 2,
        "cheap": 9,
        "a very long talk of the prices of old shoes": 9,
    }
    wanted = keywords_of(anchors=used | {"how shoes are made": 9})
    assert [(each.text, each.why) for each in wanted.exact.values()] == [
        ("best shoe prices", "3 domains link with these words of trade")
    ]


def test_of_an_image_the_text_beside_it_is_told() -> None:
    target = anchor_target(SHOP)
    assert backlit.classify_anchor("", target_url=SHOP, image=True).class_ == "image-noalt"
    found = backlit.classify_anchor("Shoe Barn", target_url=SHOP, image=True)
    assert (found.class_, found.subclass, found.money) == ("image", "brand", False)
    bought = backlit.classify_anchor("buy red shoes", target_url=SHOP, image=True)
    assert (bought.class_, bought.subclass, bought.money) == ("image", "partial", True)
    assert image_found(None, target, None)[1] is None


def test_a_title_that_is_known_is_compared_without_the_sites_name() -> None:
    page, title = "https://shoe-barn.example/p/17", "Walking in winter rain | Shoe Barn"
    said = [
        backlit.classify_anchor(text, target_url=page, title=title).class_
        for text in ("Walking in Winter Rain", "rain")
    ]
    assert said == ["title", "other"]


@pytest.mark.parametrize(
    ("text", "language", "url", "expected"),
    [
        ("Привет всем", "en", SHOP, "foreign-script"),
        ("Привет всем", "ru", SHOP, "other"),
        ("Привет всем", None, SHOP, "other"),
        ("Привет всем", "en", "https://shop.ru/", "other"),
        ("hello everyone", "ru", SHOP, "other"),
        ("おはよう世界", "zh", SHOP, "other"),
        ("おはよう", "zh", SHOP, "foreign-script"),
    ],
)
def test_another_script_than_that_of_page_and_target_is_strange(
    text: str, language: str | None, url: str, expected: str
) -> None:
    assert backlit.classify_anchor(text, target_url=url, language=language).class_ == expected


def test_a_target_that_is_no_page_is_refused() -> None:
    with pytest.raises(UsageError, match="parse the URL"):
        backlit.classify_anchor("x", target_url="mailto:a@b.example ")


# words -----------------------------------------------------------------------

#: "Click here" and "read more", as people of that language write it on links.
INVITATIONS = {
    "en": ("click here", "read more"),
    "de": ("hier klicken", "mehr lesen"),
    "fr": ("cliquez ici", "lire la suite"),
    "es": ("haz clic aquí", "leer más"),
    "pt": ("clique aqui", "leia mais"),
    "it": ("clicca qui", "leggi tutto"),
    "nl": ("klik hier", "lees verder"),
    "pl": ("kliknij tutaj", "czytaj dalej"),
    "ru": ("нажмите здесь", "читать далее"),
    "uk": ("натисніть тут", "читати далі"),
    "cs": ("klikněte zde", "číst dále"),
    "sk": ("kliknite sem", "čítať ďalej"),
    "sv": ("klicka här", "läs mer"),
    "da": ("klik her", "læs mere"),
    "no": ("klikk her", "les mer"),
    "fi": ("klikkaa tästä", "lue lisää"),
    "hu": ("kattints ide", "tovább olvasom"),
    "ro": ("click aici", "citește mai mult"),
    "tr": ("buraya tıklayın", "devamını oku"),
    "el": ("κάντε κλικ εδώ", "διαβάστε περισσότερα"),
    "bg": ("кликнете тук", "прочетете повече"),
    "hr": ("kliknite ovdje", "pročitajte više"),
    "ja": ("ここをクリック", "続きを読む"),
    "zh": ("点击这里", "阅读全文"),
    "ko": ("여기를 클릭하세요", "더 보기"),
    "ar": ("اضغط هنا", "اقرأ المزيد"),
    "he": ("לחצו כאן", "קראו עוד"),
    "hi": ("यहाँ क्लिक करें", "और पढ़ें"),
    "id": ("klik di sini", "baca selengkapnya"),
    "vi": ("nhấn vào đây", "đọc thêm"),
    "th": ("คลิกที่นี่", "อ่านเพิ่มเติม"),
    "fa": ("اینجا کلیک کنید", "ادامه مطلب"),
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_knows_its_invitations_to_click(language: str) -> None:
    said = [backlit.classify_anchor(text, target_url=SHOP).class_ for text in INVITATIONS[language]]
    assert said == ["generic", "generic"]


def test_every_list_of_every_language_has_words() -> None:
    lists = words()
    of = dict(zip(KINDS, (lists.generic, lists.stop, lists.money, lists.trade, lists.org), strict=True))
    for bit, language in enumerate(LANGUAGES):
        sizes = {kind: sum(mask >> bit & 1 for mask in found.values()) for kind, found in of.items()}
        assert min(sizes.values()) >= 5, (language, sizes)
        assert sizes["generic"] >= 50, (language, sizes)


def test_well_known_names_stand_at_domains_that_exist() -> None:
    for place, names in known_names().items():
        assert place.endswith(registrable_domain(place))
        for name in names:
            assert normalise(name) == name


# normalisation ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Read\u00a0 More… »", "read more"),
        ("“Quoted”", "quoted"),
        ("ﬁne ＡＢＣ", "fine abc"),
        ("a\u200bb\u202ec\u00ad", "abc"),
        ("&laquo;&nbsp;Next", "next"),
        ("STRASSE Straße", "strasse strasse"),
        ("→ go →", "go"),
        ("C++ / C#", "c++ / c#"),
        ("#tag", "tag"),
        ("tab\there\n", "tab here"),
        ("\x1b[31mred", "31mred"),
        ("", ""),
    ],
)
def test_what_is_not_words_counts_for_nothing(text: str, expected: str) -> None:
    assert normalise(text) == expected


@given(st.text(max_size=700))
@example("&amp;amp;amp;lt;" * 40)
@example("\u0301" * 600)
@example("İı̇" * 20)
def test_any_text_is_judged_and_normalised_within_bounds(text: str) -> None:
    norm = normalise(text)
    assert not any(c in norm for c in "\u200b\u202e\u00ad\x00")
    assert "  " not in norm
    found = backlit.classify_anchor(text, target_url=SHOP)
    assert found.class_ in {class_name(kind) for kind in AnchorKind}
    assert length(norm) <= len(norm)


def test_letters_of_addresses_stand_for_those_of_other_alphabets() -> None:
    folded = [fold(normalise(text)) for text in ("Señor", "Łódź", "Лента", "Ελλάδα", "Straße", "日本")]
    assert folded == ["senor", "lodz", "lenta", "ellada", "strasse", "日本"]
    assert [fold_german(normalise(text)) for text in ("München", "Øre")] == ["muenchen", "oere"]


@given(st.text("abc", max_size=7), st.text("abc", max_size=7))
def test_one_edit_is_one_edit(a: str, b: str) -> None:
    near = {a[:n] + a[n + 1 :] for n in range(len(a))}
    near |= {a[:n] + c + a[n:] for n in range(len(a) + 1) for c in "abc"}
    near |= {a[:n] + c + a[n + 1 :] for n in range(len(a)) for c in "abc"}
    if a != b:
        assert is_one_edit(a, b) == (b in near)


def test_scripts_are_told_from_text_language_and_host() -> None:
    assert scripts_of_text("abc é") == frozenset()
    assert scripts_of_text("привет 日本 ハロー") == {"Cyrillic", "Han", "Kana"}
    assert scripts_of_text("ᐃᓄᒃᑎᑐᑦ") == {"other"}
    assert scripts_of_language("zh-CN") == frozenset(("Han",))
    assert scripts_of_language(None) is None
    assert scripts_of_host("www.shop.jp") == {"Han", "Kana"}


# targets and names -----------------------------------------------------------


def test_an_address_says_whose_it_is() -> None:
    found = address_of("https://www.cs.example.ac.uk/~ann/papers/Fast_sorting_(1999).html?id=4")
    assert (found.owner, found.names, found.outer) == ("example", ("ann",), ("cs",))
    assert (found.slug, found.query) == (("fast", "sorting"), ())
    assert found.path_words == {"ann", "papers", "fast", "sorting", "1999", "html"}
    assert found.written == "cs.example.ac.uk/~ann/papers/fast_sorting_(1999).html?id=4"


@pytest.mark.parametrize(
    ("url", "names"),
    [
        ("https://github.com/ann/tool.git", ("ann", "tool")),
        ("https://www.linkedin.com/in/ann-lee/", ("ann-lee",)),
        ("https://www.linkedin.com/jobs/", ()),
        ("https://ann.github.io/", ("github",)),
        ("https://medium.com/@ann/on-bread-1", ("ann",)),
        ("https://docs.example.com/users/ann", ("ann",)),
    ],
)
def test_accounts_and_projects_are_names(url: str, names: tuple[str, ...]) -> None:
    assert address_of(url).names == names


def test_titles_tell_the_name_of_a_site() -> None:
    titles = ["Bread - Grandma Cooks", "Cake - Grandma Cooks", "Soup – Grandma Cooks", "About us"]
    names = names_in_titles("gc.example", titles)
    assert [(name.text, name.why) for name in names] == [("Grandma Cooks", "in 3 of 4 titles of gc.example")]
    assert names_in_titles("gc.example", ["Bread - Grandma Cooks"]) == ()
    assert without_name("Bread - Grandma Cooks", frozenset(("grandmacooks",))) == "Bread"
    assert without_name("Bread", frozenset(("bread",))) == "Bread"


def test_anchors_of_several_domains_tell_the_name_of_a_site() -> None:
    anchors = {
        "read more": 90,
        "Grandma Süß Kitchen": 7,
        "grandmasuess": 1,
        "cheap grandmasuess pans": 9,
        "Süß": 5,
    }
    names = names_in_anchors("grandmasuess.example", anchors)
    assert [(name.text, name.why) for name in names] == [
        ("Grandma Süß Kitchen", "what 7 domains call grandmasuess.example"),
    ]
    assert found_names("grandmasuess.example", (), anchors) == names


# many at once ----------------------------------------------------------------


def test_many_at_once_are_judged_like_one_by_one() -> None:
    target = anchor_target(SHOP)
    texts = [text for text, _, _ in CASES] * 2 + [None]
    codes, money = anchor_codes(texts, target)
    single = [backlit.classify_anchor(text or "", target_url=SHOP) for text in texts]
    assert (codes.dtype, money.dtype) == (np.dtype(np.int8), np.dtype(np.bool_))
    assert [class_name(AnchorKind(code)) for code in codes] == [found.class_ for found in single]
    assert money.tolist() == [found.money for found in single]


def test_images_and_languages_are_told_apart_among_many() -> None:
    texts = ["Привет", "Привет", "", "Shoe Barn"]
    codes, _ = anchor_codes(
        texts, anchor_target(SHOP), images=[False, False, True, True], languages=["en", "ru", None, None]
    )
    assert codes.tolist() == [
        AnchorKind.FOREIGN_SCRIPT,
        AnchorKind.OTHER,
        AnchorKind.IMAGE_NOALT,
        AnchorKind.IMAGE,
    ]


def test_titles_of_nothing_but_spaces_and_bars_are_read_at_once() -> None:
    titles = [" " * 290 + str(number) for number in range(2_000)] + ["| " * 150] * 2
    assert names_in_titles("a.test", titles) == ()


def test_words_of_trade_count_in_the_language_of_the_page_and_in_english() -> None:
    asked = ("laser printer test", "https://a.test/laser-printer-test")
    said = [
        backlit.classify_anchor(asked[0], target_url=asked[1], language=language).class_
        for language in ("en", "de", "pl")
    ]
    assert said == ["title", "exact", "title"]


@pytest.mark.parametrize(
    ("text", "url", "expected"),
    [
        ("le 5 novembre 2019", SHOP, "numeric"),
        ("on May 5, 2022", SHOP, "numeric"),
        ("may", SHOP, "numeric"),
        ("Club of Acme Widgets – news and views", "https://caw.example", "brand+keyword"),
        ("the CNX", "https://cnx.press.example", "brand"),
        ("na Facebooku", "https://www.facebook.com/ann", "brand"),
        ("Ann Lee Bakery Ltd", "https://annlee.example", "brand"),
        ("Internal Widget Service (IWS)", "https://iws.example", "brand"),
        ("Bundesministerium für Ernährung und Landwirtschaft", "https://bmel.example", "brand"),
    ],
)
def test_dates_and_names_are_told_in_all_their_forms(text: str, url: str, expected: str) -> None:
    assert backlit.classify_anchor(text, target_url=url).class_ == expected
