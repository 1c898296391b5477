"""The one flavour of base64 we write, and the several we read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster import base64url


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("A", id="one character is no whole octet"),
        pytest.param("AAAAA", id="five characters are no whole octets"),
        pytest.param("AB CD", id="space inside"),
        pytest.param("ABCD\n", id="line end"),
        pytest.param("AB==CD", id="padding inside"),
        pytest.param("AB*D", id="character of no alphabet"),
        pytest.param("Müst", id="not ASCII"),
    ],
)
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        base64url.decode(text)


def test_octets_beyond_ascii_are_refused() -> None:
    with pytest.raises(ValueError, match="not base64"):
        base64url.decode(b"AB\xffD")


def test_the_written_form_has_the_url_alphabet_and_no_padding() -> None:
    assert base64url.encode(bytes.fromhex("fbeffe")) == "--_-"
    assert base64url.encode(b"M") == "TQ"


@pytest.mark.parametrize("text", ["-_-_", "+/+/", "-/+_"])
def test_both_alphabets_are_read_even_mixed(text: str) -> None:
    assert base64url.decode(text) == bytes.fromhex("fbffbf")


@pytest.mark.parametrize("text", ["TQ", "TQ=", "TQ==", b"TQ", b"TQ=="])
def test_padding_may_be_there_or_not(text: str | bytes) -> None:
    assert base64url.decode(text) == b"M"


def test_nothing_is_the_encoding_of_nothing() -> None:
    assert base64url.encode(b"") == ""
    assert base64url.decode("") == b""


@given(st.binary(max_size=100))
def test_decoding_gives_back_what_was_encoded(data: bytes) -> None:
    assert base64url.decode(base64url.encode(data)) == data
