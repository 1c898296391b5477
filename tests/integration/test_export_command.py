"""``muster export``: a registration in another system's words, as scripts ask for it.

Every test starts the real program; one station serves the whole file.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from muster.domain.registration import StationId
from muster.formats.govstack import NO_FIELD, EnrollmentRequest
from muster.formats.govstack_profile import Profile
from muster.workstation.data_folder import DataFolder
from muster.workstation.embedded_receiver import EmbeddedReceiver
from receivers import enrollment
from unit.formats.govstack_yaml import load_api, schema_of

Muster = Callable[..., Any]


@pytest.fixture(scope="module")
def station(muster: Muster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("export") / "station"
    assert muster("station", "create", "--demo", "--data", data, "--json").status == 0
    return data


@pytest.fixture(scope="module")
def sealed(muster: Muster, station: Path, erika_whole: Path) -> str:
    """A registration that was signed and sealed but reached no server, so that its content is still here."""
    nobody = ("--server", "http://127.0.0.1:1")
    # The certificate packets are sealed to comes with the first delivery.
    delivered = muster("enroll", "--from", erika_whole, "--data", station, "--json")
    assert (delivered.status, delivered.document["state"]) == (0, "delivered")
    ran = muster("enroll", "--from", erika_whole, "--data", station, *nobody, "--json")
    assert (ran.status, ran.document["state"]) == (0, "sealed")
    return str(ran.document["registration_id"])


@pytest.fixture(scope="module")
def draft(muster: Muster, station: Path, erika_whole: Path) -> str:
    ran = muster("enroll", "--from", erika_whole, "--stop-after", "demographics", "--data", station, "--json")
    assert ran.status == 0
    return str(ran.document["registration_id"])


@pytest.mark.parametrize(
    ("registration_id", "code"),
    [
        ("10001100010999920260102030000", "REGISTRATION_UNKNOWN"),
        ("../muster.db", "REGISTRATION_ID_LENGTH"),
    ],
)
def test_a_registration_that_is_not_here_is_bad_input(
    muster: Muster, station: Path, registration_id: str, code: str
) -> None:
    ran = muster("export", registration_id, "--as", "govstack", "--data", station, "--json")
    assert (ran.status, ran.error_code) == (2, code)


def test_words_that_nobody_speaks_are_bad_usage(muster: Muster, station: Path) -> None:
    ran = muster("export", "10001100010999920260102030000", "--as", "klingon", "--data", station, "--json")
    assert ran.status == 2


def test_what_was_delivered_and_destroyed_cannot_be_told_any_more(
    muster: Muster, station: Path, sealed: str
) -> None:
    packets = muster("queue", "list", "--data", station, "--json").document["packets"]
    delivered = next(each["registration_id"] for each in packets if each["state"] == "PUSHED")
    ran = muster("export", delivered, "--as", "govstack", "--data", station, "--json")
    assert (ran.status, ran.error_code) == (1, "CONTENT_GONE")


def test_a_sealed_registration_is_told_whole(muster: Muster, station: Path, sealed: str) -> None:
    ran = muster("export", sealed, "--as", "govstack", "--data", station, "--json")
    assert ran.status == 0
    assert ran.document["id"] == "mosip.resident.enrollment"
    request = EnrollmentRequest.parse(ran.out.encode())
    assert (request.id, request.process, request.ref_id) == (sealed, "NEW", "10001_10001")
    assert json.loads(request.fields["fullName"])[0]["value"] == "Erika Mustermann"
    assert len(request.biometrics[NO_FIELD].birs) == 14  # ten fingers or their absence, two irises, face, photo
    assert set(request.documents) == {"proofOfIdentity"}
    operations = {each["label"]: each["value"] for each in json.loads(request.meta_info["operationsData"])}
    assert operations["officerPassword"] == "true"


def test_the_other_dialect_is_what_the_published_api_asks_for(
    muster: Muster, station: Path, sealed: str, reference_data: Path
) -> None:
    ran = muster("export", sealed, "--as", "govstack", "--profile", Profile.GOVSTACK_YAML.value, "--data", station)
    assert ran.status == 0
    assert ran.document["id"] == "govstack.enrollment"
    Draft202012Validator(schema_of(load_api(reference_data), "enrollmentRequest")).validate(ran.document)


def test_a_draft_is_told_as_far_as_it_is_and_that_is_on_record(muster: Muster, station: Path, draft: str) -> None:
    ran = muster("export", draft, "--as", "govstack", "--data", station)
    request = EnrollmentRequest.parse(ran.out.encode())
    assert (ran.status, request.biometrics, request.documents) == (0, {}, {})
    operations = {each["label"]: each["value"] for each in json.loads(request.meta_info["operationsData"])}
    assert operations["officerPassword"] == "false"
    trail = muster("audit", "list", "--user", "supervisor", "--data", station, "--json").document["records"]
    assert next(each["event"] for each in trail if each["subject"] == draft) == "MUS-REG-012"


def test_sent_to_a_server_it_is_kept_there_and_the_answer_says_whether_it_is_new(
    muster: Muster, station: Path, sealed: str
) -> None:
    receiver = EmbeddedReceiver(DataFolder(station), StationId("10001", "10001"))
    try:
        put = ("export", sealed, "--as", "govstack", "--put", receiver.url(), "--data", station)
        first, again = muster(*put, "--json"), muster(*put)
    finally:
        receiver.close()
    assert (first.status, first.document) == (0, {"registration_id": sealed, "created": True})
    assert (again.status, again.out) == (0, "Known there already.\n")
    assert EnrollmentRequest.parse(enrollment(DataFolder(station).receiver, sealed)).offline is True


def test_a_server_that_is_not_there_is_missing(muster: Muster, station: Path, sealed: str) -> None:
    nobody = "http://127.0.0.1:1"
    ran = muster("export", sealed, "--as", "govstack", "--put", nobody, "--data", station, "--json")
    assert (ran.status, ran.error_code) == (3, "SERVER_UNREACHABLE")


# --- the evidence behind it ------------------------------------------------------------------------------


def test_an_officer_is_told_the_level_and_what_would_raise_it(muster: Muster, station: Path, sealed: str) -> None:
    ran = muster("evidence", "show", sealed, "--data", station, "--json")
    assert (ran.status, ran.document["level"], ran.document["pieces"]) == (0, "LOA0", 0)
    assert {"add": ["document_optical", "face_match"], "reaches": "LOA2"} in ran.document["upgrade_paths"]


def test_the_pieces_themselves_are_for_supervisors(muster: Muster, station: Path, sealed: str) -> None:
    ran = muster("evidence", "show", sealed, "--all", "--data", station, "--json")
    assert (ran.status, ran.document["error"]["code"]) == (1, "SUPERVISOR_ONLY")


@pytest.mark.parametrize("wording", ["gips", "mitrust", "oidc-ida"])
def test_where_nobody_proved_anything_there_is_no_evidence_to_tell(
    muster: Muster, station: Path, sealed: str, wording: str
) -> None:
    ran = muster("export", sealed, "--as", wording, "--data", station, "--json")
    assert (ran.status, ran.document["error"]["code"]) == (1, "EVIDENCE_ABSENT")


def test_only_govstacks_words_are_sent(muster: Muster, station: Path, sealed: str) -> None:
    put = ("--put", "https://govstack.example")
    ran = muster("export", sealed, "--as", "gips", *put, "--data", station, "--json")
    assert (ran.status, ran.document["error"]["code"]) == (2, "EXPORT_NOT_SENT")
