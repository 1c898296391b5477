"""GovStack's PUT /enrollment. What parses is written in either dialect so that it parses to the same."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from fuzz.mutation import deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster.formats.govstack import (
    Biometrics,
    EnrolledDocument,
    EnrollmentRequest,
    Profile,
    Registry,
    RegistryEntry,
    Segment,
    parse_request,
)  # fmt: skip

mutate = mutate_json
LONGEST = 8192
_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_RID = "10001100020000120260102030000"
_REQUEST = EnrollmentRequest(
    id=_RID, requested_at=_AT, ref_id="10001_10002", process="NEW", source="REGISTRATION_CLIENT",
    schema_version="0.1",
    fields={"fullName": '[{"language":"eng","value":"Erika Mustermann"}]'}, meta_info={"metaData": "[]"},
    audits=({"uuid": "1"},),
    biometrics=Biometrics(
        (
            Segment("face", "1", _AT, 93, b"FAC\0", b"header..signature", {"EXCEPTION": "false"},
                    registries={Registry.PRODUCT: RegistryEntry("a", "b")}),
            Segment("leftIndex", "2", None, 0, b"", b"", {"EXCEPTION": "true"}, calculation_failed=True),
        ),
        {"CONFIGURED": "face,leftIndex"},
    ),
    documents={"proofOfIdentity": EnrolledDocument(b"%PDF", "proofOfIdentity", "DOC001", "pdf", "T22000129")},
)  # fmt: skip


def seeds(reference: Path | None) -> Iterator[bytes]:
    for profile in Profile:
        yield _REQUEST.encode(profile)
    for moment in ("0001-01-01T00:00:00Z", "0999-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", "2026-01-02"):
        yield json.dumps({**_REQUEST.document(Profile.SOURCE), "requesttime": moment}).encode()
    yield from deep_texts(deep())
    by_field = _REQUEST.document(Profile.SOURCE)
    by_field["request"]["biometrics"] = {"individualBiometrics": by_field["request"]["biometrics"]}
    yield json.dumps(by_field).encode()


def deep() -> bytes:
    """With room for something deep where anything may stand."""
    document = _REQUEST.document(Profile.SOURCE)
    document["request"]["fields"] = {"x": "@"}
    return json.dumps(document).encode()


def run(content: bytes) -> None:
    request, _ = parse_request(content)
    assert_well_typed(request)
    for profile in Profile:
        again, spoken = parse_request(request.encode(profile))
        assert spoken is profile
        assert _known_to_milliseconds(again) == _known_to_milliseconds(request)
    assert_well_typed(request.updated_by(request))


def _known_to_milliseconds(request: EnrollmentRequest) -> dict[str, object]:
    """Times are written to the millisecond."""
    return request.document(Profile.SOURCE)
