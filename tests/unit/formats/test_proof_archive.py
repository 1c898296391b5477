"""The proof of an identity as a file: what it is made of, and what of it can be changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from muster import base64url
from muster.errors import MalformedData, MusterError, NotAuthentic
from muster.formats.proof_archive import (
    MANIFEST,
    SIGNATURE,
    Listed,
    Manifest,
    listed,
    read_proof,
    write_proof,
)
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import unpack

FILES = {"evidence/gips.json": b'{"told": 1}', "files/0a.pdf": b"%PDF-1.7"}
NAMED = Manifest(
    station="10001_10002",
    registration_id="10001100020000120260301120000",
    packet_id="10001100020000120260301120000",
    packet_digest="ab" * 32,
    at=datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
    key=b"key",
    trail_sequence=7,
    trail_head="cd" * 32,
    evaluation={"globalStatus": {"status": "CLOSED"}},
    files=tuple(listed(name, "application/json", content) for name, content in FILES.items()),
    not_inside=(Listed("front", "image/jpeg", "ef" * 32, 10),),
)


def token(manifest: bytes) -> str:
    return f"aGVhZA.{base64url.encode(manifest)}.c2ln"


def archive(manifest: Manifest = NAMED, files: dict[str, bytes] | None = None) -> bytes:
    content = manifest.encode()
    return write_proof(content, token(content), FILES if files is None else files)


def test_reading_gives_back_what_was_written() -> None:
    found = read_proof(archive())
    assert (found.manifest, found.files) == (NAMED, FILES)


def test_the_same_contents_are_the_same_octets() -> None:
    assert archive() == archive()


def test_no_flipped_byte_changes_what_is_read() -> None:
    content = archive()
    for place in range(len(content)):
        changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
        try:
            found = read_proof(changed)
        except MusterError:
            continue
        assert (found.manifest, found.files) == (NAMED, FILES), place


@pytest.mark.parametrize(
    "files",
    [
        {"evidence/gips.json": b'{"told": 1}'},
        {**FILES, "files/0b.pdf": b"more"},
        {**FILES, "files/0a.pdf": b"%PDF-1.8"},
        {**FILES, "evidence/gips.json": b'{"told": 1} '},
    ],
    ids=["missing", "added", "changed", "longer"],
)
def test_files_that_are_not_those_of_the_manifest_are_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(NotAuthentic) as error:
        read_proof(archive(files=files))
    assert error.value.code.name == "PROOF_CHANGED"


def test_a_manifest_beside_the_signed_one_is_refused() -> None:
    other = replace(NAMED, packet_id="20260301").encode()
    with pytest.raises(NotAuthentic) as error:
        read_proof(write_proof(other, token(NAMED.encode()), FILES))
    assert error.value.detail == {"part": MANIFEST}


@pytest.mark.parametrize("name", [MANIFEST, SIGNATURE])
def test_a_proof_without_manifest_or_signature_is_none(name: str) -> None:
    files = unpack(archive())
    del files[name]
    with pytest.raises(MalformedData):
        read_proof(pack(files))


Change = Callable[[dict[str, Any]], object]


@pytest.mark.parametrize(
    "change",
    [
        lambda said: said.update(format=2),
        lambda said: said.update(station="../.."),
        lambda said: said.update(registrationId="1"),
        lambda said: said.update(packetSha256="AB" * 32),
        lambda said: said.update(at="yesterday"),
        lambda said: said.pop("trail"),
        lambda said: said.update(evaluation=[]),
        lambda said: said["files"][0].update(name="../evidence/gips.json"),
        lambda said: said["files"][0].update(name="files/a/b.pdf"),
        lambda said: said["notInside"][0].update(sha256="1"),
    ],
)
def test_a_manifest_that_breaks_its_form_is_refused(change: Change) -> None:
    said = json.loads(NAMED.encode())
    change(said)
    with pytest.raises(MalformedData):
        Manifest.parse(json.dumps(said).encode())


@pytest.mark.parametrize("signature", ["", "no token", "a.%%.c"])
def test_a_signature_that_is_no_token_is_refused(signature: str) -> None:
    with pytest.raises(MalformedData) as caught:
        read_proof(write_proof(NAMED.encode(), signature, FILES))
    assert caught.value.detail["part"] == SIGNATURE
