"""What the person is shown, what they answer, and what follows from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from muster.audit.catalogue import AuditEvent
from muster.domain.person import Question, Reply
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Refused
from muster.formats.handwriting import Handwriting, Point
from muster.workstation.desk import Desk
from muster.workstation.person_screen import Shown, ShownLine, Signing, languages_of
from muster.workstation.words_for_people import languages_with_words, screen_words
from unit.workstation.desks import QUICK, audited, blob_files, desk_at

WRITTEN = Handwriting(300, 100, ((Point(10, 50, 0, 0.5), Point(250, 40, 40, 0.7)),))


def _ask_consent(desk: Desk, language: str = "fra") -> tuple[RegistrationId, Shown]:
    return desk.enrollment.start(("eng", "fra")).id, desk.enrollment.person.consent(language)


@pytest.fixture
def captured(signed: tuple[Path, RegistrationId]) -> tuple[Path, RegistrationId]:
    """Everything is captured and nothing is checked yet: a detail was entered again after the signature."""
    root, number = signed
    with desk_at(root) as desk:
        desk.enrollment.enter_demographics(number, desk.enrollment.registration(number).demographics)
    return root, number


def test_the_persons_yes_is_the_consent_and_says_what_was_shown(root: Path) -> None:
    with desk_at(root) as desk:
        number, shown = _ask_consent(desk)
        state = desk.enrollment.person.answer_consent(number, shown, agrees=True, own_screen=True)
        records = desk.trail.about(number)
    assert state.consent is not None and state.consent.language == "fra"
    answer = state.answers[Question.CONSENT]
    assert (answer.reply, answer.shown, answer.own_screen) == (Reply.AGREED, shown.digest, True)
    told = next(each for each in records if each.event == AuditEvent.PERSON_ANSWERED.id)
    assert told.detail["shown"] == shown.digest


def test_the_persons_signature_is_kept_sealed_and_comes_back_as_it_was_written(root: Path) -> None:
    with desk_at(root) as desk:
        number, shown = _ask_consent(desk)
        state = desk.enrollment.person.answer_consent(
            number, shown, agrees=True, own_screen=True, signature=WRITTEN
        )
        (file,) = blob_files(root)
        assert b"strokes" not in (root / "blobs" / file).read_bytes()
        assert desk.enrollment.person.signature(state) == WRITTEN


def test_whoever_does_not_agree_is_not_registered_and_nothing_of_them_stays(root: Path) -> None:
    with desk_at(root) as desk:
        number, shown = _ask_consent(desk)
        state = desk.enrollment.person.answer_consent(number, shown, agrees=False, own_screen=True)
        assert not state.is_draft and state.consent is None
        assert desk.enrollment.drafts() == ()
        assert AuditEvent.CONSENT_REFUSED.id in audited(desk, number)
    assert blob_files(root) == []


def test_a_station_that_asks_for_a_signature_takes_no_consent_without(root: Path) -> None:
    with desk_at(root, policy=replace(QUICK, consent_signature_required=True)) as desk:
        number, shown = _ask_consent(desk)
        with pytest.raises(BadInput, match="SIGNATURE_NEEDED"):
            desk.enrollment.person.answer_consent(number, shown, agrees=True, own_screen=True)
        assert desk.enrollment.registration(number).consent is None


def test_whoever_cannot_sign_agrees_without_and_that_they_could_not_is_written_down(root: Path) -> None:
    with desk_at(root, policy=replace(QUICK, consent_signature_required=True)) as desk:
        number, shown = _ask_consent(desk)
        assert shown.signing is not None and shown.signing.unable in shown.signing.words
        state = desk.enrollment.person.answer_consent(
            number, shown, agrees=True, own_screen=True, cannot_sign=True
        )
        answer = state.answers[Question.CONSENT]
        assert state.consent is not None and answer.cannot_sign and answer.signature is None


def test_where_nobody_has_to_sign_nobody_is_said_to_be_unable(root: Path) -> None:
    with desk_at(root) as desk:
        number, shown = _ask_consent(desk)
        state = desk.enrollment.person.answer_consent(
            number, shown, agrees=True, own_screen=True, cannot_sign=True
        )
        assert not state.answers[Question.CONSENT].cannot_sign


def test_a_station_that_asks_for_a_signature_takes_nobodys_word_for_it(root: Path) -> None:
    with desk_at(root, policy=replace(QUICK, consent_signature_required=True)) as desk:
        number, _ = _ask_consent(desk)
        with pytest.raises(BadInput, match="SIGNATURE_NEEDED"):
            desk.enrollment.give_consent(number, "fra")
        assert desk.enrollment.registration(number).consent is None


def test_an_accidental_touch_is_no_signature(root: Path) -> None:
    with desk_at(root) as desk:
        number, shown = _ask_consent(desk)
        touched = Handwriting(300, 100, ((Point(1, 1), Point(2, 2)),))
        with pytest.raises(BadInput, match="HANDWRITING_EMPTY"):
            desk.enrollment.person.answer_consent(number, shown, agrees=True, own_screen=True, signature=touched)


def test_nobody_agrees_to_a_wording_that_is_not_the_stations(root: Path) -> None:
    with desk_at(root) as desk:
        number, shown = _ask_consent(desk)
        other = replace(shown, lines=(*shown.lines, ShownLine("And all I own.")))
        with pytest.raises(Refused, match="SHOWN_OUTDATED"):
            desk.enrollment.person.answer_consent(number, other, agrees=True, own_screen=True)


def test_the_person_sees_their_answers_in_their_language_and_nothing_of_the_officers(
    captured: tuple[Path, RegistrationId],
) -> None:
    root, number = captured
    with desk_at(root) as desk:
        state = desk.enrollment.registration(number)
        shown = desk.enrollment.person.data(state, "fra")
    assert ShownLine("Erika Mustermann", "Nom complet") in shown.lines
    assert ShownLine("Féminin", "Sexe") in shown.lines
    assert ShownLine("Visage, 9 doigts, 2 yeux", "Enregistré") in shown.lines
    assert shown.picture == state.samples[next(iter(state.samples))].record.digest
    assert not any(character == "%" for line in shown.lines for character in line.text)


def test_the_persons_word_is_over_exactly_what_was_shown(captured: tuple[Path, RegistrationId]) -> None:
    root, number = captured
    with desk_at(root) as desk:
        shown = desk.enrollment.person.data(desk.enrollment.registration(number), "fra")
        state = desk.enrollment.person.answer_data(number, shown, is_right=True, own_screen=True)
        assert desk.enrollment.person.saw_this(state)
        altered = replace(state, demographics={**state.demographics, "phone": "0"})
        assert not desk.enrollment.person.saw_this(altered)


@pytest.mark.parametrize("part", ["title", "asked", "language", "picture", "version"])
def test_every_part_of_what_is_shown_is_in_its_digest(part: str) -> None:
    shown = Shown(Question.DATA, "eng", "t", (ShownLine("a", "b"),), "q", ("y", "n"), "p", "v")
    assert replace(shown, **{part: "other"}).digest != shown.digest
    assert replace(shown, lines=(ShownLine("b", "a"),)).digest != shown.digest
    assert replace(shown, replies=("n", "y")).digest != shown.digest
    assert replace(shown, signing=Signing("s", "c", required=False)).digest != shown.digest


def test_an_answer_to_what_was_corrected_meanwhile_is_refused(captured: tuple[Path, RegistrationId]) -> None:
    root, number = captured
    with desk_at(root) as desk:
        state = desk.enrollment.registration(number)
        shown = desk.enrollment.person.data(state, "fra")
        desk.enrollment.enter_demographics(number, {**state.demographics, "phone": "0611223344"})
        with pytest.raises(Refused, match="SHOWN_OUTDATED"):
            desk.enrollment.person.answer_data(number, shown, is_right=True, own_screen=True)


def test_what_the_person_called_wrong_is_not_right_by_the_officers_word(
    captured: tuple[Path, RegistrationId],
) -> None:
    root, number = captured
    with desk_at(root) as desk:
        state = desk.enrollment.registration(number)
        shown = desk.enrollment.person.data(state, "fra")
        desk.enrollment.person.answer_data(number, shown, is_right=False, own_screen=True)
        with pytest.raises(Refused, match="PERSON_SAID_WRONG"):
            desk.enrollment.confirm_preview(number)
        desk.enrollment.enter_demographics(number, {**state.demographics, "phone": "0611223344"})
        assert desk.enrollment.confirm_preview(number).previewed


def test_the_language_the_person_agreed_in_is_the_first_to_show_things_in(
    captured: tuple[Path, RegistrationId],
) -> None:
    root, number = captured
    with desk_at(root) as desk:
        state = desk.enrollment.registration(number)
    assert state.consent is not None
    assert languages_of(state)[0] == state.consent.language
    assert set(languages_of(state)) >= set(state.started.languages)


@pytest.mark.parametrize("language", languages_with_words())
def test_no_word_for_people_is_empty(language: str) -> None:
    assert all(screen_words(language).values())


def test_a_language_nobody_wrote_words_in_speaks_english() -> None:
    assert screen_words("xxx") == screen_words("eng")
