"""MOSIP's envelope around every answer: what was asked for, or why not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from muster.clock import Clock, rfc3339
from muster.receiver.checks import Refusal


def answered(
    clock: Clock, response: object, refusals: Sequence[Refusal] = (), id_: str | None = None
) -> dict[str, Any]:
    errors = [{"errorCode": each.code, "message": each.message} for each in refusals]
    return {
        "id": id_,
        "version": "1.0",
        "responsetime": rfc3339(clock()),
        "response": response,
        "errors": errors or None,
    }
