"""One command to a chip and its whole answer, whatever the reader makes of it.

A chip whose answer does not fit says how much there is (61xx: fetch it with GET RESPONSE) or how much to ask for
(6Cxx: ask again). Both are followed as far as an honest chip goes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol

from muster.errors import BadInput, Code, MalformedData
from muster.formats.iso7816 import EXTENDED, MORE_DATA, SHORT, WRONG_LENGTH, Answer, Command

CHIP_ANSWER_UNUSABLE = Code(
    "CHIP_ANSWER_UNUSABLE",
    "The chip gave an answer that cannot be used ({status}). Take the document off the reader, lay it on again "
    "and start again.",
)

_GET_RESPONSE = 0xC0


class Transmits(Protocol):
    """The part of ``devices.api.ChipReader`` that is needed here."""

    def transmit(self, command: bytes) -> bytes: ...


def exchange(reader: Transmits, command: Command) -> Answer:
    """Raises ``DeviceUnavailable`` as the reader does, ``BadInput`` (``CHIP_ANSWER_UNUSABLE``)."""
    answer = _once(reader, command)
    if answer.sw1 == WRONG_LENGTH:
        command = replace(command, expected=answer.sw2 or SHORT)
        answer = _once(reader, command)
    whole = answer.data
    while answer.sw1 == MORE_DATA:
        follow = Command(0, _GET_RESPONSE, 0, 0, expected=answer.sw2 or SHORT)
        answer = _once(reader, follow)
        if not answer.data and answer.sw1 == MORE_DATA:
            raise unusable(answer)
        whole += answer.data
        if len(whole) > EXTENDED:
            raise unusable(answer)
    return Answer(whole, answer.status)


def unusable(answer: Answer) -> BadInput:
    return BadInput(CHIP_ANSWER_UNUSABLE, status=f"{answer.status:04X}")


def _once(reader: Transmits, command: Command) -> Answer:
    try:
        return Answer.parse(reader.transmit(command.encode()))
    except MalformedData as error:
        raise BadInput(CHIP_ANSWER_UNUSABLE, status="none") from error
