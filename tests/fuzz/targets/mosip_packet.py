"""The small files of a packet: sidecars, ID.json, packet_meta_info.json, the names of the parts."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fuzz.mutation import deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster.errors import MalformedData
from muster.formats import mosip_packet as mosip

mutate = mutate_json
WORDS = (b'"identity"', b'"hashSequence1"', b'"hashSequence2"', b'"value"', b'"label"', b"_id.zip",
         b"REGISTRATION_CLIENT/NEW/", b"\xff\xfe", b'"refid"', b'"encryptedhash"')  # fmt: skip
_RID = "10001100020000120260102030000"


def seeds(reference: Path | None) -> Iterator[bytes]:
    sidecar = mosip.Sidecar(
        f"{_RID}-10001_10002-20260102031000", f"{_RID}_id", mosip.SOURCE, "NEW", "10001_10002", "0.1", "c2ln",
        "aGFzaA", "PacketWriterImpl", "v1.0", "2026-01-02T03:10:00.123Z",
    )  # fmt: skip
    yield sidecar.encode()
    yield json.dumps({"identity": {
        "registrationId": _RID,
        "hashSequence1": [{"label": "applicantBiometricSequence", "value": ["individualBiometrics_bio_CBEFF"]}],
        "hashSequence2": [{"label": "otherFiles", "value": ["audit"]}, {"label": "x", "value": [1, None, {}]}],
    }}).encode()  # fmt: skip
    yield from deep_texts(b'{"identity":{"hashSequence1":[{"value":["@"]}]},"signature":"@","id":1}')
    yield from deep_texts(b'{"identity":{"hashSequence1":[{"value":["@"]}]}}')
    yield mosip.EntryName(mosip.SOURCE, "NEW", _RID, "id").archive.encode()
    yield b"/x/_.zip"


def run(content: bytes) -> None:
    with suppress(UnicodeDecodeError):
        name = content.decode()
        with suppress(MalformedData):
            entry = mosip.EntryName.parse(name)
            assert entry.archive == name.removesuffix(".zip") + ".zip"
            assert_well_typed(entry)
    sidecar = mosip.Sidecar.parse(content)
    assert_well_typed(sidecar)
    identity = mosip.parse_identity(content)
    for key in ("hashSequence1", "hashSequence2"):
        with suppress(MalformedData):
            names = mosip.parse_hash_sequence(identity, key)
            assert names is None or all(isinstance(each, str) for each in names)
