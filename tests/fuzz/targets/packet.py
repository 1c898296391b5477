"""Whole packets. An input is the outer zip with the subpackets as plain zips in it: both layers are encrypted
here, so that what is changed is what a server sees after decrypting."""

import json
from collections.abc import Iterator
from pathlib import Path

from fuzz.keys import decryption_key, seal, signing_key
from fuzz.mutation import mutate_archive
from fuzz.typed import assert_well_typed
from muster import base64url
from muster.errors import MalformedData, NotAuthentic
from muster.formats import mosip_packet as mosip
from muster.formats.zip_archive import pack
from muster.formats.zip_reading import MAXIMUM_TOTAL_BYTES, unpack
from muster.packet.judging import judge
from muster.packet.opening import open_packet

mutate = mutate_archive
OFFSETS = False  # of the part that was decrypted
LONGEST = 16_384
REFUSALS = (MalformedData, NotAuthentic)
_RID = "10001100020000120260102030000"
_HASH = "@hash"  # of the encrypted subpacket, put in below


def seeds(reference: Path | None) -> Iterator[bytes]:
    outer: dict[str, bytes] = {}
    for name in mosip.SUBPACKETS:
        entry = mosip.EntryName(mosip.SOURCE, "NEW", _RID, name)
        inner = pack(_files(name))
        outer[entry.archive] = inner
        outer[entry.sidecar] = mosip.Sidecar(
            f"{_RID}-10001_10002-20260102031000", entry.packet_name, mosip.SOURCE, "NEW", "10001_10002", "0.1",
            base64url.encode(signing_key().sign(inner)), _HASH, "PacketWriterImpl", "v1.0",
            "2026-01-02T03:10:00.123Z",
        ).encode()  # fmt: skip
    yield pack(outer)
    yield pack({name: content for name, content in outer.items() if "_id" in name})
    yield pack({"a/b/_.zip": b"", "x.zip": b""})
    yield pack({})
    if reference:
        yield from _reference_packets(reference)


def _files(name: str) -> dict[str, bytes]:
    identity = {"fullName": [{"language": "eng", "value": "Erika Mustermann"}]}
    files = {mosip.ID_FILE: mosip.identity_json(identity), "proofOfIdentity.pdf": b"%PDF"}
    listed = ["ID", "proofOfIdentity"]
    meta = {"registrationId": _RID, "hashSequence1": mosip.hash_sequence({"demographicSequence": listed}),
            "hashSequence2": mosip.hash_sequence({"otherFiles": ["audit"]})}  # fmt: skip
    if name == "id":
        files[mosip.AUDIT_FILE] = b"[]"
    return {
        **files,
        mosip.META_FILE: json.dumps({"identity": meta}).encode(),
        mosip.DATA_HASH_FILE: mosip.hash_of([files[mosip.ID_FILE], files["proofOfIdentity.pdf"]]),
        **({mosip.OPERATIONS_HASH_FILE: mosip.hash_of([files[mosip.AUDIT_FILE]])} if name == "id" else {}),
    }


def _reference_packets(reference: Path) -> Iterator[bytes]:
    """Decrypted, and their pictures shortened: those are nobody's business here."""
    from muster.crypto.envelope import DecryptionKey

    folder = reference / "mosip" / "packet"
    key = DecryptionKey.from_pem((folder / "server-key.p8").read_bytes())
    for file in sorted(folder.glob("*.zip")):
        outer = unpack(key.decrypt(file.read_bytes()))
        for name in [each for each in outer if each.endswith(".zip")]:
            inner = unpack(key.decrypt(outer[name]))
            outer[name] = pack(
                {each: content[:500] if len(content) > 4000 else content for each, content in inner.items()}
            )
        yield pack(outer)


def run(content: bytes) -> None:
    try:
        outer = unpack(content)
    except MalformedData:
        open_packet(seal(content), decryption_key())
        return
    for name in [each for each in outer if each.endswith(".zip")]:
        outer[name] = seal(outer[name])
        sidecar = name.removesuffix(".zip") + ".json"
        if sidecar in outer:
            digest = mosip.encrypted_hash(outer[name]).encode()
            outer[sidecar] = outer[sidecar].replace(_HASH.encode(), digest)
    opened = judge(open_packet(seal(pack(outer)), decryption_key(), signing_key().public_pem))
    assert opened.is_valid in (True, False)
    for each in opened.subpackets:
        assert sum(map(len, each.files.values())) <= MAXIMUM_TOTAL_BYTES
    assert_well_typed(opened)
