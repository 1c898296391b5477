"""Telling a registration in another system's words: whose, how much of it, and that it is on record."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, NotAuthentic, Refused
from muster.workstation.exporting import Profile
from muster.workstation.submission import CONTENT_CHANGED, CONTENT_GONE
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
