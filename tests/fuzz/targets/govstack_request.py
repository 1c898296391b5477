"""GovStack's PUT /enrollment. What parses is written in either dialect so that it parses to the same."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fuzz.mutation import deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster.formats.govstack import parse_request
from muster.formats.govstack_profile import Profile

mutate = mutate_json
LONGEST = 8192
_DIALECTS = {"mosip.resident.enrollment": "segments", "govstack.enrollment": "segment"}


def _document(envelope: str) -> dict[str, Any]:
    """As others may write it: with more than is asked for."""
    listed = envelope == "govstack.enrollment"
    face = {
        "version": {"major": 1, "minor": 1},
        "birInfo": {"integrity": False},
        "bdbInfo": {
            "index": "1", "format": {"organization": "Mosip", "type": "8"},
            "creationDate": "2026-01-02T03:04:05.000Z",
            "type": ["FACE"], "subtype": [], "level": "RAW", "purpose": "ENROLL",
            "product": {"organization": "a", "type": "b"},
            "quality": {"algorithm": {"organization": "HMAC", "type": "SHA-256"}, "score": 93},
        },
        "bdb": ["RkFD"] if listed else "RkFD", "sb": ["aGVhZGVyLi5z"] if listed else "aGVhZGVyLi5z",
        "others": {"EXCEPTION": "false"},
    }  # fmt: skip
    finger = {
        "bdbInfo": {"index": "2", "type": ["FINGER"], "subtype": ["Left", "IndexFinger"] if listed else
                    ["Left Index Finger"], "quality": {"score": 0, "qualityCalculationFailed": "true"}},
        "bdb": [] if listed else "", "others": {"EXCEPTION": "true"},
    }  # fmt: skip
    card = {
        "document": "JVBERg==",
        "value": "proofOfIdentity",
        "type": "DOC001",
        "format": "pdf",
        "refNumber": "T22",
    }
    request = {
        "offlineMode": False, "id": "10001100020000120260102030000", "refId": "10001_10002", "process": "NEW",
        "source": "REGISTRATION_CLIENT", "schemaVersion": "0.1", "metaInfo": {"metaData": "[]"},
        "fields": {"fullName": '[{"language":"eng","value":"Erika Mustermann"}]'}, "audits": [{"uuid": "1"}],
        "biometrics": {_DIALECTS[envelope]: [face, finger], "others": {"CONFIGURED": "face,leftIndex"}},
        "documents": {"proofOfIdentity": card},
    }  # fmt: skip
    return {"id": envelope, "version": "v1", "requesttime": "2026-01-02T03:04:05.000Z", "request": request}


def seeds(reference: Path | None) -> Iterator[bytes]:
    for envelope in _DIALECTS:
        yield json.dumps(_document(envelope)).encode()
    whole = _document("mosip.resident.enrollment")
    for moment in ("0001-01-01T00:00:00Z", "0999-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2026-01-02"):
        yield json.dumps({**whole, "requesttime": moment}).encode()
    yield from deep_texts(deep())
    whole["request"]["biometrics"] = {"individualBiometrics": whole["request"]["biometrics"]}
    yield json.dumps(whole).encode()


def deep() -> bytes:
    """With room for something deep where anything may stand."""
    document = _document("mosip.resident.enrollment")
    document["request"]["fields"] = {"x": "@"}
    return json.dumps(document).encode()


def run(content: bytes) -> None:
    request, _ = parse_request(content)
    assert_well_typed(request)
    for profile in Profile:
        again, spoken = parse_request(request.encode(profile))
        assert spoken is profile
        # As documents: times are written to the millisecond.
        assert again.document(Profile.SOURCE) == request.document(Profile.SOURCE)
    assert_well_typed(request.updated_by(request))
