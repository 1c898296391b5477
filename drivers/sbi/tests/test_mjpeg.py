"""Pictures are found in whatever a service calls a stream."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster_sbi.mjpeg import MAXIMUM_PICTURE, pictures


def _jpeg(seed: int, *, thumbnail: bytes = b"", progressive: bool = False) -> bytes:
    noise = np.random.default_rng(seed).integers(0, 256, (40, 50, 3), np.uint8)
    content = io.BytesIO()
    exif = b"Exif\0\0" + thumbnail if thumbnail else b""
    Image.fromarray(noise).save(content, "JPEG", exif=exif, progressive=progressive)
    return content.getvalue()


FIRST, SECOND, THIRD = _jpeg(1), _jpeg(2, thumbnail=_jpeg(7)), _jpeg(3, progressive=True)
ALL = [FIRST, SECOND, THIRD]


def _part(picture: bytes, headers: str = "Content-Type:image/jpeg\r\nContent-Length:{length}\r\n") -> bytes:
    head = headers.format(length=len(picture))
    return b"--BoundaryString\r\n" + head.encode() + b"\r\n" + picture + b"\r\n\r\n"


def _cut(content: bytes, seed: int) -> Iterator[bytes]:
    chance, at = random.Random(seed), 0
    while at < len(content):
        size = chance.choice([1, 2, 3, 7, 100, 5000])
        yield content[at : at + size]
        at += size


@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\xff" * 500, b"\xff\xd8\xff", FIRST[:-1], b"\xff\xd9" * 9]
)
def test_what_is_no_whole_picture_is_none(content: bytes) -> None:
    assert list(pictures([content])) == []


@pytest.mark.parametrize("missing", [1, 2, 3, 50, 1000])
def test_a_picture_that_breaks_off_is_given_up_and_the_next_is_found(missing: int) -> None:
    content = _part(FIRST[:-missing]) + _part(SECOND)
    assert list(pictures([content]))[-1] == SECOND


def test_a_picture_that_never_ends_is_given_up_and_memory_stays_bounded() -> None:
    endless = [FIRST[:-2], *[bytes(1 << 20)] * (2 * MAXIMUM_PICTURE >> 20), SECOND]
    assert list(pictures(endless)) == [SECOND]


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param("Content-Type:image/jpeg\r\nContent-Length:{length}\r\n", id="as-the-mock"),
        pytest.param("content-length: {length}\r\n", id="lower-case"),
        pytest.param("Content-Length: 7\r\n", id="too-short"),
        pytest.param("Content-Length: 99999\r\n", id="too-long"),
        pytest.param("Content-Length: -1\r\n", id="negative"),
        pytest.param("", id="without"),
    ],
)
@pytest.mark.parametrize("seed", range(4))
def test_parts_are_found_whatever_they_say_of_their_length_and_wherever_they_are_cut(
    headers: str, seed: int
) -> None:
    content = b"".join(_part(each, headers) for each in ALL)
    assert list(pictures(_cut(content, seed))) == ALL


def test_pictures_without_anything_between_them_are_found() -> None:
    assert list(pictures([FIRST + SECOND, THIRD])) == ALL


def test_an_error_in_the_middle_of_the_stream_is_passed_over() -> None:
    error = b'{"error":{"errorCode":"607","errorInfo":"no image"}}\r\n'
    assert list(pictures([_part(FIRST) + error + _part(THIRD)])) == [FIRST, THIRD]


def test_damage_anywhere_costs_no_more_than_what_a_wrong_length_steps_over() -> None:
    chance = random.Random(5)
    whole = _part(THIRD) * (0xFFFF // len(THIRD) + 2) + _part(FIRST)
    for _ in range(300):
        damaged = bytearray(_part(FIRST) + _part(SECOND))
        for _ in range(chance.randint(1, 5)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        assert list(pictures([bytes(damaged) + whole]))[-1] == FIRST


def test_what_a_real_service_streamed_is_read(reference_data: Path) -> None:
    content = (reference_data / "sbi" / "stream-face.first120k.bin").read_bytes()
    found = list(pictures(_cut(content, 0)))
    assert len(found) == 3
    assert {Image.open(io.BytesIO(each)).size for each in found} == {(490, 360)}
