"""What a page tells of its making, wherever it is written, and nothing that it does not tell."""

from backlit.ingest.colophon import Colophon, colophon_of
from backlit.ingest.extract import extract

PAGE = b"""<html><head>
<meta name="Generator" content="WordPress 6.4"><meta property="article:published_time" content="2024-05-06">
<script type="application/ld+json">{"@graph": [{"@type": ["NewsArticle"], "author": [{"@type": "Person",
"name": "Ada  L."}], "datePublished": "2020-01-01"}]}</script>
<script type="application/ld+json">{broken</script>
<script>gtag('config', 'UA-24681-6'); fbq('init', '123456789012345'); ym(654321, "init", {})</script>
<script src="https://www.googletagmanager.com/gtm.js?id=GTM-AB12CD"></script></head>
<body><div itemscope itemtype="https://schema.org/Organization">x</div>
<a href="MAILTO:a@b.example?subject=x">write</a><a href="mailto:a@b.example">again</a></body></html>"""

WHOLE = Colophon(
    generator="WordPress 6.4",
    author="Ada L.",
    published="2024-05-06",
    schema_types=("NewsArticle", "Person", "Organization"),
    trackers=("UA-24681-6", "facebook-123456789012345", "yandex-654321", "GTM-AB12CD"),
    emails=("a@b.example",),
)


def test_every_fact_is_read_where_it_is_marked_up() -> None:
    assert colophon_of(PAGE) == WHOLE


def test_extract_shows_it() -> None:
    assert extract(PAGE, "https://a.example/").colophon == WHOLE


def test_what_a_page_does_not_tell_is_not_known() -> None:
    assert colophon_of(b"<p>G-force, UA-x and pub-lic houses") == Colophon()


def test_authors_and_dates_of_the_text_are_read_last() -> None:
    html = b'<a rel="me author" href="/ada">Ada</a><time datetime="2021-02-03">3 Feb</time>'
    assert colophon_of(html) == Colophon(author="Ada", published="2021-02-03")


def test_structured_data_of_any_shape_does_no_harm() -> None:
    deep = b"[" * 50_000
    for data in (
        deep,
        b"[1, null, {}]",
        b'{"author": 3, "@type": {"a": 1}}',
        b'{"author": [[], {"name": 1}]}',
    ):
        page = b'<script type="application/ld+json">' + data + b"</script>"
        assert colophon_of(page) == Colophon()
