"""The driver over libusb against recordings of the real readers, played by umockdev: their pictures pixel for
pixel, and what becomes of them when the recording is edited to go wrong."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from muster.devices.records import picture_of
from muster.formats.iso19794_4 import FingerRecord
from simulators.usb_testbed import WRAPPER, Recording

TESTS = Path(__file__).parents[3] / "tests"
RECORDED_NUMBERS = (1, 3, 4)  # the recording's numbers for level, preparation and capture
BLOCK = re.compile(r"^( *USBDEVFS_REAPURBNDELAY) 0 3 131 0 0 540 540 0 (\w+)$", re.MULTILINE)
ROW_AT = 32  # of a block in hexadecimal digits

Pixels = NDArray[np.uint8]
Edit = Callable[[str], str]


@dataclass(frozen=True)
class Answer:
    before: list[str]
    found: list[dict[str, str]]
    after: list[str]
    code: str
    because: str
    records: list[str]
    took_s: float

    @property
    def record(self) -> bytes:
        (record,) = self.records
        return base64.b64decode(record)

    @property
    def picture(self) -> Pixels:
        return picture_of(self.record)


class Replay:
    """The process that plays recordings, started once."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def capture(
        self,
        recording: Recording,
        *,
        numbers: tuple[int, ...] = RECORDED_NUMBERS,
        timeout_s: float = 5.0,
        cancelled: bool = False,
    ) -> Answer:
        order: dict[str, Any] = {
            "device": recording.device,
            "ioctl": recording.ioctl,
            "numbers": numbers,
            "timeout_s": timeout_s,
            "cancelled": cancelled,
        }
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return Answer(**json.loads(self._process.stdout.readline()))


@pytest.fixture(scope="module")
def replay() -> Iterator[Replay]:
    if shutil.which(WRAPPER) is None:
        pytest.skip(f"{WRAPPER} is not installed: apt-get install umockdev")
    process = subprocess.Popen(
        [WRAPPER, sys.executable, str(Path(__file__).with_name("replaying.py"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    with process:
        yield Replay(process)
        assert process.stdin is not None
        process.stdin.close()
    assert process.returncode == 0


@pytest.fixture(scope="session")
def nb1010(reference_data: Path) -> Recording:
    return Recording.read(reference_data / "usb" / "nb1010")


@pytest.fixture(scope="session")
def aes3500(reference_data: Path) -> Recording:
    return Recording.read(reference_data / "usb" / "aes3500")


def expected(reference_data: Path, reader: str) -> Pixels:
    with Image.open(reference_data / "usb" / reader / "capture.png") as picture:
        return np.asarray(picture.convert("L"))


def enlarged(pixels: Pixels) -> Pixels:
    """Twice as large: bilinear, nothing outside the picture, weights of 8 bits, truncated."""
    height, width = pixels.shape
    framed = np.pad(pixels.astype(np.uint32), 1)
    rows = _between(framed, height)
    return (_between(rows.T, width).T >> 16).astype(np.uint8)


def _between(framed: NDArray[np.uint32], side: int) -> NDArray[np.uint32]:
    at = (np.arange(2 * side) + 1) // 2
    share = np.where(np.arange(2 * side) % 2, 64, 192)[:, None].astype(np.uint32)
    return framed[at] * (256 - share) + framed[at + 1] * share


def edited(recording: Recording, block: int, edit: Edit) -> Recording:
    """With the line of one block of the picture written anew by ``edit``."""
    found = list(BLOCK.finditer(recording.ioctl))[block]
    before, after = recording.ioctl[: found.start()], recording.ioctl[found.end() :]
    return replace(recording, ioctl=before + edit(found[0]) + after)


def without(recording: Recording, block: int) -> Recording:
    """What follows takes the place of what is left out, which is one column less to the right."""
    found = list(BLOCK.finditer(recording.ioctl))[block]
    before, after = recording.ioctl[: found.start()], recording.ioctl[found.end() + 1 :]
    return replace(recording, ioctl=before + re.sub("^ ", "", after, flags=re.MULTILINE))


def failing(status: int) -> Edit:
    return lambda line: re.sub(r" 0 0 540 540 0 \w+$", f" {status} 0 540 0 0 ", line).rstrip()


def cut_to(length: int) -> Edit:
    return lambda line: re.sub(
        r" 540 540 0 (\w+)$", lambda found: f" 540 {length} 0 {found[1][: 2 * length]}", line
    )


def of_row(row: int) -> Edit:
    def edit(line: str) -> str:
        head, _, block = line.rpartition(" ")
        return f"{head} {block[:ROW_AT]}{row:02X}{block[ROW_AT + 2 :]}"

    return edit


# -- a reader that answers nonsense


@pytest.mark.parametrize(
    ("edit", "because"),
    [
        (failing(-32), "EPIPE"),
        (failing(-71), "EIO"),
        (cut_to(100), "an answer of another length"),
        (of_row(5), "rows are missing or out of order"),
    ],
    ids=["a stall", "a broken transfer", "a short answer", "rows out of order"],
)
def test_a_picture_that_never_comes_whole_is_a_fault_of_the_reader(
    edit: Edit, because: str, replay: Replay, nb1010: Recording
) -> None:
    answer = replay.capture(edited(nb1010, 3, edit))
    assert (answer.code, answer.because, answer.records) == ("DEVICE_FAILED", because, [])


@pytest.mark.parametrize("block", [3, 89], ids=["amid", "at the end"])
def test_a_picture_with_rows_missing_is_a_fault_of_the_reader(
    block: int, replay: Replay, nb1010: Recording
) -> None:
    answer = replay.capture(without(nb1010, block))
    assert (answer.code, answer.because) == ("DEVICE_FAILED", "rows are missing or out of order")


def test_a_reply_to_another_request_is_a_fault_of_the_reader(replay: Replay, nb1010: Recording) -> None:
    other = replace(nb1010, ioctl=nb1010.ioctl.replace("8020030010000000", "8020090010000000"))
    answer = replay.capture(other)
    assert (answer.code, answer.because) == ("DEVICE_FAILED", "another reply than to what was asked")


def test_strips_out_of_order_are_a_fault_of_the_reader(replay: Replay, aes3500: Recording) -> None:
    other = replace(aes3500, ioctl=aes3500.ioctl.replace("8329 8329 0 E0", "8329 8329 0 E1"))
    answer = replay.capture(other)
    assert (answer.code, answer.because) == ("DEVICE_FAILED", "strips are missing or out of order")


# -- nobody there


def test_without_a_finger_nothing_is_captured_and_nothing_is_wrong(replay: Replay, nb1010: Recording) -> None:
    nobody = replace(nb1010, ioctl=nb1010.ioctl.replace("F7000000", "30000000"))
    answer = replay.capture(nobody, numbers=(1,), timeout_s=0.3)
    assert (answer.code, answer.records) == ("", [])
    assert 0.3 <= answer.took_s < 1.5


def test_who_cancels_is_answered_at_once(replay: Replay, nb1010: Recording) -> None:
    answer = replay.capture(nb1010, cancelled=True)
    assert (answer.code, answer.records) == ("CANCELLED", [])
    assert answer.took_s < 1


def test_a_finger_that_comes_after_three_looks_is_taken(
    replay: Replay, nb1010: Recording, reference_data: Path
) -> None:
    level, *rest = nb1010.ioctl.split("USBDEVFS_REAPURBNDELAY 0 3 2 ")[1:]
    head = nb1010.ioctl.partition("USBDEVFS_REAPURBNDELAY")[0]
    looks = [level.replace("803801", f"8038{n:02X}").replace("803701", f"8037{n:02X}") for n in (1, 2, 3, 4)]
    looks[:3] = [look.replace("F7000000", "02000000") for look in looks[:3]]
    then = [rest[0].replace("800D03", "800D05").replace("802003", "802005")]
    then.append(rest[1].replace("801204", "801206").replace("802004", "802006"))
    late = replace(nb1010, ioctl=head + "".join(f"USBDEVFS_REAPURBNDELAY 0 3 2 {each}" for each in looks + then))
    answer = replay.capture(late, numbers=())
    np.testing.assert_array_equal(answer.picture, expected(reference_data, "nb1010"))


# -- a finger


def test_the_nb1010s_picture_is_the_recordings_pixel_for_pixel(
    replay: Replay, nb1010: Recording, reference_data: Path
) -> None:
    answer = replay.capture(nb1010)
    np.testing.assert_array_equal(answer.picture, expected(reference_data, "nb1010"))
    assert FingerRecord.parse(answer.record).image_resolution == (385, 385)


def test_the_aes3500s_picture_is_the_recordings_pixel_for_pixel_once_enlarged(
    replay: Replay, aes3500: Recording, reference_data: Path
) -> None:
    answer = replay.capture(aes3500)
    upside_down = 255 - answer.picture[::-1, ::-1]  # as it comes from the sensor, which is what was enlarged
    np.testing.assert_array_equal(255 - enlarged(upside_down)[::-1, ::-1], expected(reference_data, "aes3500"))
    assert FingerRecord.parse(answer.record).image_resolution == (500, 500)


# -- plugged in and out


@pytest.mark.parametrize(("reader", "id_"), [("nb1010", "nb1010-1-7"), ("aes3500", "aes3500-3-1.1.3")])
def test_a_reader_is_there_while_it_is_plugged_in(
    reader: str, id_: str, replay: Replay, request: pytest.FixtureRequest
) -> None:
    answer = replay.capture(request.getfixturevalue(reader), cancelled=True)
    assert (answer.before, answer.after) == ([], [])
    assert answer.found == [{"id": id_, "status": "Ready"}]
