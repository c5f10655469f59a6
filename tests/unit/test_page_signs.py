"""Is a page called none only where it says so of itself, in whatever language?"""

import pytest

from backlit.ingest.page_signs import sign_of

HONEST = (
    "How to fix the 404 Not Found error in WordPress | Blog",
    "Peugeot 404 - a history",
    "CS410",
    "CS 410 Course Staff",
    "410 - Area codes",
    "410 Main Street, Springfield",
    "Atlanta (404) restaurants",
    "Blog - Page 404",
    "Page 410 of 500 - Blog",
    "bash: nvm: command not found – how I fixed it",
    "Why 'Class not found' happens in Java",
    "Windows XP is no longer available in stores",
    "The best 404 pages of 2025",
    "The page that was not found for 300 years",
    "Diese Grenze existiert nicht",
    "Teorema: el límite no existe",
    "La vie n’existe pas sans eau",
    "不存在的骑士 - 书评",
)
NONE = (
    "404 | OrangeWind",
    "404 Page not found - 呆呆的小窝~",
    "AK(AnzenKodo)@404\nPage Not Found",
    "404 Page not found\nWhoops, this page doesn't exist. Move along. (404 error)",
    "Error 404 (Not Found)!!1",
    "HTTP Status 404 – Not Found",
    "410 Gone",
    "Shop: Error: page not found",
    "Sorry, we couldn’t find that page | Shop",
    "This listing is no longer available | Shop",
    "404: This page could not be found",
    "Erreur 404 : page non trouvée",
    "404 - Seite nicht gefunden | Firma",
    "404 — страница не найдена",
    "抱歉，您访问的页面不存在",
    "お探しのページが見つかりません",
    "요청하신 페이지를 찾을 수 없습니다",
)


def word(titles: str, text: int, links: int = 20, body: str = "<p>words</p>") -> str | None:
    title, *heads = titles.split("\n")
    page = f"<html><head><title>{title}</title></head><body>{body}{''.join(f'<h1>{h}</h1>' for h in heads)}"
    sign = sign_of(page.encode(), [], "https://a.example/x", text_length=text, links=links)
    return None if sign is None else sign.word


@pytest.mark.parametrize("text", [500, 6_000])
def test_a_title_that_speaks_of_what_is_missing_elsewhere_is_no_soft_404(text: int) -> None:
    assert [title for title in HONEST if word(title, text) is not None] == []


@pytest.mark.parametrize("text", [500, 6_000])
def test_a_title_that_says_nothing_but_that_its_page_is_none_is_a_soft_404(text: int) -> None:
    assert [title for title in NONE if word(title, text) != "soft-404"] == []


def test_a_page_of_which_a_part_comes_soon_is_read_as_any_other() -> None:
    titles = "Music\nComing soon :"
    assert (word(titles, 100), word(titles, 1_096, links=4)) == ("maintenance", None)


def test_a_name_that_ends_like_a_market_of_domains_is_somebody_else() -> None:
    for name in ("melbodis.com", "hoodoovoodoo.com", "jordan.com/parking-lots", "skenzo.community"):
        assert word("Notes", 900, 12, f'<a href="https://{name}/">a friend</a>') is None
    for name in ("www.bodis.com/x", "dan.com/buy-domain/x", "d38psrni17bvxu.cloudfront.net"):
        assert word("notes.example", 90, 3, f'<script src="//{name}"></script>') == "parked"
