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
from muster.formats.validator import Validator, validators_of

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
    LIST = "array"  # MOSIP's selectedHandles: texts


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
    is_handle: bool = False  # whether people may sign in elsewhere by what it holds

    def accepts(self, text: str, language: str | None) -> bool:
        """Whether ``text`` matches the validators for its language (none: for every one)."""
        return all(each.accepts(text) for each in self.validators if each.is_for(language))


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
        validators=validators_of(entry),
        bio_attributes=tuple(as_text(each) for each in entry.get("bioAttributes") or ()),
        sub_type=as_text(entry.get("subType") or ""),
        is_handle=entry.get("handle") is True,
    )
