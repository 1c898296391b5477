"""Signed requests: the octets that are signed, and what is refused before anybody looks at the signature."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from muster.errors import MalformedData
from muster.formats.http_signature import (
    SIGNATURE,
    Asked,
    Head,
    Said,
    parse,
    signature_base,
    signature_header,
    unsigned_headers,
)

CREATED = datetime(2026, 1, 2, 3, 15, tzinfo=UTC)
NONCE, KEY = "abcdefghijklmnopqrstuv", "0a:ff"
SAID = Said("0.1.0", 3)
ASKED = Asked("POST", "/x/y", "a=1&b=%20", b"{}")


def _headers(asked: Asked = ASKED, said: Said = SAID) -> dict[str, str]:
    return {**unsigned_headers(asked, said, KEY, CREATED, NONCE), SIGNATURE: signature_header(b"signed")}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("signature", ""),
        ("signature", "muster=AAAA"),
        ("signature", "muster=:A:"),
        ("signature", "other=:AAAA:"),
        ("signature-input", ""),
        ("content-digest", "sha-256=:AAAA:"),
        ("content-digest", "sha-512=:AAAA:"),
        ("muster-station", ""),
        ("muster-station", 'version="0.1.0";waiting=-1'),
        ("muster-station", 'version="a b"'),
    ],
)
def test_what_is_written_otherwise_is_refused(name: str, value: str) -> None:
    with pytest.raises(MalformedData):
        parse(ASKED, {**_headers(), name: value})


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('"@query" ', ""),
        ("rsa-v1_5-sha256", "hmac-sha256"),
        ("muster=(", "other=("),
        ('"muster-station"', '"muster-other"'),
        (NONCE, "short"),
        (KEY, "0A:FF"),
        ("created=", "expires="),
        (";tag=", ";x=1;tag="),
        ("created=1767323700", "created=999999999999"),
    ],
)
def test_other_parameters_are_refused_and_not_skipped(before: str, after: str) -> None:
    headers = _headers()
    assert before in headers["signature-input"]
    with pytest.raises(MalformedData):
        parse(ASKED, {**headers, "signature-input": headers["signature-input"].replace(before, after)})


def test_another_body_is_not_the_one_that_was_signed() -> None:
    request = parse(Head("POST", "/x/y", "a=1&b=%20"), _headers())
    assert (request.is_over(b"{}"), request.is_over(b"{ }")) == (True, False)


def test_what_is_signed_is_laid_out_as_the_standard_says() -> None:
    """Section 2.5 of RFC 9421: a line a component, the parameters last, no line feed at the end."""
    covered = '("@method" "@path" "@query" "content-digest" "muster-station")'
    assert signature_base(ASKED, _headers()).decode().split("\n") == [
        '"@method": POST',
        '"@path": /x/y',
        '"@query": ?a=1&b=%20',
        '"content-digest": sha-256=:RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=:',
        '"muster-station": version="0.1.0";waiting=3',
        f'"@signature-params": {covered};created=1767323700;nonce="{NONCE}";keyid="{KEY}"'
        ';alg="rsa-v1_5-sha256";tag="muster-station"',
    ]


def test_without_a_query_its_line_is_a_question_mark() -> None:
    asked = Asked("GET", "/x", "", b"")
    assert b'"@query": ?\n' in signature_base(asked, _headers(asked))


@pytest.mark.parametrize("said", [Said("0.1.0", 3), Said("1.2.0-rc.1+x"), Said("1", 0)])
def test_what_was_written_is_read_again(said: Said) -> None:
    headers = _headers(said=said)
    request = parse(ASKED, headers)
    assert (request.key_index, request.created, request.nonce) == (KEY, CREATED, NONCE)
    assert (request.said, request.signature) == (said, b"signed")
    assert request.base == signature_base(ASKED, headers)
