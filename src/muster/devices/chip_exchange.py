"""One command to a chip and its whole answer, whatever the reader makes of it.

A chip whose answer does not fit says how much there is (61xx: fetch it with GET RESPONSE) or how much to ask for
(6Cxx: ask again). Both are followed as far as an honest chip goes.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Event
from typing import Protocol

from muster.errors import CANCELLED, BadInput, Cancelled, Code, MalformedData
from muster.formats.iso7816 import EXTENDED, MORE_DATA, SHORT, WRONG_LENGTH, Answer, Command

CHIP_ANSWER_UNUSABLE = Code(
    "CHIP_ANSWER_UNUSABLE",
    "The chip gave an answer that cannot be used ({status}). Take the document off the reader, lay it on again "
    "and start again.",
)

_GET_RESPONSE = 0xC0
_MOST_PIECES = EXTENDED // SHORT + 4  # of the longest answer, in pieces as long as they may be, and some to spare


class Transmits(Protocol):
    """The part of ``devices.api.ChipReader`` that is needed here."""

    def transmit(self, command: bytes) -> bytes: ...


def exchange(reader: Transmits, command: Command, cancel: Event) -> Answer:
    """Looks at ``cancel`` before whatever is sent. Raises ``DeviceUnavailable`` as the reader does, ``Cancelled``,
    ``BadInput`` (``CHIP_ANSWER_UNUSABLE``)."""
    answer = _once(reader, command, cancel)
    if answer.sw1 == WRONG_LENGTH:
        command = replace(command, expected=answer.sw2 or SHORT)
        answer = _once(reader, command, cancel)
    whole, pieces = answer.data, 0
    while answer.sw1 == MORE_DATA:
        follow = Command(0, _GET_RESPONSE, 0, 0, expected=answer.sw2 or SHORT)
        answer = _once(reader, follow, cancel)
        pieces += 1
        if not answer.data and answer.sw1 == MORE_DATA:
            raise unusable(answer)
        whole += answer.data
        if len(whole) > EXTENDED or pieces > _MOST_PIECES:
            raise unusable(answer)
    return Answer(whole, answer.status)


def unusable(answer: Answer) -> BadInput:
    return BadInput(CHIP_ANSWER_UNUSABLE, status=f"{answer.status:04X}")


def _once(reader: Transmits, command: Command, cancel: Event) -> Answer:
    if cancel.is_set():
        raise Cancelled(CANCELLED)
    try:
        return Answer.parse(reader.transmit(command.encode()))
    except MalformedData as error:
        raise BadInput(CHIP_ANSWER_UNUSABLE, status="none") from error
