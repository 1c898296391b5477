"""What is said to each reader and what its answers mean, byte for byte and without a wire."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterable

import numpy as np
import pytest

from muster_usb_fingerprint import aes3500, nb1010
from muster_usb_fingerprint.conversation import Garbled, NoFinger, Receive, Scan, Send


def nb_reply(code: int, number: int, level: int = 0) -> bytes:
    return bytes((0x80, code, number, 0, 16, 0, 0, 0, 0, 0, 0, 0, level, 0, 0, 0))


def nb_block(row: int, *, more: int = 1, grey: int = 0xE5, length: int = 540) -> bytes:
    head = bytes.fromhex("80210000") + struct.pack("<IIIII", length, 0, more, row, 256)
    return head + b"\1" + bytes([grey]) * 512 + bytes(3)


def nb_blocks() -> list[bytes]:
    return [nb_block(row, more=int(row < 179), grey=row) for row in range(1, 180, 2)]


def aes_answer(strips: Iterable[bytes] = (), marks: bytes = bytes(range(0xE0, 0xE8)), end: int = 0xDF) -> bytes:
    strips = [*strips] or [bytes(1024)] * 8
    return b"".join(bytes([mark]) + strip for mark, strip in zip(marks, strips, strict=True)) + bytes(
        [end, *[0] * 128]
    )


def play(scan: Scan, answers: Iterable[bytes]) -> tuple[list[str], object]:
    """What was sent, in hexadecimal, with waits for a finger between, and the picture."""
    given = iter(answers)
    sent: list[str] = []
    step = next(scan)
    while True:
        answer = b""
        match step:
            case Send(content):
                sent.append(content.hex())
            case Receive(length):
                answer = next(given)
                assert len(answer) == length
            case NoFinger():
                sent.append("none")
        try:
            step = scan.send(answer)
        except StopIteration as done:
            return sent, done.value


TOUCHED = [nb_reply(0x37, 1, 0xF7), nb_reply(0x20, 2), nb_reply(0x20, 3)]


def nb(answers: Iterable[bytes], first: int = 1) -> tuple[list[str], object]:
    return play(nb1010.scan(itertools.count(first)), answers)


# -- NB-1010


@pytest.mark.parametrize(
    "reply",
    [
        nb_reply(0x37, 9, 0xF7),
        nb_reply(0x20, 1, 0xF7),
        bytes(16),
        b"\x81" + nb_reply(0x37, 1, 0xF7)[1:],
        b"\xff" * 16,
    ],
    ids=["another number", "another code", "zeros", "another mark", "all ones"],
)
def test_a_reply_that_is_not_to_the_request_is_garbled(reply: bytes) -> None:
    with pytest.raises(Garbled):
        nb([reply])


@pytest.mark.parametrize(
    ("at", "block"),
    [
        (0, nb_block(3)),
        (5, nb_block(9)),
        (5, nb_block(0)),
        (5, nb_block(0xFFFFFFFF)),
        (5, nb_block(11, more=0)),
        (89, nb_block(179, more=1)),
        (5, nb_block(11, length=539)),
        (5, bytes(540)),
    ],
    ids=["first missing", "repeated", "row 0", "no row", "ends early", "never ends", "another length", "zeros"],
)
def test_a_block_that_is_not_the_next_one_is_garbled(at: int, block: bytes) -> None:
    blocks = nb_blocks()
    with pytest.raises(Garbled):
        nb([*TOUCHED, *blocks[:at], block])


@pytest.mark.parametrize("level", [0, 0x30])
def test_at_a_low_level_there_is_no_finger(level: int) -> None:
    scan = nb1010.scan(itertools.count(1))
    next(scan)
    assert scan.send(b"") == Receive(16)
    assert scan.send(nb_reply(0x37, 1, level)) == NoFinger(0.05)


def test_the_nb1010_is_asked_as_in_the_recording() -> None:
    numbers = iter((1, 3, 4))
    replies = [nb_reply(0x37, 1, 0xF7), nb_reply(0x20, 3), nb_reply(0x20, 4)]
    sent, _ = play(nb1010.scan(numbers), [*replies, *nb_blocks()])
    assert sent == [
        "8038010008000000",
        "800d03000c00000000040000",
        "8012040020000000" + "02000000" + "00" * 16 + "20000000",
    ]


def test_each_look_for_a_finger_has_a_number_of_its_own() -> None:
    answers = [nb_reply(0x37, 1), nb_reply(0x37, 2), nb_reply(0x37, 3, 0x31), nb_reply(0x20, 4), nb_reply(0x20, 5)]
    sent, _ = nb([*answers, *nb_blocks()])
    assert [each[:6] for each in sent] == ["803801", "none", "803802", "none", "803803", "800d04", "801205"]


def test_numbers_begin_anew_after_255() -> None:
    answers = [nb_reply(0x37, 255, 0xF7), nb_reply(0x20, 0), nb_reply(0x20, 1)]
    sent, _ = nb([*answers, *nb_blocks()], first=255)
    assert [each[:6] for each in sent] == ["8038ff", "800d00", "801201"]


def test_each_block_of_the_nb1010_is_two_rows() -> None:
    _, picture = nb([*TOUCHED, *nb_blocks()])
    assert isinstance(picture, np.ndarray) and picture.shape == (180, 256)
    assert list(picture[:, 0]) == [row for row in range(1, 180, 2) for _ in range(2)]


# -- AES3500


@pytest.mark.parametrize(
    "answer",
    [
        aes_answer(marks=bytes([0xE0, 0xE2, 0xE1, *range(0xE3, 0xE8)])),
        aes_answer(marks=bytes([0xE0] * 8)),
        aes_answer(end=0xDE),
        bytes(8329),
    ],
    ids=["strips exchanged", "one strip over and over", "another end", "zeros"],
)
def test_an_answer_of_another_form_is_garbled(answer: bytes) -> None:
    with pytest.raises(Garbled):
        aes3500.picture_of(answer)


def test_the_registers_are_written_as_in_the_recording() -> None:
    sent, _ = play(aes3500.scan(itertools.count()), [aes_answer()])
    assert sent == [
        "8001", "8000", "81008000", "8002", "8000", "8004", "8000", "8100",
        "80008100820483138407853d86038701880289028a338b338c0f8d048e238f07",
        "9000911c9208930094079500961f9704982899009a0b9b009c009d099e539f6b",
        "80008100", "8104", "8100",
    ]  # fmt: skip


def test_the_answer_is_waited_for_until_a_finger_is_there() -> None:
    steps = list(itertools.islice(aes3500.scan(itertools.count()), 14))
    assert steps[-1] == Receive(8329, for_finger=True)


def test_the_first_byte_is_the_lower_right_corner_two_pixels_high() -> None:
    first = bytes([0x2F]) + bytes(1023)  # even row 15, odd row 2
    picture = aes3500.picture_of(aes_answer([first, *[bytes(1024)] * 7]))
    assert (picture[127, 127], picture[126, 127]) == (255 - 15 * 17, 255 - 2 * 17)
    assert np.count_nonzero(picture != 255) == 2


def test_eight_bytes_are_one_column_of_a_strip() -> None:
    column = bytes([0xFF] * 8) + bytes(1016)
    picture = aes3500.picture_of(aes_answer([*[bytes(1024)] * 7, column]))
    assert np.array_equal(np.argwhere(picture == 0)[:, 0], np.arange(16))
    assert set(np.argwhere(picture == 0)[:, 1]) == {127}
