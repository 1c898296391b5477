"""What ``packet_meta_info.json`` says, whichever client wrote it (sections 3.4 and 9 of the packet notes).

===================  ======================  ==========================  ======================
                     1.2                     1.1.5                       Android
===================  ======================  ==========================  ======================
key of biometrics    the field               ``applicant``, introducer   the field
attempts             ``numRetry``            ``numRetry``                ``numOfRetries``
taken as it was      ``forceCaptured``       ``forceCaptured``           ``isForceCaptured``
the sample's BIR     ``birindex``            ``birindex``                ``index``
documents            with ``refNumber``      without                     without
===================  ======================  ==========================  ======================

Read leniently: any order, any further keys (writers leak some from part to part), what is absent is empty.
What is there must have its form. Nobody says which client wrote a file, so each key is looked for under each of
its names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from muster.errors import Code
from muster.formats.json_part import JsonPart

PACKET_META_UNREADABLE = Code(
    "PACKET_META_UNREADABLE", "The packet's description cannot be read: {part} has a wrong form."
)

_CLIENT_VERSION = "Registration Client Version Number"
TRAINING_MARK = "-training"
"""Ends the client's version in what a training station packed: a server that looks there takes none of it."""
_ATTEMPTS = ("numRetry", "numOfRetries")
_FORCED = ("forceCaptured", "isForceCaptured")
_INDEX = ("birindex", "index")


@dataclass(frozen=True, slots=True)
class Capture:
    """``owner`` is a field or, in 1.1.5, a person; ``index`` the UUID of the sample's BIR."""

    owner: str
    attribute: str
    attempts: int
    forced: bool
    index: str


@dataclass(frozen=True, slots=True)
class MissingSample:
    owner: str
    attribute: str
    reason: str
    kind: str


@dataclass(frozen=True, slots=True)
class FiledDocument:
    name: str
    category: str
    type: str
    owner: str
    reference: str | None


@dataclass(frozen=True, slots=True)
class PacketMeta:
    """``created`` is the top-level date, which servers go by. ``about`` is metaData, ``operations``
    operationsData, by label; a value of null is left out."""

    registration_id: str
    created: str
    about: Mapping[str, str]
    operations: Mapping[str, str]
    captures: tuple[Capture, ...]
    missing: tuple[MissingSample, ...]
    documents: tuple[FiledDocument, ...]

    @property
    def client_version(self) -> str:
        return self.about.get(_CLIENT_VERSION, "")

    @property
    def is_for_training(self) -> bool:
        return self.client_version.endswith(TRAINING_MARK)

    @classmethod
    def read(cls, identity: Mapping[str, Any]) -> PacketMeta:
        """The ``identity`` object. Raises ``MalformedData``, which names the part."""
        part = JsonPart("identity", identity, PACKET_META_UNREADABLE)
        return cls(
            registration_id=part.text("registrationId"),
            created=part.text("creationDate"),
            about=_labelled(part, "metaData"),
            operations=_labelled(part, "operationsData"),
            captures=tuple(
                Capture(
                    owner,
                    attribute,
                    attempts=each.number(_named(each, _ATTEMPTS)),
                    forced=each.flag(_named(each, _FORCED)),
                    index=each.text(_named(each, _INDEX)),
                )
                for owner, attribute, each in _by_attribute(part, "biometrics")
            ),
            missing=tuple(
                MissingSample(owner, attribute, each.text("reason"), each.text("exceptionType"))
                for owner, attribute, each in _by_attribute(part, "exceptionBiometrics")
            ),
            documents=tuple(_document(each) for each in part.parts("documents")),
        )


def _named(part: JsonPart, names: tuple[str, ...]) -> str:
    return next((each for each in names if each in part.values), names[0])


def _by_attribute(part: JsonPart, name: str) -> Iterator[tuple[str, str, JsonPart]]:
    """Owner, attribute and facts of every entry; an owner without any may stand there as null."""
    owners = part.part(name)
    for owner in owners.values if owners else ():
        attributes = owners.part(owner) if owners else None
        for each in attributes.children() if attributes else ():
            yield owner, each.key, each


def _labelled(part: JsonPart, name: str) -> dict[str, str]:
    """Of two entries with one label the first counts."""
    found: dict[str, str] = {}
    for entry in part.parts(name):
        value = entry.values.get("value")
        if isinstance(value, list | dict):
            raise part.malformed(name)
        if value is not None:
            found.setdefault(entry.text("label"), str(value))
    return found


def _document(part: JsonPart) -> FiledDocument:
    return FiledDocument(
        name=part.text("documentName"),
        category=part.text("documentCategory"),
        type=part.text("documentType"),
        owner=part.text("documentOwner"),
        reference=part.text("refNumber") or None,
    )
