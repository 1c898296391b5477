"""The error tree, and the sentences of all codes in the program."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import muster
from muster import errors
from muster.errors import (
    CANCELLED,
    BadInput,
    Cancelled,
    Code,
    DeviceUnavailable,
    KeyUnavailable,
    MalformedData,
    MusterError,
    NetworkUnavailable,
    NotAuthentic,
    Refused,
    SignInRefused,
    StorageUnavailable,
    Unavailable,
)

_SOURCE = Path(muster.__file__).parent
_FULL_TRAY = Code("FULL_TRAY", "The tray holds {count} pages.")


def _calls() -> Iterator[tuple[str, ast.Call]]:
    for path in sorted(_SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield f"{path.relative_to(_SOURCE)}:{node.lineno}", node


def _codes() -> Iterator[tuple[str, str]]:
    """Name and sentence of every code that the program's source defines."""
    for _, call in _calls():
        if isinstance(call.func, ast.Name) and call.func.id == "Code" and len(call.args) == 2:
            name, sentence = (ast.literal_eval(each) for each in call.args)
            yield name, sentence


def _placeholders(sentence: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(sentence) if field}


def test_a_sentence_whose_placeholder_is_not_filled_does_not_go_unnoticed() -> None:
    with pytest.raises(KeyError):
        DeviceUnavailable(_FULL_TRAY)


def test_no_code_name_is_used_twice_in_the_program() -> None:
    names = [name for name, _ in _codes()]
    assert len(names) > 50
    assert sorted(set(names)) == sorted(names)


def test_every_code_has_a_constants_name_and_a_whole_sentence() -> None:
    wrong = [
        name
        for name, sentence in _codes()
        if not (name.isidentifier() and name.isupper() and " " in sentence and sentence[-1] in ".?…")
    ]
    assert wrong == []


def test_every_error_fills_the_placeholders_of_its_sentence() -> None:
    kinds = {name for name, each in vars(errors).items() if isinstance(each, type)}
    needed = {name: _placeholders(sentence) for name, sentence in _codes()}
    lacking = []
    for place, call in _calls():
        if not (isinstance(call.func, ast.Name) and call.func.id in kinds and call.args):
            continue
        code = call.args[0]
        name = code.id if isinstance(code, ast.Name) else getattr(code, "attr", "")
        given: set[str | None] = {keyword.arg for keyword in call.keywords}
        if None not in given and not needed.get(name, set()) <= given | {"offset"}:
            lacking.append(place)
    assert lacking == []


def test_an_error_says_its_code_and_its_filled_sentence() -> None:
    error = DeviceUnavailable(_FULL_TRAY, count=3)
    assert error.sentence == "The tray holds 3 pages."
    assert str(error) == "FULL_TRAY: The tray holds 3 pages."
    assert error.code is _FULL_TRAY
    assert error.detail == {"count": 3}


def test_malformed_data_carries_the_offset_beside_its_detail() -> None:
    error = MalformedData(Code("BAD_MARK", "Wrong mark at {offset}."), offset=7)
    assert error.offset == 7
    assert error.sentence == "Wrong mark at 7."


def test_malformed_data_without_an_offset_points_at_the_start() -> None:
    assert MalformedData(Code("BAD_MARK", "Wrong mark.")).offset == 0


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        (Cancelled, MusterError),
        (BadInput, MusterError),
        (MalformedData, BadInput),
        (Unavailable, MusterError),
        (DeviceUnavailable, Unavailable),
        (NetworkUnavailable, Unavailable),
        (StorageUnavailable, Unavailable),
        (KeyUnavailable, Unavailable),
        (NotAuthentic, MusterError),
        (Refused, MusterError),
        (SignInRefused, Refused),
    ],
)
def test_an_error_belongs_to_its_family_alone(kind: type[MusterError], family: type[MusterError]) -> None:
    assert kind.__bases__ == (family,)


def test_a_person_saying_no_is_caught_by_no_other_family() -> None:
    error = Cancelled(CANCELLED)
    assert not isinstance(error, BadInput | Unavailable | NotAuthentic | Refused)
