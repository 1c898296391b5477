"""The proof of an identity as a file: what a registration's identity rests on, signed by the station.

Our own format, in the place of ID&V's proof file. A zip of ::

    manifest.json     what it is about, how everything stood, and every other file by its SHA-256
    manifest.jws      the same octets, signed by the station's machine key (compact JWS, RS256)
    evidence/*.json   the evidence in each system's words
    files/*           attestations and other signed results behind it

Pictures and documents of the person are not inside: the manifest has their digests, so that whoever kept one can
show that it is the one that was looked at. The manifest::

    {"format": 1, "station", "registrationId", "packetId", "packetSha256", "at", "key",
     "trail": {"sequence", "head"}, "evaluation": {...}, "files": [{"name", "mediaType", "sha256", "size"}],
     "notInside": [{"role", "mediaType", "sha256", "size"}]}

``key`` is the machine key's public part, ``trail`` the last record of the station's audit trail before this, by
which it can be found there; ``evaluation`` is in ID&V's words.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from muster import base64url
from muster.clock import rfc3339
from muster.errors import Code, MalformedData, NotAuthentic
from muster.formats.json_part import JsonPart, required_object
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import unpack

PROOF_UNREADABLE = Code(
    "PROOF_UNREADABLE", "This file is no proof of an identity: {part} is missing or has a wrong form."
)
PROOF_CHANGED = Code(
    "PROOF_CHANGED", "This proof of an identity was changed after it was made: {part} is not what was signed."
)

FORMAT = 1
MANIFEST, SIGNATURE = "manifest.json", "manifest.jws"
_NAME = re.compile(r"(evidence|files)/[0-9a-z-]{1,80}\.[a-z0-9]{2,5}")
_STATION = re.compile(r"[0-9]{1,10}_[0-9]{1,10}")
_REGISTRATION_ID = re.compile(r"[0-9]{29}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z0-9.+-]{1,60}")
_WORD = re.compile(r"[a-z_]{1,40}")
_PACKET_ID = re.compile(r"[0-9A-Za-z_-]{1,100}")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file; ``name`` is where it lies in the archive, or its role for one that is not inside."""

    name: str
    media_type: str
    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    station: str
    registration_id: str
    packet_id: str
    packet_digest: str
    at: datetime
    key: bytes
    trail_sequence: int
    trail_head: str
    evaluation: Mapping[str, Any]
    files: tuple[Listed, ...]
    not_inside: tuple[Listed, ...] = ()

    def encode(self) -> bytes:
        content = {
            "format": FORMAT,
            "station": self.station,
            "registrationId": self.registration_id,
            "packetId": self.packet_id,
            "packetSha256": self.packet_digest,
            "at": rfc3339(self.at),
            "key": base64url.encode(self.key),
            "trail": {"sequence": self.trail_sequence, "head": self.trail_head},
            "evaluation": self.evaluation,
            "files": [_written("name", each) for each in self.files],
            "notInside": [_written("role", each) for each in self.not_inside],
        }
        return json.dumps(content, ensure_ascii=False, indent=1).encode()

    @classmethod
    def parse(cls, content: bytes) -> Manifest:
        """Raises ``MalformedData``. A file's name leads nowhere but into the archive: nothing else passes."""
        body = JsonPart.of(content, PROOF_UNREADABLE)
        trail = body.part("trail")
        if body.number("format") != FORMAT or trail is None:
            raise body.malformed("format")
        return cls(
            _matching(body, "station", _STATION),
            _matching(body, "registrationId", _REGISTRATION_ID),
            _matching(body, "packetId", _PACKET_ID),
            _matching(body, "packetSha256", _DIGEST),
            body.moment("at"),
            body.octets("key"),
            trail.number("sequence"),
            _matching(trail, "head", _DIGEST),
            required_object(body.values, "evaluation", PROOF_UNREADABLE),
            tuple(_listed(each, "name", _NAME) for each in body.parts("files")),
            tuple(_listed(each, "role", _WORD) for each in body.parts("notInside")),
        )


@dataclass(frozen=True, slots=True)
class ProofArchive:
    """``signature`` is the token over the manifest's octets; whether it holds is not known here."""

    manifest: Manifest
    signature: str
    files: Mapping[str, bytes] = field(repr=False)


def listed(name: str, media_type: str, content: bytes) -> Listed:
    return Listed(name, media_type, hashlib.sha256(content).hexdigest(), len(content))


def write_proof(manifest: bytes, signature: str, files: Mapping[str, bytes]) -> bytes:
    """The same octets for the same contents."""
    return pack({MANIFEST: manifest, SIGNATURE: signature.encode("ascii"), **files})


def read_proof(content: bytes) -> ProofArchive:
    """Every file is there, is what the manifest says, and there is no other; what the token holds are the octets
    of the manifest. Raises ``MalformedData``, ``NotAuthentic(PROOF_CHANGED)``."""
    files = unpack(content)
    for name in (MANIFEST, SIGNATURE):
        if name not in files:
            raise MalformedData(PROOF_UNREADABLE, part=name)
    manifest = Manifest.parse(files[MANIFEST])
    signature = _token(files[SIGNATURE], files[MANIFEST])
    inside = {name: each for name, each in files.items() if name not in (MANIFEST, SIGNATURE)}
    named = {each.name: each for each in manifest.files}
    for name in sorted(set(named) ^ set(inside)):
        raise NotAuthentic(PROOF_CHANGED, part=name if name in named else "files")
    for name, each in inside.items():
        if (hashlib.sha256(each).hexdigest(), len(each)) != (named[name].digest, named[name].size):
            raise NotAuthentic(PROOF_CHANGED, part=name)
    return ProofArchive(manifest, signature, inside)


def _token(signature: bytes, manifest: bytes) -> str:
    try:
        token = signature.decode("ascii")
        signed = base64url.decode(token.split(".")[1])
    except (ValueError, IndexError) as error:
        raise MalformedData(PROOF_UNREADABLE, part=SIGNATURE) from error
    if signed != manifest:
        raise NotAuthentic(PROOF_CHANGED, part=MANIFEST)
    return token


def _written(name: str, each: Listed) -> dict[str, object]:
    return {name: each.name, "mediaType": each.media_type, "sha256": each.digest, "size": each.size}


def _listed(part: JsonPart, name: str, form: re.Pattern[str]) -> Listed:
    return Listed(
        _matching(part, name, form),
        _matching(part, "mediaType", _MEDIA_TYPE),
        _matching(part, "sha256", _DIGEST),
        part.number("size"),
    )


def _matching(part: JsonPart, name: str, form: re.Pattern[str]) -> str:
    text = part.text(name)
    if not form.fullmatch(text):
        raise part.malformed(name)
    return text
