"""What stations and a center's hub say to each other about the gallery they share."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from muster import base64url
from muster.errors import MalformedData
from muster.formats import center_gallery
from muster.formats.center_gallery import Alike, Answer, CenterTemplate, Question

_SUBJECT = "0a" * 32
_TEMPLATE = CenterTemplate(
    _SUBJECT, "arcface 1", bytes(range(32)), b"sealed", datetime(2026, 3, 1, 12, tzinfo=UTC)
)
_QUESTION = Question("arcface 1", bytes(range(32)), 0.35, 10, _SUBJECT)


def _template(**changes: Any) -> bytes:
    (template,) = json.loads(center_gallery.encode_templates([_TEMPLATE]))["templates"]
    return json.dumps({"templates": [{**template, **changes}]}).encode()


def _question(**changes: Any) -> bytes:
    return json.dumps({**json.loads(center_gallery.encode_question(_QUESTION)), **changes}).encode()


def _answer(**changes: Any) -> dict[str, Any]:
    return {
        "compared": 7,
        "candidates": [{"subject": _SUBJECT, "sealed": "c2VhbGVk", "cosine": 0.5, **changes}],
    }


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b'{"templates": []}',
        b'{"templates": [3]}',
        center_gallery.encode_templates([_TEMPLATE] * 51),
        _template(subject=""),
        _template(subject="0A" * 32),
        _template(subject="../../etc/passwd"),
        _template(network=""),
        _template(network="n" * 121),
        _template(network="two\nlines"),
        _template(vector=""),
        _template(vector=base64url.encode(bytes(30))),
        _template(vector=base64url.encode(bytes(33))),
        _template(vector=base64url.encode(bytes(2 * 4097))),
        _template(sealed=""),
        _template(sealed=base64url.encode(bytes(4097))),
        _template(keptAt=None),
        _template(keptAt="yesterday"),
    ],
)
def test_templates_out_of_form_are_refused(content: bytes) -> None:
    with pytest.raises(MalformedData) as caught:
        center_gallery.parse_templates(content)
    assert caught.value.code.name == "GALLERY_UNREADABLE"


def test_templates_are_read_as_they_were_written() -> None:
    assert center_gallery.parse_templates(center_gallery.encode_templates([_TEMPLATE])) == (_TEMPLATE,)


@pytest.mark.parametrize(
    ("network", "subjects"),
    [("", [_SUBJECT]), ("arcface 1", ["x"]), ("arcface 1", [_SUBJECT] * 1001), ("arcface 1", [_SUBJECT, ""])],
)
def test_a_question_after_what_is_missing_that_is_out_of_form_is_refused(
    network: str, subjects: list[str]
) -> None:
    with pytest.raises(MalformedData):
        center_gallery.parse_subjects(center_gallery.encode_subjects(network, subjects))


def test_a_question_after_what_is_missing_is_read_as_it_was_written() -> None:
    said = center_gallery.encode_subjects("arcface 1", [_SUBJECT])
    assert center_gallery.parse_subjects(said) == ("arcface 1", (_SUBJECT,))


@pytest.mark.parametrize(
    "content",
    [
        _question(most=0),
        _question(most=101),
        _question(most=True),
        _question(network="é"),
        _question(vector="%%"),
        _question(least=None),
        _question(least=True),
        _question(least="0.3"),
        _question(least=1.1),
        _question(least=-1.1),
        _question(own="me"),
    ],
)
def test_a_search_out_of_form_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedData):
        center_gallery.parse_question(content)


def test_a_search_is_read_as_it_was_written() -> None:
    assert center_gallery.parse_question(center_gallery.encode_question(_QUESTION)) == _QUESTION


@pytest.mark.parametrize(
    "response",
    [
        None,
        [],
        {"compared": "7"},
        {"candidates": {}},
        _answer(subject=""),
        _answer(sealed=""),
        _answer(cosine=2),
        _answer(cosine=None),
    ],
)
def test_an_answer_out_of_form_is_refused(response: object) -> None:
    with pytest.raises(MalformedData):
        center_gallery.parse_answer(response)


def test_an_answer_says_who_is_alike_and_among_how_many() -> None:
    assert center_gallery.parse_answer(_answer()) == Answer(7, (Alike(_SUBJECT, b"sealed", 0.5),))


def test_a_hub_that_names_no_key_is_refused() -> None:
    with pytest.raises(MalformedData) as caught:
        center_gallery.parse_key(None)
    assert caught.value.detail["part"] == "response"


def test_the_key_is_told_in_base64() -> None:
    assert center_gallery.parse_key({"key": "c2VhbGVk"}) == b"sealed"


def test_what_is_missing_at_the_hub_is_a_set_of_subjects() -> None:
    assert center_gallery.parse_missing({"subjects": [_SUBJECT, _SUBJECT]}) == {_SUBJECT}
