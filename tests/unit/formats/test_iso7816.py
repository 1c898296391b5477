"""Commands to chips and their answers."""

from __future__ import annotations

import pytest

from muster.errors import MalformedData
from muster.formats.iso7816 import Answer, Command


@pytest.mark.parametrize(
    ("content", "data_length", "expected"),
    [
        ("00A40000", 0, 0),
        ("00B0000000", 0, 256),
        ("00B0000004", 0, 4),
        ("00A4020C02011E", 2, 0),
        ("00A4020C02011E00", 2, 256),
        ("00B00000000000", 0, 65536),
        ("00B00000000101", 0, 257),
        ("0088000000000801020304050607080000", 8, 65536),
        ("00220000000100" + "AA" * 256, 256, 0),
    ],
)
def test_each_case_is_read_and_written_as_it_was(content: str, data_length: int, expected: int) -> None:
    command = Command.parse(bytes.fromhex(content))
    assert (len(command.data), command.expected) == (data_length, expected)
    assert command.encode() == bytes.fromhex(content)


@pytest.mark.parametrize("content", ["", "00A400", "00A4020C0201", "00A4020C01AA0000", "00A40000000000AA"])
def test_a_command_whose_lengths_do_not_fit_is_refused(content: str) -> None:
    octets = bytes.fromhex(content)
    with pytest.raises(MalformedData):
        Command.parse(octets)


def test_an_answer_without_its_status_is_refused() -> None:
    with pytest.raises(MalformedData):
        Answer.parse(b"\x90")


def test_an_answer_is_its_data_and_its_status() -> None:
    answer = Answer.parse(bytes.fromhex("AABB6282"))
    assert (answer.data, answer.status, answer.sw1, answer.sw2, answer.is_ok) == (
        b"\xaa\xbb",
        0x6282,
        0x62,
        0x82,
        False,
    )
    assert answer.encode() == bytes.fromhex("AABB6282")


def test_neither_shows_what_it_carries() -> None:
    assert "secret" not in repr((Command(0, 0, 0, 0, b"secret"), Answer(b"secret", 0x9000)))
