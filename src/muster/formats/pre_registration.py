"""MOSIP's pre-registrations: which are booked, and what is in one (section 7.5 of the packet notes).

What a person filled in comes as a zip, ``ID.json`` with the documents beside it, each named as its entry in there
says (``<value>.<format>``). It comes from somebody at home: sizes, names and kinds are looked at before use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster import base64url
from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.pre_registration import BookedDocument, PreRegistration
from muster.errors import Code, MalformedData
from muster.formats.json_part import JsonPart
from muster.formats.zip_reading import unpack

PRE_REGISTRATION_UNREADABLE = Code(
    "PRE_REGISTRATION_UNREADABLE", "The pre-registration cannot be read: {part} is missing or has a wrong form."
)

IDS_PATH = "/preregistration/v1/sync"
NUMBER = re.compile(r"[0-9]{10,20}")
LARGEST_BYTES = 48 * 1024 * 1024
_LANGUAGE = re.compile(r"[a-z]{3}")
_IDENTITY_FILE = "ID.json"
_NOT_THE_PERSONS = frozenset({"IDSchemaVersion"})
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


def open_zip(number: str, content: bytes) -> PreRegistration:
    """Raises ``MalformedData``: no such zip, a bomb, or an ``ID.json`` that is none."""
    files = unpack(content, at_most=LARGEST_BYTES)
    if _IDENTITY_FILE not in files:
        raise MalformedData(PRE_REGISTRATION_UNREADABLE, part=_IDENTITY_FILE)
    identity = JsonPart.of(files[_IDENTITY_FILE], PRE_REGISTRATION_UNREADABLE).part("identity")
    if identity is None:
        raise MalformedData(PRE_REGISTRATION_UNREADABLE, part="identity")
    values, documents = {}, []
    for name, value in identity.values.items():
        if isinstance(value, dict):
            documents += _document(name, value, files)
        elif name not in _NOT_THE_PERSONS and value not in (None, ""):
            values[name] = _value(identity, name, value)
    return PreRegistration(number, values, tuple(documents))


def _value(identity: JsonPart, name: str, value: object) -> DemographicValue:
    if isinstance(value, list):
        return LocalizedText(tuple(_texts(identity, name)))
    return identity.scalar(name)


def _texts(identity: JsonPart, name: str) -> Iterator[tuple[str, str]]:
    for each in identity.parts(name):
        language = each.text("language")
        if not _LANGUAGE.fullmatch(language):
            raise identity.malformed(name)
        yield language, each.scalar("value")


def _document(name: str, value: Mapping[str, Any], files: Mapping[str, bytes]) -> list[BookedDocument]:
    """A document that was named and not sent is none."""
    part = JsonPart(name, value, PRE_REGISTRATION_UNREADABLE, name)
    kind, form = part.text("type") or part.text("typ"), part.text("format")
    content = files.get(f"{part.text('value')}.{form}")
    return [BookedDocument(name, kind, form.lower(), content)] if content and kind else []


def _response(answer: Mapping[str, Any]) -> JsonPart:
    part = JsonPart("answer", answer, PRE_REGISTRATION_UNREADABLE).part("response")
    if part is None:
        raise MalformedData(PRE_REGISTRATION_UNREADABLE, part="response")
    return part
