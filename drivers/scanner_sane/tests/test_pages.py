"""Octets of a frame as pixels, and frames that cannot be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from muster_scanner_sane.libsane import FrameFormat, Parameters, SaneAbsurd
from muster_scanner_sane.pages import checked, pixels_of, preview

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
