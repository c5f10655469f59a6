"""In which encoding was a page written, and what is its text?

The order is the HTML standard's: byte-order mark, Content-Type header, a meta tag in the first 1,024
bytes; then UTF-8 where the bytes are valid UTF-8, else windows-1252. Labels are read the way browsers
read them (WHATWG Encoding), so `iso-8859-1` means windows-1252 and `gb2312` means GB18030.
"""

import codecs
import re
from functools import lru_cache

__all__ = ["decoded"]

#: How far into a page the standard looks for a meta tag.
META_WINDOW = 1_024

_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xfe\xff", "utf-16-be"), (b"\xff\xfe", "utf-16-le"))
_header_charset = re.compile(r"charset\s*=\s*[\"']?([^\s;\"',]+)", re.IGNORECASE).search
_meta_charset = re.compile(rb"<meta[^>]*?charset\s*=\s*[\"']?\s*([^\s\"'/>;]+)", re.IGNORECASE).search


def _all_mean(codec: str, labels: str) -> dict[str, str]:
    return dict.fromkeys(labels.split(), codec)


#: WHATWG labels that Python's own table reads otherwise, or not at all.
_LABELS = {
    **_all_mean(
        "cp1252",
        "ascii us-ascii ansi_x3.4-1968 latin1 l1 iso-8859-1 iso8859-1 iso88591 iso_8859-1"
        " iso_8859-1:1987 iso-ir-100 csisolatin1 cp819 ibm819",
    ),
    **_all_mean("cp1254", "latin5 l5 iso-8859-9 iso8859-9 iso_8859-9 iso-ir-148 csisolatin5"),
    **_all_mean("cp874", "tis-620 iso-8859-11 iso8859-11 windows-874 dos-874"),
    **_all_mean("gb18030", "gb2312 gbk gb_2312-80 chinese csgb2312 x-gbk iso-ir-58"),
    **_all_mean("cp932", "shift_jis shift-jis sjis x-sjis ms_kanji ms932 windows-31j csshiftjis"),
    **_all_mean("cp949", "euc-kr ks_c_5601-1987 ks_c_5601-1989 ksc5601 ksc_5601 korean windows-949"),
    **_all_mean("big5hkscs", "big5 big5-hkscs cn-big5 x-x-big5 csbig5"),
    **_all_mean("mac_roman", "x-mac-roman macintosh mac csmacintosh"),
    **_all_mean("mac_cyrillic", "x-mac-cyrillic x-mac-ukrainian"),
    **_all_mean("utf-8", "unicode-1-1-utf-8 unicode11utf8 unicode20utf8 x-unicode20utf8"),
    **_all_mean("iso8859-8", "iso-8859-8-i logical visual csiso88598e csiso88598i"),
    **_all_mean("euc_jp", "x-euc-jp cseucpkdfmtjapanese"),
    **_all_mean("utf-16-le", "utf-16 unicode ucs-2 iso-10646-ucs-2 csunicode"),
}


#: The encodings of the standard, by Python's names. Other codecs of Python are not for strangers to call.
_ENCODINGS = frozenset(
    [
        *("utf-8", "utf-16-le", "utf-16-be", "koi8-r", "koi8-u", "cp866", "cp874", "mac-roman"),
        *("mac-cyrillic", "gb18030", "big5hkscs", "euc_jp", "iso2022_jp", "cp932", "cp949"),
        *(f"cp125{n}" for n in range(9)),
        *(f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
    ]
)


@lru_cache(maxsize=512)
def _codec(label: str) -> str | None:
    """Python's name of the encoding that browsers know by this label."""
    name = label.strip().lower()
    if re.fullmatch(r"(?:x-cp|windows-)125\d", name):
        name = f"cp{name[-4:]}"
    try:
        codec = codecs.lookup(_LABELS.get(name, name)).name
    except (LookupError, ValueError):
        return None
    return codec if codec in _ENCODINGS else None


def decoded(body: bytes, content_type: str | None) -> bytes | str:
    """The page for the parser: the bytes themselves where they are UTF-8, else the decoded text."""
    for mark, marked in _BOMS:
        if body.startswith(mark):
            return body[3:] if marked == "utf-8" else body[2:].decode(marked, "replace")
    codec = _declared(body, content_type)
    if codec is None:
        codec = "utf-8" if _is_utf8(body) else "cp1252"
    return body if codec == "utf-8" else body.decode(codec, "replace")


def _declared(body: bytes, content_type: str | None) -> str | None:
    found = _header_charset(content_type) if content_type else None
    codec = _codec(found[1]) if found else None
    if codec is not None:
        return codec
    meta = _meta_charset(body, 0, META_WINDOW)
    codec = _codec(meta[1].decode("latin-1")) if meta else None
    return "utf-8" if codec and codec.startswith("utf-16") else codec  # the tag was read as ASCII


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(body) - 4  # a page cut within a character
    return True
