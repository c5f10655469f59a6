"""How does a report become a tagged PDF? By WeasyPrint, which reads nothing but the document itself."""

import hashlib
import logging
from collections.abc import Mapping
from typing import Any

from backlit.errors import MissingExtra, installing
from backlit.report.brand import Brand
from backlit.report.report_html import report_html

__all__ = ["report_pdf"]

_ASKED = "write a PDF"


def report_pdf(report: Mapping[str, Any], brand: Brand | None = None) -> bytes:
    """A report as PDF/UA-1; MissingExtra without WeasyPrint, or without the Pango that it needs."""
    weasyprint = _weasyprint()
    only_itself = weasyprint.urls.URLFetcher(allowed_protocols=("data",), fail_on_errors=False)
    text = report_html(report, brand, for_paper=True)
    page = weasyprint.HTML(string=text, base_url=None, url_fetcher=only_itself)
    name = hashlib.sha256(text.encode()).hexdigest()[:32].encode()  # the same report is the same file
    made: bytes = page.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=name)
    return made


def _weasyprint() -> Any:
    try:
        import weasyprint
    except ImportError as error:
        raise MissingExtra(_ASKED, "WeasyPrint is not installed", installing("reports")) from error
    except OSError as error:  # its wheel is there, the libraries of the system are not
        do = (
            "Install it (Debian: apt install libpangoft2-1.0-0 libharfbuzz-subset0), or write HTML and print."
        )
        raise MissingExtra(_ASKED, "the library Pango is not installed", do) from error
    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # it tells of each rule for screens
    return weasyprint
