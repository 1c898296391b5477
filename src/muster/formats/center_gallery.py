"""What stations and a center's hub say to each other about the gallery all of the center's stations share.

Ours alone; the envelope around answers is MOSIP's. ::

    POST /v1/gallery/key                                  -> {"key": what opens with the machine's key}
    POST /v1/gallery/enrol   {"templates": [a template]}  -> {"kept": how many}
    POST /v1/gallery/missing {"network", "subjects": []}  -> {"subjects": those that are not there}
    POST /v1/gallery/search  {"network", "vector", "least", "most", "own"}
                             -> {"compared", "candidates": [{"subject", "sealed", "cosine"}]}
    DELETE /v1/gallery/{subject}                          -> {"forgotten": how many}

A template is ``{"subject", "network", "vector", "sealed", "keptAt"}``. A subject is 64 hexadecimal digits, a
vector halves in little-endian order; both and what is sealed mean something only with the center's key
(``gallery.center``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from muster import base64url
from muster.clock import rfc3339
from muster.errors import Code
from muster.formats.json_part import JsonPart

GALLERY_UNREADABLE = Code(
    "GALLERY_UNREADABLE", "What was said about the center's gallery cannot be read: {part} is missing or wrong."
)

PATH = "/v1/gallery"
KEY_PATH, ENROL_PATH, MISSING_PATH, SEARCH_PATH = (
    f"{PATH}/{each}" for each in ("key", "enrol", "missing", "search")
)
TEMPLATES_TOGETHER = 50
SUBJECTS_TOGETHER = 1_000
_SUBJECT = re.compile(r"[0-9a-f]{64}")
_NETWORK = re.compile(r"[ -~]{1,120}")
_SIZES = range(16, 4097)
_LONGEST_SEALED = 4096
_MOST = 100


@dataclass(frozen=True, slots=True)
class CenterTemplate:
    """``vector`` is octets, two for each number."""

    subject: str
    network: str
    vector: bytes
    sealed: bytes
    kept_at: datetime


@dataclass(frozen=True, slots=True)
class Question:
    """Who is like ``vector``, but for ``own``: at the most ``most`` with a cosine of ``least``."""

    network: str
    vector: bytes
    least: float
    most: int
    own: str


@dataclass(frozen=True, slots=True)
class Alike:
    subject: str
    sealed: bytes
    cosine: float


@dataclass(frozen=True, slots=True)
class Answer:
    compared: int
    alike: tuple[Alike, ...]


def encode_templates(templates: Sequence[CenterTemplate]) -> bytes:
    return _json(
        {
            "templates": [
                {
                    "subject": each.subject,
                    "network": each.network,
                    "vector": base64url.encode(each.vector),
                    "sealed": base64url.encode(each.sealed),
                    "keptAt": rfc3339(each.kept_at),
                }
                for each in templates
            ]
        }
    )


def parse_templates(body: bytes) -> tuple[CenterTemplate, ...]:
    """Raises ``MalformedData``."""
    whole = JsonPart.of(body, GALLERY_UNREADABLE)
    parts = whole.parts("templates")
    if not 1 <= len(parts) <= TEMPLATES_TOGETHER:
        raise whole.malformed("templates")
    return tuple(
        CenterTemplate(
            parse_subject(part, "subject"), _network(part), _vector(part), _sealed(part), part.moment("keptAt")
        )
        for part in parts
    )


def encode_subjects(network: str, subjects: Sequence[str]) -> bytes:
    return _json({"network": network, "subjects": list(subjects)})


def parse_subjects(body: bytes) -> tuple[str, tuple[str, ...]]:
    """Network and subjects. Raises ``MalformedData``."""
    whole = JsonPart.of(body, GALLERY_UNREADABLE)
    subjects = whole.words("subjects")
    if len(subjects) > SUBJECTS_TOGETHER or not all(is_subject(each) for each in subjects):
        raise whole.malformed("subjects")
    return _network(whole), tuple(subjects)


def encode_question(question: Question) -> bytes:
    return _json(
        {
            "network": question.network,
            "vector": base64url.encode(question.vector),
            "least": question.least,
            "most": question.most,
            "own": question.own,
        }
    )


def parse_question(body: bytes) -> Question:
    """Raises ``MalformedData``."""
    whole = JsonPart.of(body, GALLERY_UNREADABLE)
    most = whole.number("most")
    if not 1 <= most <= _MOST:
        raise whole.malformed("most")
    return Question(_network(whole), _vector(whole), _cosine(whole, "least"), most, parse_subject(whole, "own"))


def parse_answer(response: object) -> Answer:
    """Raises ``MalformedData``."""
    whole = _part(response)
    alike = tuple(
        Alike(parse_subject(part, "subject"), _sealed(part), _cosine(part, "cosine"))
        for part in whole.parts("candidates")
    )
    return Answer(whole.number("compared"), alike)


def parse_key(response: object) -> bytes:
    """What the machine's key opens. Raises ``MalformedData``."""
    return _part(response).octets("key")


def parse_missing(response: object) -> frozenset[str]:
    """Raises ``MalformedData``."""
    return frozenset(_part(response).words("subjects"))


def is_subject(text: str) -> bool:
    return _SUBJECT.fullmatch(text) is not None


def parse_subject(part: JsonPart, name: str) -> str:
    text = part.text(name)
    if not is_subject(text):
        raise part.malformed(name)
    return text


def _part(response: object) -> JsonPart:
    whole = JsonPart("response", {"response": response}, GALLERY_UNREADABLE)
    part = whole.part("response")
    if part is None:
        raise whole.malformed("response")
    return part


def _network(part: JsonPart) -> str:
    network = part.text("network")
    if not _NETWORK.fullmatch(network):
        raise part.malformed("network")
    return network


def _vector(part: JsonPart) -> bytes:
    octets = part.octets("vector")
    if len(octets) % 2 or len(octets) // 2 not in _SIZES:
        raise part.malformed("vector")
    return octets


def _sealed(part: JsonPart) -> bytes:
    octets = part.octets("sealed")
    if not 1 <= len(octets) <= _LONGEST_SEALED:
        raise part.malformed("sealed")
    return octets


def _cosine(part: JsonPart, name: str) -> float:
    value = part.values.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1.001 <= value <= 1.001:
        raise part.malformed(name)
    return float(value)


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
