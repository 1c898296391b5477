"""MOSIP's ID schema: which fields an identity has, what kind each is, into which subpacket it goes.

A JSON Schema whose interesting part is ``properties.identity.properties.<field>``: ``$ref`` or ``type``
say the kind, ``fieldCategory`` the subpacket (missing means ``none``). Section 2.1 of the packet notes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from muster.errors import Code, MalformedData
from muster.formats.json_part import as_text

ID_SCHEMA_UNREADABLE = Code("ID_SCHEMA_UNREADABLE", "The ID schema cannot be read. Ask your administrator.")


class FieldType(Enum):
    """What a field holds, after its ``$ref`` or ``type``."""

    LOCALIZED = "#/definitions/simpleType"
    DOCUMENT = "#/definitions/documentType"
    BIOMETRICS = "#/definitions/biometricsType"
    STRING = "string"
    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"


@dataclass(frozen=True, slots=True)
class Validator:
    """A regular expression for a field, for one language or (empty) for all."""

    pattern: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class SchemaField:
    """One field. ``category`` is lower-cased."""

    id: str
    type: FieldType
    category: str
    required: bool
    validators: tuple[Validator, ...]
    bio_attributes: tuple[str, ...]
    sub_type: str = ""  # whose biometrics or what kind of document, where a schema says it

    def accepts(self, text: str, language: str | None) -> bool:
        """Whether ``text`` matches the validators for its language (none: for every one).

        The whole text, as Java's ``matches()`` does: ``$`` alone lets a line break at the end pass.
        """
        validators = [each for each in self.validators if each.language in ("", language)]
        return all(re.fullmatch(each.pattern, text) for each in validators)


@dataclass(frozen=True, slots=True)
class IdSchema:
    version: float
    fields: Mapping[str, SchemaField]

    @classmethod
    def parse(cls, text: str, version: float = 0.1) -> IdSchema:
        """Read MOSIP's JSON; ``version`` stands beside it in MOSIP's table. Raises ``MalformedData``."""
        try:
            content = json.loads(text)
            identity = content["properties"]["identity"]
            required = frozenset(identity.get("required", ()))
            fields = {
                name: _field(name, entry, name in required) for name, entry in identity["properties"].items()
            }
            return cls(float(content.get("idVersion", version)), fields)
        except (
            ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError, re.error,
        ) as error:  # fmt: skip
            raise MalformedData(ID_SCHEMA_UNREADABLE) from error


def _field(name: str, entry: Mapping[str, Any], required: bool) -> SchemaField:
    return SchemaField(
        id=name,
        type=FieldType(entry.get("$ref") or entry["type"]),
        category=str(entry.get("fieldCategory") or "none").lower(),
        required=required,
        validators=tuple(
            Validator(_pattern(each["validator"]), as_text(each.get("langCode") or ""))
            for each in entry.get("validators") or ()
            if each.get("type") == "regex"
        ),
        bio_attributes=tuple(as_text(each) for each in entry.get("bioAttributes") or ()),
        sub_type=as_text(entry.get("subType") or ""),
    )


def _pattern(value: object) -> str:
    """One that works: better now than when an officer has typed what it is about. Raises ``re.error``."""
    return re.compile(as_text(value)).pattern
