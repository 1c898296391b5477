"""What crosses between the program and a driver's process comes back as it was; anything else is refused."""

from __future__ import annotations

import io
import json
import os
import struct
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from threading import Thread
from typing import Any

import numpy as np
import pytest

from muster.devices.api import CapturedSample, DeviceDescriptor, DeviceKind, DeviceStatus
from muster.devices.capabilities import capabilities, signing
from muster.devices.frames import Frame, Pixels
from muster.devices.wire import Ended, Garbled, Message, Piece, Pipes
from muster.devices.wire_values import can_be_carried, pack, pack_error, unpack, unpack_error
from muster.domain.assessment import Finding, Severity
from muster.errors import CANCELLED, Code, DeviceUnavailable

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
CAMERA = DeviceDescriptor("c1", DeviceKind.CAMERA, "x", "Beispiel", "Eye", "1", DeviceStatus.READY)


class Light(Enum):
    ON = 1
    OFF = 2


@dataclass(frozen=True)
class Point:
    x: int
    y: float


@pytest.fixture
def pipe() -> Any:
    inlet, outlet = os.pipe()
    reading, writing = io.FileIO(inlet, "rb"), io.FileIO(outlet, "wb")
    with reading, writing, io.FileIO(os.devnull, "wb") as nowhere:
        yield Pipes(reading, nowhere), writing


def sent(writing: io.FileIO, octets: bytes) -> None:
    writing.write(octets)
    writing.close()


def framed(text: bytes, pieces: bytes = b"") -> bytes:
    return struct.pack("!IQ", len(text), len(pieces)) + text + pieces


# -- messages


@pytest.mark.parametrize(
    "octets",
    [
        struct.pack("!IQ", 5 * 1024 * 1024, 0),
        struct.pack("!IQ", 2, 1 << 40),
        framed(b"[]"),
        framed(b"no json"),
        framed(b"\xff\xfe"),
        framed(b'["found", 0, NaN, []]'),
        framed(b'["found", -1, null, []]'),
        framed(b'["found", true, null, []]'),
        framed(b'[7, 0, null, []]'),
        framed(b'["found", 0, null, {}]'),
        framed(b'["found", 0, null, [1]]'),
        framed(b'["found", 0, null, [-1, 2]]', b"x"),
        framed(b'["found", 0, null, [2]]', b"x"),
        framed(b"[" * 50_000),
    ],
    ids=[
        "a text too long", "pieces too long", "an empty list", "no JSON", "no UTF-8", "no number",
        "a negative call", "a call that is a truth value", "a kind that is a number",
        "lengths that are no list", "a piece that is not there", "a negative length", "a length too much",
        "brackets without end",
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(pipe: tuple[Pipes, io.FileIO], octets: bytes) -> None:
    pipes, writing = pipe
    sent(writing, octets)
    with pytest.raises(Garbled):
        pipes.receive()


@pytest.mark.parametrize("kept", [0, 5, 12, 20, 35])
def test_a_message_that_breaks_off_is_an_end(pipe: tuple[Pipes, io.FileIO], kept: int) -> None:
    pipes, writing = pipe
    sent(writing, framed(b'["found", 0, null, [4]]', b"abcd")[:kept])
    with pytest.raises(Ended):
        pipes.receive()


def test_a_message_of_many_megabytes_arrives_as_it_was() -> None:
    inlet, outlet = os.pipe()
    one = Pipes(io.FileIO(os.devnull, "rb"), io.FileIO(outlet, "wb"))
    other = Pipes(io.FileIO(inlet, "rb"), io.FileIO(os.devnull, "wb"))
    picture = np.random.default_rng(1).integers(0, 256, 6_000_000, np.uint8).tobytes()
    sending = Thread(target=one.send, args=(Message("frame", 7, {"a": [1.5, "ü"]}, [picture, b"", b"end"]),))
    sending.start()
    got = other.receive()
    sending.join()
    assert (got.kind, got.call, got.said) == ("frame", 7, {"a": [1.5, "ü"]})
    assert [bytes(piece) for piece in got.pieces] == [picture, b"", b"end"]
    one.close()
    with pytest.raises(Ended):
        other.receive()
    with pytest.raises(Ended):
        one.send(Message("late", 1))
    other.close()


# -- values


def there_and_back(value: Any, hint: Any) -> Any:
    pieces: list[Piece] = []
    return unpack(json.loads(json.dumps(pack(value, hint, pieces))), hint, pieces)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (None, type(None)),
        (7, int),
        (True, bool),
        (0.25, float),
        ("Mädchen", str),
        (b"\0\xff", bytes),
        (NOON, datetime),
        (timedelta(days=-1, microseconds=3), timedelta),
        (Light.OFF, Light),
        ((1, "a"), tuple[int, str]),
        ((1, 2, 3), tuple[int, ...]),
        ([b"a", b"b"], list[bytes]),
        ({"a": 1, "b": "x"}, Mapping[str, int | str]),
        (None, Point | None),
        (Point(1, 2.0), Point | None),
        (CANCELLED, Code),
        (CAMERA, DeviceDescriptor),
    ],
    ids=str,
)
def test_a_value_comes_back_as_it_was(value: Any, hint: Any) -> None:
    assert there_and_back(value, hint) == value


@pytest.mark.parametrize("shape", [(3, 4), (3, 4, 3)])
def test_a_picture_comes_back_as_it_was_even_if_it_was_cut_from_another(shape: tuple[int, ...]) -> None:
    whole = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    picture = whole[1:4, 2:6] if len(shape) == 3 else whole[1:4, 2:6, 0]
    back = there_and_back(Frame(picture, NOON, 5), Frame)
    assert np.array_equal(back.pixels, picture)
    assert (back.taken_at, back.number) == (NOON, 5)


def test_a_finding_with_a_code_only_the_other_side_knows_keeps_its_sentence() -> None:
    said = [["VENDOR_COLD_7", "It is cold: {degrees}."], "WARNS", "", {"degrees": [1, 4]}]
    finding = unpack(said, Finding, [])
    assert (finding.sentence, finding.severity) == ("It is cold: 4.", Severity.WARNS)


@pytest.mark.parametrize(
    ("said", "hint"),
    [
        ("7", int),
        (True, int),
        (1.5, int),
        (True, float),
        (float("inf"), float),
        ([2, float("inf")], str | int | float),
        ("x", float),
        (7, str),
        (None, str),
        (0, bool),
        (0, bytes),
        (-1, bytes),
        ("0", bytes),
        ("2026-11-21T12:00:00", datetime),
        (7, datetime),
        (10**30, timedelta),
        ("DIM", Light),
        ([], Light),
        ([1], tuple[int, str]),
        ("ab", tuple[str, ...]),
        ({}, Sequence[int]),
        ([], Mapping[str, int]),
        ([1, None], Mapping[str, int]),
        ([2, 1], int | None),
        ([-1, 1], int | None),
        (7, int | None),
        ([1], Point),
        ([1, 2.0, 3], Point),
        ({"x": 1, "y": 2.0}, Point),
        ([[2, 2], 0], Pixels),
        ([[2, 2, 2], 0], Pixels),
        ([[-1, 2], 0], Pixels),
        ([[2], 0], Pixels),
        (["lower case", "Sentence."], Code),
        (["VENDOR_WIDE", "{kind:>999999999}"], Code),
        (["VENDOR_DEEP", "{kind.__class__}"], Code),
        (["VENDOR_OPEN", "{"], Code),
        (["VENDOR_LONG", "a" * 401], Code),
        ([["DEVICE_FAILED", "The {kind} is broken."], "BLOCKS", "", {}], Finding),
        ([["VENDOR_WARM", "It is warm: {degrees}."], "WARNS", "", {"kind": [0, "camera"]}], Finding),
    ],
    ids=str,
)
def test_what_is_no_such_value_is_refused(said: Any, hint: Any) -> None:
    with pytest.raises(Garbled):
        unpack(said, hint, [])


def test_a_picture_of_another_size_than_it_says_is_refused() -> None:
    with pytest.raises(Garbled):
        unpack([[2, 2], 0], Pixels, [b"abc"])


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (datetime(2026, 11, 21), datetime),  # noqa: DTZ001 - without its zone
        (float("nan"), float),
        ("7", int),
        (7, str),
        (np.zeros((2, 2), np.float32), Pixels),
        (np.zeros(4, np.uint8), Pixels),
        (7, Point | None),
    ],
    ids=str,
)
def test_what_is_not_of_its_type_is_not_sent(value: Any, hint: Any) -> None:
    with pytest.raises((TypeError, ValueError)):
        pack(value, hint, [])


# -- errors


def test_an_error_comes_back_as_it_was() -> None:
    error = DeviceUnavailable(Code("VENDOR_HOT", "The {kind} is hot."), kind="camera")
    back = unpack_error(json.loads(json.dumps(pack_error(error))))
    assert type(back) is DeviceUnavailable
    assert (back.code, back.sentence) == (error.code, "The camera is hot.")


@pytest.mark.parametrize(
    "said",
    [
        None,
        ["OSError", "VENDOR_HOT2", "It is hot.", {}],
        ["DeviceUnavailable", "VENDOR_HOT3", "The {kind} is hot.", {}],
        ["DeviceUnavailable", "VENDOR_HOT2", "It is hot.", {"kind": []}],
        ["DeviceUnavailable", "VENDOR_HOT2", "It is hot.", {"code": "x"}],
        ["DeviceUnavailable", "VENDOR_HOT2", 7, {}],
        [[], "VENDOR_HOT2", "It is hot.", {}],
    ],
)
def test_what_is_no_error_of_ours_is_refused(said: Any) -> None:
    with pytest.raises(Garbled):
        unpack_error(said)


# -- capabilities


def _hints() -> list[tuple[str, Any]]:
    methods = [method for each in capabilities().values() for method in each.methods]
    carried = [(f"{method.name}: {name}", hint) for method in methods for name, hint in method.values]
    carried += [(f"{method.name}, its result", method.gives) for method in methods]
    called = [called for method in methods for called in method.functions.values()] + [signing()[1]]
    carried += [("what a function takes", hint) for each in called for hint in each.takes]
    carried += [("what a function gives", each.gives) for each in called if each.gives is not None]
    carried += [(name, hint) for each in capabilities().values() for name, hint in each.properties]
    return carried


@pytest.mark.parametrize(("what", "hint"), _hints())
def test_everything_that_a_capability_takes_and_gives_can_be_carried(what: str, hint: Any) -> None:
    assert can_be_carried(hint), what


@pytest.mark.parametrize("hint", [object, Any, dict, Callable[[int], int], list[object], np.ndarray], ids=str)
def test_what_has_no_form_cannot_be_carried(hint: Any) -> None:
    assert not can_be_carried(hint)


def test_a_sample_can_be_carried_with_all_it_holds() -> None:
    assert can_be_carried(CapturedSample)
