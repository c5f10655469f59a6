"""What of an address may name a person, and is left out?

Referrers and landing pages are what visitors' browsers sent: their queries carry e-mail addresses, tokens
and names. A parameter goes when its name or its value looks like one of those; what tells pages apart stays.
"""

import re
from urllib.parse import unquote

__all__ = ["without_personal"]

_NAMES = frozenset(
    (
        *(
            "email",
            "e",
            "mail",
            "user",
            "username",
            "userid",
            "uid",
            "login",
            "name",
            "firstname",
            "lastname",
        ),
        *(
            "fname",
            "lname",
            "phone",
            "tel",
            "mobile",
            "address",
            "street",
            "zip",
            "postcode",
            "birthday",
            "dob",
        ),
        *(
            "token",
            "accesstoken",
            "idtoken",
            "auth",
            "authorization",
            "code",
            "state",
            "session",
            "sessionid",
        ),
        *("sid", "password", "passwd", "pwd", "pass", "secret", "key", "apikey", "signature", "sig", "hash"),
        *("ssn", "iban", "account", "customer", "customerid", "order", "orderid", "ip", "lat", "lon", "lng"),
    )
)
_plain = re.compile(r"[\W_]+")
_is_mail = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\.[A-Za-z]{2,}").search
_is_phone = re.compile(r"\+?\d[\d ()./-]{8,}\d$").match
#: A long run of letters and digits without words in it: a token, an identifier of someone.
_is_token = re.compile(r"(?=[^\s]*\d)(?=[^\s]*[A-Za-z])[A-Za-z0-9_=.-]{24,}$").match


def without_personal(href: str) -> str:
    """The URL without the parameters that may name a person, and without credentials."""
    path, question, query = _without_credentials(href).partition("?")
    if not question:
        return path
    kept = [parameter for parameter in query.split("&") if parameter and not _is_personal(parameter)]
    return f"{path}?{'&'.join(kept)}" if kept else path


def _without_credentials(href: str) -> str:
    scheme, mark, rest = href.partition("://")
    authority, slash, path = rest.partition("/")
    return f"{scheme}{mark}{authority.rpartition('@')[2]}{slash}{path}"


def _is_personal(parameter: str) -> bool:
    name, _, value = parameter.partition("=")
    said = unquote(value)
    if _plain.sub("", unquote(name).lower()) in _NAMES:
        return True
    return bool(_is_mail(said) or _is_phone(said) or _is_token(said))
