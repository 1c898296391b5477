"""What is in a pre-registration: MOSIP's zip, told in our words (section 7.5 of the packet notes).

``ID.json`` holds what the person filled in, with the documents beside it, each named as its entry in there says
(``<value>.<format>``). It comes from somebody at home: sizes, names and kinds are looked at before use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.pre_registration import BookedDocument, PreRegistration
from muster.errors import MalformedData
from muster.formats.json_part import JsonPart
from muster.formats.pre_registration import PRE_REGISTRATION_UNREADABLE
from muster.formats.zip_reading import unpack

LARGEST_BYTES = 48 * 1024 * 1024
_LANGUAGE = re.compile(r"[a-z]{3}")
_IDENTITY_FILE = "ID.json"
_NOT_THE_PERSONS = frozenset({"IDSchemaVersion"})


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
