"""GovStack's answer. What parses is written in either dialect so that it parses to the same."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from fuzz.mutation import mutate_json
from fuzz.typed import assert_well_typed
from muster.formats.govstack import EnrollmentError, EnrollmentResponse, PacketInfo
from muster.formats.govstack_profile import Profile

mutate = mutate_json
_AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
_PACKET = PacketInfo("1", "id", "S", "NEW", "10001_10002", "0.1", "", "", "PacketWriterImpl", "1.0", _AT)


def seeds(reference: Path | None) -> Iterator[bytes]:
    for profile in Profile:
        yield EnrollmentResponse(_AT, (_PACKET,), (), "extra").encode(profile)
        yield EnrollmentResponse(_AT, errors=(EnrollmentError("RPR-RGS-003", "Invalid Sync Type"),)).encode(
            profile
        )


def run(content: bytes) -> None:
    response = EnrollmentResponse.parse(content)
    assert_well_typed(response)
    for profile in Profile:
        again = EnrollmentResponse.parse(response.encode(profile))
        assert again.document(profile) == response.document(profile)
