"""Are codes those that authenticator apps show? By the test vectors of RFC 6238 and RFC 4226."""

import base64
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from backlit.app.codes import (
    code_at,
    new_recovery_code,
    new_secret,
    plain,
    setting_up,
    step_of,
    step_that_fits,
)

#: That of the appendices, in base32.
SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_of_rfc_6238(seconds: int, code: str) -> None:
    step = step_of(datetime.fromtimestamp(seconds, UTC))
    assert (code_at(SECRET, step, 8), code_at(SECRET, step)) == (code, code[2:])


def test_codes_of_rfc_4226() -> None:
    assert [code_at(SECRET, step) for step in range(10)] == [
        *("755224", "287082", "359152", "969429", "338314"),
        *("254676", "287922", "162583", "399871", "520489"),
    ]


def test_a_code_is_good_in_its_step_and_the_two_beside_it() -> None:
    at = datetime.fromtimestamp(30 * 1000 + 29, UTC)
    fits = {step: step_that_fits(SECRET, code_at(SECRET, step), at) for step in range(997, 1004)}
    assert fits == {997: None, 998: None, 999: 999, 1000: 1000, 1001: 1001, 1002: None, 1003: None}
    for wrong in ("", "12345", "1234567", "٠٠٠٠٠٠", "x" * 1000, "\0"):
        assert step_that_fits(SECRET, wrong, at) is None


def test_secrets_have_160_bits_and_recovery_codes_125() -> None:
    assert new_secret(lambda size: bytes(range(size))) == "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT"
    assert new_recovery_code(lambda size: b"\xff" * size) == "77777-77777-77777-77777-77777"
    assert plain(" abcde-FGHIJ klmno\n") == "ABCDEFGHIJKLMNO"


def test_the_link_says_whose_it_is_however_they_are_called() -> None:
    link = setting_up(SECRET, "änn+x@shop.test", "Backlit links.example")
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Backlit links.example:änn+x@shop.test"
    assert parse_qs(parts.query) == {"secret": [SECRET], "issuer": ["Backlit links.example"]}
