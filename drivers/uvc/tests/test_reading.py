"""A source that does anything, read in its thread; and pictures of any form."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import numpy as np
import pytest

from muster.clock import utc_now
from muster.errors import DeviceUnavailable
from muster_uvc.patience import Patience
from muster_uvc.pictures import rgb
from muster_uvc.reading import reading
from muster_uvc.settings import Settings

HURRIED = Patience(first_picture_s=0.2, next_picture_s=0.2, letting_go_s=0.2)
PICTURE = np.full((48, 64, 3), 9, np.uint8)


class Scripted:
    """``script`` yields pictures, or does what it likes."""

    def __init__(self, script: Callable[[Event], Iterator[Any]]) -> None:
        self._script = script

    def pictures(self, settings: Settings, stop: Event) -> Iterator[Any]:
        return self._script(stop)


def refused(script: Callable[[Event], Iterator[Any]]) -> str:
    with (
        pytest.raises(DeviceUnavailable) as caught,
        reading(Scripted(script), Settings(), utc_now, HURRIED) as thread,
    ):
        number = -1
        while (seen := thread.newer_than(number, HURRIED.next_picture_s)) is not None:
            number = seen.number
    return caught.value.code.name


def test_a_library_that_never_comes_back_is_left_in_time() -> None:
    def hang(stop: Event) -> Iterator[Any]:
        Event().wait(1.0)  # hears nobody
        yield PICTURE

    begun = time.monotonic()
    assert refused(hang) == "DEVICE_TIMEOUT"
    assert time.monotonic() - begun < 0.9


def test_a_library_that_hangs_after_a_picture_is_left_in_time() -> None:
    def freeze(stop: Event) -> Iterator[Any]:
        yield PICTURE
        stop.wait(5.0)

    assert refused(freeze) == "DEVICE_TIMEOUT"


def test_what_a_library_raises_is_a_fault_of_the_camera() -> None:
    def fail(stop: Event) -> Iterator[Any]:
        yield PICTURE
        raise RuntimeError("bad allocation")

    assert refused(fail) == "DEVICE_FAILED"


def test_a_source_that_runs_dry_has_ended() -> None:
    assert refused(lambda stop: iter([PICTURE])) == "CAMERA_STREAM_ENDED"


def test_leaving_gives_the_camera_back() -> None:
    given_back = Event()

    def watch(stop: Event) -> Iterator[Any]:
        try:
            while not stop.wait(0.001):
                yield PICTURE
        finally:
            given_back.set()

    with reading(Scripted(watch), Settings(), utc_now, Patience()):
        assert not given_back.is_set()
    assert given_back.is_set()


@pytest.mark.parametrize(
    "raw",
    [
        None,
        np.zeros((0, 0, 3), np.uint8),
        np.zeros((48, 64, 5), np.uint8),
        np.zeros((48, 64, 3), np.float32),
        np.zeros(48 * 64, np.uint8),
        np.broadcast_to(np.uint8(1), (40_000, 40_000, 3)),
    ],
    ids=["nothing", "empty", "five layers", "fractions", "a row", "enormous"],
)
def test_what_is_no_picture_is_refused(raw: Any) -> None:
    with pytest.raises(DeviceUnavailable, match="CAMERA_PICTURE_UNKNOWN"):
        rgb(raw, Settings())


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (np.full((48, 64), 77, np.uint8), [77, 77, 77]),
        (np.full((48, 64, 1), 77, np.uint8), [77, 77, 77]),
        (np.full((48, 64), 77 << 8, np.uint16), [77, 77, 77]),
        (np.full((48, 64, 3), (1, 2, 3), np.uint8), [3, 2, 1]),
        (np.full((48, 64, 4), (1, 2, 3, 9), np.uint8), [3, 2, 1]),
        (np.full((48, 64, 2), (235, 128), np.uint8), [255, 255, 255]),
    ],
    ids=["grey", "one layer", "sixteen bits", "blue first", "with alpha", "raw YUYV"],
)
def test_every_form_becomes_red_green_blue(raw: Any, expected: list[int]) -> None:
    pixels = rgb(raw, Settings())
    assert pixels.shape == (48, 64, 3) and pixels[5, 5].tolist() == expected


@pytest.mark.parametrize(
    ("settings", "corner"),
    [
        (Settings(), (0, 0)),
        (Settings(turned_deg=90), (0, 47)),
        (Settings(turned_deg=180), (47, 63)),
        (Settings(turned_deg=270), (63, 0)),
        (Settings(mirrored=True), (0, 63)),
        (Settings(turned_deg=90, mirrored=True), (0, 0)),
    ],
)
def test_the_corner_above_left_goes_where_the_settings_want_it(
    settings: Settings, corner: tuple[int, int]
) -> None:
    raw = np.zeros((48, 64, 3), np.uint8)
    raw[0, 0] = 255
    assert rgb(raw, settings)[corner].tolist() == [255, 255, 255]
