"""A server's answers in a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from muster.errors import MalformedData
from muster.formats.bundle import Bundle, KeptAnswer

_MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)
_BUNDLE = Bundle("10001_10001", _MADE, _MADE.replace(day=30), {"/v1/a": KeptAnswer(b'{"response": 1}', "h..s")})


def _changed(**changes: Any) -> bytes:
    return json.dumps({**json.loads(_BUNDLE.encode()), **changes}).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"3",
        _changed(format=None),
        _changed(made_at=None),
        _changed(valid_until="soon"),
        _changed(answers=None),
        _changed(answers=[]),
        _changed(answers={"/v1/a": "text"}),
        _changed(answers={"/v1/a": {"body": "%%", "signature": ""}}),
        _changed(station=["10001_10001"]),
    ],
)
def test_what_is_not_a_bundle_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        Bundle.parse(content)
    assert caught.value.code.name == "BUNDLE_UNREADABLE"


def test_answers_come_back_octet_for_octet() -> None:
    assert Bundle.parse(_BUNDLE.encode()) == _BUNDLE
