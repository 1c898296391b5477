"""Beginning, finding again, answering and giving up."""

from __future__ import annotations

from pathlib import Path

import pytest

from muster.domain.applicant import LocalizedText
from muster.domain.biometrics import BiometricAttribute
from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, StorageUnavailable
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.policy import Policy
from unit.workstation.desks import QUICK, audited, blob_files, desk_at, picture, play, with_database_key


def test_a_nearly_full_disk_lets_no_registration_begin(root: Path) -> None:
    with desk_at(root, policy=Policy(minimum_free_bytes=10**18)) as desk:
        with pytest.raises(StorageUnavailable) as caught:
            desk.enrollment.start()
        assert caught.value.code.name == "DISK_NEARLY_FULL"
        assert desk.enrollment.drafts() == ()


def test_a_language_the_station_does_not_know_is_refused(desk: Desk) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.start(("eng", "tlh"))
    assert "tlh" in caught.value.sentence


@pytest.mark.parametrize("languages", [(), ("eng", "eng")])
def test_a_registration_has_languages_and_each_of_them_once(desk: Desk, languages: tuple[str, ...]) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.start(languages)
    assert caught.value.code.name == "LANGUAGES_UNUSABLE"


def test_nobody_consents_to_a_wording_that_does_not_exist(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.give_consent(draft, "tlh")
    assert caught.value.code.name == "LANGUAGE_UNKNOWN"
    assert desk.enrollment.registration(draft).consent is None


def test_the_consent_is_shown_in_the_first_language_there_is_when_it_lacks_the_one_asked_for(
    desk: Desk,
) -> None:
    assert desk.enrollment.consent_text("tlh") == desk.enrollment.consent_text("eng")


def test_a_form_with_findings_is_not_committed(desk: Desk, draft: RegistrationId) -> None:
    findings = desk.enrollment.enter_demographics(draft, {"phone": "1"})
    assert ("FIELD_FORMAT", "phone") in [(each.code.name, each.field) for each in findings]
    assert audited(desk, draft) == ["MUS-REG-001"]


def test_a_good_form_is_committed_spelled_out_and_without_empty_fields(desk: Desk, draft: RegistrationId) -> None:
    values = {**demo_script().demographics, "residenceStatus": " "}
    assert desk.enrollment.enter_demographics(draft, values) == ()
    kept = desk.enrollment.registration(draft).demographics
    assert kept["gender"] == LocalizedText.of(eng="Female", fra="Féminin")
    assert "residenceStatus" not in kept


def test_the_trail_counts_the_fields_and_names_nobody(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.enter_demographics(draft, demo_script().demographics)
    assert dict(desk.trail.about(draft)[-1].detail) == {"fields": "14"}


def test_an_unfinished_form_is_kept_as_typed_and_the_step_stays_open(desk: Desk, draft: RegistrationId) -> None:
    state = desk.enrollment.keep_draft(draft, {"phone": "01", "email": " "})
    assert dict(state.demographics) == {"phone": "01"}
    assert not state.is_done(Step.DEMOGRAPHICS)


def test_keeping_the_same_form_again_writes_nothing(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.keep_draft(draft, {"phone": "01"})
    desk.enrollment.keep_draft(draft, {"phone": "01"})
    assert audited(desk, draft) == ["MUS-REG-001", "MUS-REG-011"]


def test_drafts_are_listed_with_name_and_next_step_the_last_touched_first(root: Path) -> None:
    with desk_at(root) as desk:
        erika = play(desk, Step.DEMOGRAPHICS)
        nameless = desk.enrollment.start(("fra",)).id
        desk.enrollment.give_consent(erika, "eng")
        drafts = desk.enrollment.drafts()
    assert [(each.id, each.applicant_name, each.next_step) for each in drafts] == [
        (erika, "Erika Mustermann", Step.DOCUMENTS),
        (nameless, "", Step.CONSENT),
    ]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", True),
        ("erika", True),
        ("MUST er", True),
        ("rika", False),
        ("erika x", False),
        ("muster 9999999", False),
    ],
)
def test_drafts_are_found_by_the_beginnings_of_names(
    desk: Desk, draft: RegistrationId, words: str, *, found: bool
) -> None:
    desk.enrollment.keep_draft(draft, demo_script().demographics)
    assert bool(desk.enrollment.drafts(words)) is found
    assert desk.enrollment.drafts(draft.text[-9:])


def test_taking_a_draft_up_again_is_on_record(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.resume(draft)
    assert audited(desk, draft)[-1] == "MUS-REG-008"


def test_what_nothing_was_said_in_is_gone_when_it_is_put_away(desk: Desk) -> None:
    begun = desk.enrollment.start().id
    desk.enrollment.put_away(begun)
    assert desk.enrollment.drafts(begun.text) == ()


def test_what_somebody_agreed_to_waits_when_it_is_put_away(desk: Desk) -> None:
    begun = desk.enrollment.start().id
    desk.enrollment.give_consent(begun, "eng")
    desk.enrollment.put_away(begun)
    assert [each.id for each in desk.enrollment.drafts(begun.text)] == [begun]


def test_giving_up_destroys_what_was_recorded_and_keeps_that_it_was(root: Path) -> None:
    with desk_at(root) as desk:
        draft = play(desk, Step.FACE)
        assert blob_files(root)
        desk.enrollment.discard(draft, "the person left")
        assert blob_files(root) == []
        assert desk.enrollment.drafts() == ()
        state = desk.enrollment.registration(draft)
        assert (dict(state.demographics), dict(state.samples), state.consent) == ({}, {}, None)
        assert state.discarded is not None and state.discarded.operator == "erika"
        assert audited(desk, draft)[-2:] == ["MUS-REG-009", "MUS-REG-010"]
    kinds = with_database_key(root, "SELECT kind FROM registration_event ORDER BY number")
    assert kinds == [("Started",), ("Discarded",)]


def test_giving_up_is_one_step_even_when_the_files_cannot_be_deleted_now(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def held(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "another program has the file open")

    with desk_at(root) as desk:
        draft = play(desk, Step.DOCUMENTS)
        with monkeypatch.context() as patch:
            patch.setattr(Path, "unlink", held)
            with pytest.raises(StorageUnavailable):
                desk.enrollment.discard(draft, "the person left")
        assert not desk.enrollment.registration(draft).demographics
        assert blob_files(root)
    with desk_at(root):
        assert blob_files(root) == []


def test_a_sample_that_was_never_taken_has_no_picture(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.sample_picture(draft, BiometricAttribute.FACE)
    assert caught.value.code.name == "SAMPLE_ABSENT"


def test_a_change_after_the_preview_takes_the_preview_back(desk: Desk, draft: RegistrationId) -> None:
    assert desk.enrollment.confirm_preview(draft).previewed
    assert not desk.enrollment.give_consent(draft, "fra").previewed


def test_the_summary_shows_every_answer_once(signed: tuple[Path, RegistrationId]) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        summary = desk.enrollment.summary(registration_id)
    lines = {line.field: line.values for line in summary.lines}
    assert lines["fullName"] == (("eng", "Erika Mustermann"), ("fra", "Erika Mustermann"))
    assert lines["dateOfBirth"] == (("", "1984/08/12"),)
    assert [(line.field, line.values) for line in summary.documents] == [
        ("proofOfIdentity", (("eng", "Identity card"), ("fra", "Carte d'identité")))
    ]
    assert len(summary.captured) == 12 and not any(forced for _, _, forced in summary.captured)
    assert [each.attribute for each in summary.exceptions] == [BiometricAttribute.LEFT_LITTLE]


def test_the_policys_plan_is_the_enrollments_plan(root: Path) -> None:
    with desk_at(root, policy=Policy(steps=(Step.CONSENT, Step.FACE))) as desk:
        draft = desk.enrollment.start().id
        desk.enrollment.give_consent(draft, "eng")
        assert [each.next_step for each in desk.enrollment.drafts()] == [Step.FACE]


def test_documents_and_pictures_lie_on_the_disk_sealed_only(root: Path) -> None:
    with desk_at(root, policy=QUICK) as desk:
        draft = desk.enrollment.start().id
        desk.enrollment.attach_document(draft, "proofOfIdentity", "CIN", None, picture("document.png"))
    (blob,) = (root / "blobs").iterdir()
    assert not blob.read_bytes().startswith(b"%PDF")
    assert b"JFIF" not in blob.read_bytes() and b"/Type" not in blob.read_bytes()
