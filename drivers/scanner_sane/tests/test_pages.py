"""Octets of a frame as pixels, and frames that cannot be."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from threading import Event
from typing import Any

import numpy as np
import pytest

from muster.errors import DeviceUnavailable
from muster_scanner_sane import pages
from muster_scanner_sane.libsane import FrameFormat, Handle, Parameters, SaneAbsurd, Status
from muster_scanner_sane.pages import Page, checked, pixels_of, preview, read_page

GREY = Parameters(FrameFormat.GRAY, is_last_frame=True, bytes_per_line=4, pixels_per_line=3, lines=2, depth=8)


@pytest.mark.parametrize(
    "told",
    [
        replace(GREY, pixels_per_line=0),
        replace(GREY, pixels_per_line=-3),
        replace(GREY, lines=0),
        replace(GREY, bytes_per_line=2),  # not even the pixels
        replace(GREY, bytes_per_line=1 << 20),
        replace(GREY, depth=0),
        replace(GREY, depth=12),
        replace(GREY, depth=16),  # six octets in four
        replace(GREY, format=FrameFormat.RGB),  # nine octets in four
        replace(GREY, format=FrameFormat.RGB, depth=1),
        replace(GREY, lines=64_000_001, pixels_per_line=4),
    ],
)
def test_a_frame_that_cannot_be_is_refused_before_it_is_read(told: Parameters) -> None:
    with pytest.raises(SaneAbsurd):
        checked(told)


def test_lines_may_be_longer_than_their_pixels() -> None:
    pixels = pixels_of(b"\x01\x02\x03\xff\x04\x05\x06\xff", checked(GREY))
    assert pixels.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_bit_that_is_set_is_black() -> None:
    told = replace(GREY, depth=1, bytes_per_line=2, pixels_per_line=10, lines=1)
    assert pixels_of(b"\xa0\x40", checked(told)).tolist() == [[0, 255, 0, 255, 255, 255, 255, 255, 255, 0]]


def test_of_sixteen_bits_the_upper_eight_are_kept() -> None:
    told = replace(GREY, depth=16, bytes_per_line=6, lines=1)
    octets = np.array([0x0102, 0xFF00, 0x80FF], np.uint16).tobytes()
    assert pixels_of(octets, checked(told)).tolist() == [[1, 255, 128]]


def test_colours_stand_in_their_order() -> None:
    told = replace(GREY, format=FrameFormat.RGB, bytes_per_line=6, pixels_per_line=2, lines=1)
    assert pixels_of(b"\x01\x02\x03\x04\x05\x06", checked(told)).tolist() == [[[1, 2, 3], [4, 5, 6]]]


def test_what_has_not_come_yet_is_shown_white() -> None:
    told = replace(GREY, lines=4)
    assert preview(bytearray(b"\x01\x02\x03\xff\x04"), told).tolist() == [[1, 2, 3], *[[255] * 3] * 3]


def test_of_a_page_whose_end_nobody_knows_what_is_there_is_shown() -> None:
    assert preview(bytearray(b"\x01\x02\x03\xff"), replace(GREY, lines=-1)).tolist() == [[1, 2, 3]]


class ScriptedLibrary:
    """libsane with a scanner that says and sends what the test wants: of each frame its parameters and pieces."""

    def __init__(self, *frames: tuple[Parameters, list[bytes]]) -> None:
        self._frames = list(frames)
        self._pieces: list[bytes] = []
        self._told = GREY

    def sane_start(self, handle: object) -> int:
        self._told, self._pieces = self._frames.pop(0)
        return Status.GOOD

    def sane_get_parameters(self, handle: object, told: Any) -> int:
        for name, value in (
            ("format", self._told.format),
            ("last_frame", self._told.is_last_frame),
            ("bytes_per_line", self._told.bytes_per_line),
            ("pixels_per_line", self._told.pixels_per_line),
            ("lines", self._told.lines),
            ("depth", self._told.depth),
        ):
            setattr(told._obj, name, int(value))
        return Status.GOOD

    def sane_read(self, handle: object, buffer: Any, most: int, length: Any) -> int:
        if not self._pieces:
            return Status.EOF
        piece = self._pieces.pop(0)
        buffer[: min(len(piece), most)] = piece[:most]
        length._obj.value = len(piece)
        return Status.GOOD


def page_of(*frames: tuple[Parameters, list[bytes]]) -> Page:
    handle = Handle(ScriptedLibrary(*frames), ctypes.c_void_p())
    return read_page(handle, Event(), lambda pixels: None)


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([], id="nothing"),
        pytest.param([b"\x01\x02\x03\xff"], id="one line of two"),
        pytest.param([b"\x01\x02\x03\xff", b"\x04\x05\x06"], id="all but an octet"),
    ],
)
def test_a_page_that_ends_before_it_was_promised_to_is_not_handed_out(pieces: list[bytes]) -> None:
    with pytest.raises(DeviceUnavailable, match="SCAN_INCOMPLETE"):
        page_of((GREY, pieces))


@pytest.mark.parametrize("pieces", [[], [b"\x01\x02\x03\xff\x04"]], ids=["nothing", "half a line"])
def test_a_page_of_no_promised_length_ends_with_a_whole_line(pieces: list[bytes]) -> None:
    with pytest.raises(DeviceUnavailable, match="SCAN_INCOMPLETE"):
        page_of((replace(GREY, lines=-1), pieces))


@pytest.mark.parametrize(
    "frames",
    [
        pytest.param([(GREY, [b"12345678", b"9"])], id="more than was promised"),
        pytest.param([(GREY, [b"x" * (1 << 17)])], id="more than was asked for"),
        pytest.param([(replace(GREY, is_last_frame=False), [b"12345678"])] * 2, id="the same frame twice"),
        pytest.param(
            [
                (replace(GREY, format=FrameFormat.RED, is_last_frame=False), [b"12345678"]),
                (replace(GREY, format=FrameFormat.BLUE), [b"12345678"]),
            ],
            id="a colour is missing",
        ),
        pytest.param(
            [
                (replace(GREY, format=FrameFormat.RED, is_last_frame=False), [b"12345678"]),
                (replace(GREY, format=FrameFormat.GREEN, is_last_frame=False), [b"12345678"]),
                (replace(GREY, format=FrameFormat.BLUE, lines=1), [b"1234"]),
            ],
            id="colours of other heights",
        ),
    ],
)
def test_what_no_scanner_may_send_is_refused(frames: list[tuple[Parameters, list[bytes]]]) -> None:
    with pytest.raises(SaneAbsurd):
        page_of(*frames)


def test_a_scanner_that_is_slow_is_waited_for() -> None:
    page = page_of((GREY, [b"\x01\x02\x03", b"", b"", b"\xff\x04\x05\x06\xff"]))
    assert page.pixels.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_a_scanner_that_sends_nothing_for_long_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_SILENT_S", -1.0)
    with pytest.raises(DeviceUnavailable, match="DEVICE_TIMEOUT"):
        page_of((GREY, [b""]))
