"""Telling a registration in another system's words: whose, how much of it, and that it is on record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from muster.clock import utc_now
from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, NetworkUnavailable, NotAuthentic, Refused
from muster.formats.govstack import NO_FIELD, EnrollmentRequest
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.exporting import Profile
from muster.workstation.server import SERVER_NOT_SECURE
from muster.workstation.station import Station
from muster.workstation.submission import CONTENT_CHANGED, CONTENT_GONE, STEPS_OPEN
from receivers import enrollment
from unit.workstation.desks import OFFICER, audited, desk_at, play, with_database_key


def test_an_unknown_registration_is_refused(root: Path) -> None:
    with desk_at(root) as desk, pytest.raises(BadInput):
        desk.exporting.govstack(RegistrationId("10001100010999920260102030000"))


def test_a_draft_that_was_given_up_has_nothing_to_tell(root: Path) -> None:
    with desk_at(root) as desk:
        draft = play(desk, Step.DEMOGRAPHICS)
        desk.enrollment.discard(draft, "The person left")
        with pytest.raises(Refused) as caught:
            desk.exporting.govstack(draft)
        assert caught.value.code is CONTENT_GONE
        assert "MUS-REG-012" not in audited(desk, draft)


def test_a_draft_without_any_answer_is_told_as_it_is(root: Path) -> None:
    with desk_at(root) as desk:
        draft = desk.enrollment.start(("eng",)).id
        body = desk.exporting.govstack(draft)
    assert body["request"]["id"] == draft.text
    assert set(body["request"]["fields"]) == {"IDSchemaVersion"}


def test_each_export_is_on_record_with_whose_words_it_used(root: Path) -> None:
    with desk_at(root) as desk:
        draft = play(desk, Step.DEMOGRAPHICS)
        desk.exporting.govstack(draft, Profile.GOVSTACK_YAML)
        record = desk.trail.about(draft)[-1]
    assert (record.event, record.actor, record.detail) == ("MUS-REG-012", OFFICER.user_id, {"wording": "govstack"})


def test_what_was_changed_behind_the_signature_is_not_told(root: Path) -> None:
    with desk_at(root) as desk:
        draft = play(desk, Step.SIGNATURE)
    with_database_key(
        root,
        "UPDATE registration_event SET body = replace(body, 'Erika', 'Max') WHERE kind = 'DemographicsEntered'",
    )
    with desk_at(root) as desk, pytest.raises(NotAuthentic) as caught:
        desk.exporting.govstack(draft)
    assert caught.value.code is CONTENT_CHANGED


def test_how_it_was_captured_is_said_of_what_waits_and_of_what_does_not(root: Path) -> None:
    with desk_at(root) as desk:
        draft = play(desk, Step.DEMOGRAPHICS)
        assert desk.exporting.govstack(draft)["request"]["offlineMode"] is False
        signed = play(desk, Step.SIGNATURE)
        assert desk.exporting.govstack(signed)["request"]["offlineMode"] is True


# To a server


def test_what_nobody_signed_is_not_sent(root: Path) -> None:
    with desk_at(root) as desk:
        draft = play(desk, Step.DEMOGRAPHICS)
        with pytest.raises(Refused) as caught:
            desk.exporting.put_govstack(draft, "https://127.0.0.1:1")
        assert caught.value.code is STEPS_OPEN
        assert "MUS-REG-012" not in audited(desk, draft)


def test_a_server_in_the_clear_gets_nothing(root: Path) -> None:
    with desk_at(root) as desk:
        signed = play(desk, Step.SIGNATURE)
        with pytest.raises(BadInput) as caught:
            desk.exporting.put_govstack(signed, "http://enrollment.example")
        assert caught.value.code is SERVER_NOT_SECURE
        assert "MUS-REG-012" not in audited(desk, signed)


def test_a_server_that_is_not_there_leaves_a_record_that_content_may_have_left(root: Path) -> None:
    with desk_at(root) as desk:
        signed = play(desk, Step.SIGNATURE)
        with pytest.raises(NetworkUnavailable):
            desk.exporting.put_govstack(signed, "http://127.0.0.1:1")
        record = desk.trail.about(signed)[-1]
    assert (record.event, record.detail) == ("MUS-REG-012", {"wording": "govstack", "server": "127.0.0.1"})


@pytest.mark.parametrize("profile", Profile)
def test_what_is_sent_over_a_socket_is_kept_there_whole_and_sent_again_it_is_known(
    root: Path, profile: Profile
) -> None:
    station = Station.at(root, utc_now)
    receiver = EmbeddedReceiver(station.folder, station.identity)
    try:
        with desk_at(root) as desk:
            signed = play(desk, Step.SIGNATURE)
            told = EnrollmentRequest.parse(json.dumps(desk.exporting.govstack(signed, profile)).encode())
            first = desk.exporting.put_govstack(signed, receiver.url(), profile)
            again = desk.exporting.put_govstack(signed, receiver.url(), profile)
            assert audited(desk, signed)[-1] == "MUS-REG-014"
    finally:
        receiver.close()
    assert (first.created, again.created) == (True, False)
    kept = EnrollmentRequest.parse(enrollment(station.folder.receiver, signed.text))
    assert [each.type for each in kept.biometrics[NO_FIELD].birs].count("Finger") == 10
    # Each time it is told at another time, and more has happened.
    assert replace(kept, requested_at=None, audits=()) == replace(told, requested_at=None, audits=())
    assert set(_ids(told)) < set(_ids(kept))


def _ids(request: EnrollmentRequest) -> list[str]:
    return [each["uuid"] for each in request.audits]
