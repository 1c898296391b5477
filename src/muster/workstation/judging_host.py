"""The process that judges fingers and eyes for a window: ``python -m muster.workstation.judging_host``.

Started by ``judging_beside``; answers one call after the other and ends with whoever asks. What a call takes and
gives is what the methods of ``sample_judging.SampleJudge`` say.
"""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from types import NoneType
from typing import Any, get_type_hints

from muster.devices.own_process import own_pipes
from muster.devices.wire import Ended, Garbled, Message, Piece, Pipes
from muster.devices.wire_values import pack, pack_error, unpack
from muster.errors import MusterError
from muster.workstation.sample_judging import Judge, SampleJudge

DONE, FAILED = "done", "failed"


@cache
def signature(method: str) -> tuple[tuple[Any, ...], Any]:
    """The types of what a judge's method takes, and of what it gives."""
    hints = get_type_hints(getattr(SampleJudge, method))
    gives = hints.pop("return")
    return tuple(hints.values()), gives or NoneType


def serve(pipes: Pipes, judge: Judge) -> None:
    """Returns when the other side is gone."""
    with suppress(Ended, Garbled):
        while True:
            pipes.send(_answer(pipes.receive(), judge))


def _answer(asked: Message, judge: Judge) -> Message:
    takes, gives = signature(asked.kind)
    values = [unpack(said, hint, asked.pieces) for said, hint in zip(asked.said, takes, strict=True)]
    pieces: list[Piece] = []
    try:
        said = pack(getattr(judge, asked.kind)(*values), gives, pieces)
    except MusterError as error:
        return Message(FAILED, asked.call, pack_error(error))
    return Message(DONE, asked.call, said, pieces)


if __name__ == "__main__":
    serve(own_pipes(), SampleJudge())
