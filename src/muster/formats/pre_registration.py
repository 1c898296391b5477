"""MOSIP's pre-registrations: which are booked, and how one is sent (section 7.5 of the packet notes)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from muster import base64url
from muster.errors import Code, MalformedData
from muster.formats.json_part import JsonPart

PRE_REGISTRATION_UNREADABLE = Code(
    "PRE_REGISTRATION_UNREADABLE", "The pre-registration cannot be read: {part} is missing or has a wrong form."
)

IDS_PATH = "/preregistration/v1/sync"
NUMBER = re.compile(r"[0-9]{10,20}")
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class Sent:
    """One as the server sent it; ``sealed`` is a zip, encrypted to the machine."""

    appointment: str
    sealed: bytes


def read_ids(answer: Mapping[str, Any]) -> dict[str, str]:
    """Numbers of what is booked, each with the server's word for its version. Raises ``MalformedData``."""
    response = _response(answer)
    found = response.texts("preRegistrationIds")
    if len(found) > _MOST or not all(NUMBER.fullmatch(each) for each in found):
        raise response.malformed("preRegistrationIds")
    return found


def read_sent(answer: Mapping[str, Any], number: str) -> Sent:
    """Raises ``MalformedData``, also for another one than was asked for."""
    response = _response(answer)
    if response.text("pre-registration-id") != number:
        raise response.malformed("pre-registration-id")
    try:
        sealed = base64url.decode(response.text("zip-bytes"))
    except ValueError as error:
        raise response.malformed("zip-bytes") from error
    parts = (response.text(name)[:10] for name in ("appointment-date", "from-time-slot"))
    return Sent(" ".join(part for part in parts if part), sealed)


def _response(answer: Mapping[str, Any]) -> JsonPart:
    part = JsonPart("answer", answer, PRE_REGISTRATION_UNREADABLE).part("response")
    if part is None:
        raise MalformedData(PRE_REGISTRATION_UNREADABLE, part="response")
    return part
