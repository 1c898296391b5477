"""What somebody outside says about a person, as attributes and identifiers: the mappings of the configuration.

A name may lead into an object (``address.locality``). Values that are no text, number, or yes and no are not
taken. A subject's identifier becomes an identifier alone, so it is kept as a keyed hash and nowhere else; an
e-mail address of which its provider says anything but that it is verified identifies nobody.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from muster.domain.proofing import AttributeValue, Identifier
from muster.proofing.definitions import AttributeMapping

SUBJECT_ID = "SUBJECT_ID"
EMAIL = "EMAIL"

_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Mapped:
    """``missing`` are the sources of what is required and was not told."""

    attributes: Mapping[str, AttributeValue]
    identifiers: tuple[Identifier, ...]
    missing: tuple[str, ...]


def mapped(mappings: Iterable[AttributeMapping], claims: Mapping[str, Any]) -> Mapped:
    attributes: dict[str, AttributeValue] = {}
    identifiers: list[Identifier] = []
    missing: list[str] = []
    for each in mappings:
        value = claim(claims, each.source_attribute)
        if value is None:
            missing += [each.source_attribute] if each.required else []
            continue
        if each.identifier_type != SUBJECT_ID:
            attributes[each.target_attribute] = value
        if each.identifier_type and (each.identifier_type != EMAIL or _is_verified(claims)):
            identifiers.append(Identifier(each.identifier_type, str(value)))
    return Mapped(attributes, tuple(dict.fromkeys(identifiers)), tuple(missing))


def _is_verified(claims: Mapping[str, Any]) -> bool:
    """``email_verified`` is yes or no; some providers write it as a text."""
    said = claims.get("email_verified", True)
    return said is True or said == "true"


def claim(claims: Mapping[str, Any], name: str) -> AttributeValue | None:
    """The value of that name, if it is there and one that is taken."""
    if name in claims:
        return _plain(claims[name])
    head, _, rest = name.partition(".")
    inner = claims.get(head)
    return claim(inner, rest) if rest and isinstance(inner, dict) else None


def _plain(value: object) -> AttributeValue | None:
    match value:
        case bool() | int():
            return value
        case float():
            return value if math.isfinite(value) else None
        case str():
            return value if value.strip() and len(value) <= _LONGEST else None
        case _:
            return None
