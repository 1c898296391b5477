"""Documents, chips and codes that fill in the form: read, kept, merged, decided about."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from threading import Event

import numpy as np
import pytest
import segno
from PIL import Image, ImageDraw, ImageFont

import muster_simulated
from muster.analysis.api import Pixels
from muster.analysis.pictures import read_picture
from muster.devices.catalogue import Catalogue
from muster.devices.frames import Frame
from muster.devices.installed import installed_drivers
from muster.domain.applicant import LocalizedText
from muster.domain.assessment import Severity
from muster.domain.biometrics import BiometricAttribute
from muster.domain.chips import ChipAuthenticity
from muster.domain.lifecycle import PortraitCompared, apply
from muster.domain.prefill import Origin, PrefilledField, Resolution
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput, Cancelled, DeviceUnavailable, Refused
from muster.formats.lds import File
from muster.formats.mrz import parse
from muster.plugins import Plugin
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.file_devices import FileDriver
from muster.workstation.page_reading import DocumentWords, PageReading
from muster.workstation.policy import Policy
from muster.workstation.prefill_mapping import PrefillMapping
from simulators.licences import licence as licence_page
from simulators.licences import licence_png
from simulators.passport_chip import PassportChip
from simulators.passport_issuer import NOW, Issuer, dg1, dg2, dg11, face_record, signed_files
from unit.analysis.document_scenes import CARD_LINES, PASSPORT_LINES, page
from unit.workstation.desks import SetClock, audited, desk_at, first_view, play
from unit.workstation.test_reading_chip import ChipDriver

POI, POA = "proofOfIdentity", "proofOfAddress"
FACE = Path(muster_simulated.__file__).parent / "pictures" / "face.jpg"
BIRTH = "1984/08/12"


def png(pixels: Pixels) -> bytes:
    written = io.BytesIO()
    Image.fromarray(pixels).save(written, "PNG")
    return written.getvalue()


PASSPORT = png(page("passport"))


def qr(text: str) -> Pixels:
    written = io.BytesIO()
    segno.make(text, micro=False).save(written, kind="png", scale=6, border=6)
    return read_picture(written.getvalue())


@pytest.fixture
def draft(desk: Desk) -> RegistrationId:
    return desk.enrollment.start(("eng", "ara")).id


@pytest.fixture
def licence(desk: Desk, draft: RegistrationId) -> RegistrationId:
    """A registration with a document that is read quickly."""
    desk.enrollment.attach_document(draft, POI, "CIN", None, licence_png())
    return draft


@pytest.fixture
def passport(desk: Desk, draft: RegistrationId) -> RegistrationId:
    desk.enrollment.attach_document(draft, POI, "CIN", None, PASSPORT)
    return draft


def said(desk: Desk, draft: RegistrationId) -> dict[str, PrefilledField]:
    return {each.field: each for each in desk.enrollment.registration(draft).said}


# --- documents ---


def test_a_document_that_is_not_there_is_no_source(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(BadInput):
        desk.enrollment.prefill.read_document(draft, POI)


def test_a_passport_fills_in_what_is_empty_and_says_so(desk: Desk, passport: RegistrationId) -> None:
    offer = desk.enrollment.prefill.read_document(passport, POI)
    values = offer.registration.demographics
    assert values["fullName"] == LocalizedText.of(eng="Erika Mustermann")
    assert (values["dateOfBirth"], values["gender"]) == (BIRTH, "FLE")
    assert {each.field for each in offer.filled} == {"fullName", "dateOfBirth", "gender"}
    assert desk.enrollment.prefill.marks(offer.registration)["gender"].origin is Origin.PASSPORT_ZONE
    assert (offer.type_code, offer.number, offer.has_chip) == ("DOC001", "C01X00T47", True)


def test_the_card_on_the_demos_scanner_fills_in_what_the_demos_script_types(
    desk: Desk, draft: RegistrationId
) -> None:
    desk.enrollment.scan_document(draft, POI, "DOC001", None, Event(), lambda frame: None)
    offer = desk.enrollment.prefill.read_document(draft, POI)
    script, (document,) = demo_script(), demo_script().documents
    filled = {each.field for each in offer.filled}
    assert filled == {"fullName", "dateOfBirth", "gender"}
    typed = {name: script.demographics[name] for name in filled - {"fullName"}}
    assert {name: offer.registration.demographics[name] for name in typed} == typed
    name = script.demographics["fullName"]
    assert isinstance(name, LocalizedText)
    assert offer.registration.demographics["fullName"] == LocalizedText.of(eng=name.in_language("eng"))
    assert desk.enrollment.prefill.marks(offer.registration)["dateOfBirth"].origin is Origin.PASSPORT_ZONE
    assert (offer.type_code, offer.number) == (document.type_code, document.reference)
    assert not offer.has_expired


def test_trails_name_fields_and_sources_and_no_value(desk: Desk, licence: RegistrationId) -> None:
    desk.enrollment.prefill.read_document(licence, POI)
    records = list(desk.trail.about(licence))
    told = repr([(each.event, each.detail) for each in records])
    assert {"MUS-PFL-001", "MUS-PFL-002"} <= {each.event for each in records}
    assert "dateOfBirth" in told and "barcode" in told
    assert not any(each in told.upper() for each in ("ERIKA", "1984", "C01X00T47", "FLE"))


def test_what_was_typed_stays_and_the_difference_is_the_officers_to_decide(
    desk: Desk, licence: RegistrationId
) -> None:
    prefill = desk.enrollment.prefill
    desk.enrollment.keep_draft(licence, {"dateOfBirth": "1984/12/08"})
    offer = prefill.read_document(licence, POI)
    (conflict,) = offer.conflicts
    assert (offer.registration.demographics["dateOfBirth"], conflict.said.value) == ("1984/12/08", BIRTH)
    assert [each.code.name for each in prefill.check(offer.registration)] == ["FIELD_DIFFERS"]
    kept = prefill.keep(licence, conflict)
    assert [each.resolution for each in prefill.conflicts(kept)] == [Resolution.KEPT_TYPED]
    assert prefill.check(kept) == ()


def test_the_officer_may_take_what_the_document_says(desk: Desk, licence: RegistrationId) -> None:
    prefill = desk.enrollment.prefill
    desk.enrollment.keep_draft(licence, {"dateOfBirth": "1984/12/08", "phone": "1"})
    (conflict,) = prefill.read_document(licence, POI).conflicts
    state = prefill.take(licence, conflict.said, {"dateOfBirth": "1984/12/08", "phone": "2"})
    assert (state.demographics["dateOfBirth"], state.demographics["phone"]) == (BIRTH, "2")
    assert prefill.marks(state)["dateOfBirth"].origin is Origin.BARCODE
    assert [(each.standing, each.resolution) for each in state.decided] == [
        ("1984/12/08", Resolution.TOOK_DOCUMENT)
    ]


def test_lists_that_were_entered_are_compared_with_what_documents_say(
    desk: Desk, passport: RegistrationId
) -> None:
    entered = {"gender": LocalizedText.of(eng="Male", ara="ذكر"), "dateOfBirth": BIRTH}
    desk.enrollment.keep_draft(passport, entered)
    offer = desk.enrollment.prefill.read_document(passport, POI)
    assert [(each.field, each.standing) for each in offer.conflicts] == [("gender", "MLE")]


def test_reading_twice_says_nothing_twice(desk: Desk, licence: RegistrationId) -> None:
    once = desk.enrollment.prefill.read_document(licence, POI).registration
    trail = len(audited(desk, licence))
    assert desk.enrollment.prefill.read_document(licence, POI).registration == once
    assert len(audited(desk, licence)) == trail


def test_another_page_in_its_place_takes_back_what_the_first_said(desk: Desk, passport: RegistrationId) -> None:
    desk.enrollment.prefill.read_document(passport, POI)
    desk.enrollment.attach_document(passport, POI, "CIN", None, png(page("card")))
    desk.enrollment.prefill.read_document(passport, POI)
    assert said(desk, passport)["dateOfBirth"].value == "1980/02/29"


def test_a_document_that_is_removed_takes_along_what_it_said(desk: Desk, licence: RegistrationId) -> None:
    desk.enrollment.prefill.read_document(licence, POI)
    assert desk.enrollment.remove_document(licence, POI).said == ()


def test_where_the_policy_has_it_so_nothing_is_filled_in_before_the_officer_asks(root: Path) -> None:
    policy = Policy(fills_at_once=False, face_template_kept_for_days=0)
    with desk_at(root, policy=policy) as desk:
        draft = desk.enrollment.start(("eng",)).id
        desk.enrollment.attach_document(draft, POI, "CIN", None, licence_png())
        offer = desk.enrollment.prefill.read_document(draft, POI)
        assert (offer.filled, len(offer.fillable), offer.registration.demographics) == ((), 3, {})
        state, filled = desk.enrollment.prefill.fill(draft)
        assert filled == offer.fillable
        assert state.demographics["dateOfBirth"] == BIRTH


def test_an_update_is_filled_in_by_nobody_but_the_officer(desk: Desk) -> None:
    draft = desk.enrollment.start(("eng",), Process.UPDATE).id
    desk.enrollment.attach_document(draft, POI, "CIN", None, licence_png())
    offer = desk.enrollment.prefill.read_document(draft, POI)
    assert (offer.registration.demographics, offer.filled, offer.fillable) == ({}, (), ())
    assert {each.field for each in offer.suggested} == {"fullName", "dateOfBirth", "gender"}


def test_what_is_finished_is_changed_by_no_document(desk: Desk, licence: RegistrationId) -> None:
    desk.enrollment.discard(licence, "test")
    with pytest.raises((Refused, BadInput)):
        desk.enrollment.prefill.read_pictures(licence, POI, [licence_page()])


def test_a_document_gets_the_kind_it_says_it_is_without_being_scanned_again(
    desk: Desk, licence: RegistrationId
) -> None:
    before = desk.enrollment.registration(licence).documents[POI]
    after = desk.enrollment.call_document(licence, POI, "DOC001", "C01X00T47").documents[POI]
    assert (after.facts.type_code, after.facts.reference) == ("DOC001", "C01X00T47")
    assert after.content == before.content
    with pytest.raises(BadInput):
        desk.enrollment.call_document(licence, POI, "RNC", None)


def test_a_passport_among_proofs_of_address_is_told_where_it_belongs_and_moved(
    desk: Desk, draft: RegistrationId
) -> None:
    desk.enrollment.attach_document(draft, POA, "RNC", None, PASSPORT)
    offer = desk.enrollment.prefill.read_document(draft, POA)
    assert (offer.belongs_to, offer.type_code) == (POI, "DOC001")
    before = offer.registration.documents[POA].content
    state = desk.enrollment.move_document(draft, POA, POI, "DOC001", offer.number)
    assert {field: each.content for field, each in state.documents.items()} == {POI: before}
    assert desk.enrollment.prefill.read_document(draft, POI).belongs_to == ""
    assert desk.enrollment.document_page(draft, POI).of == 1


def test_no_document_is_moved_over_another(desk: Desk, licence: RegistrationId) -> None:
    desk.enrollment.attach_document(licence, POA, "RNC", None, licence_png())
    with pytest.raises(Refused, match="DOCUMENT_THERE_ALREADY"):
        desk.enrollment.move_document(licence, POA, POI, "DOC001", None)


def test_a_document_whose_time_is_over_fills_in_the_form_and_says_so(root: Path) -> None:
    with desk_at(root, clock=SetClock(datetime(2034, 12, 1, tzinfo=UTC))) as desk:
        draft = desk.enrollment.start(("eng",)).id
        offer = desk.enrollment.prefill.read_pictures(draft, POI, [page("card")])
        assert offer.has_expired and offer.filled
        assert not desk.enrollment.prefill.read_pictures(draft, POI, [page("passport")]).has_expired


# --- read too late ---


def _meanwhile(monkeypatch: pytest.MonkeyPatch, what: Callable[[], object]) -> None:
    """``what`` happens while the next page is read."""
    read = PageReading.read

    def slowly(
        self: PageReading, pages: Sequence[Pixels], today: date, *, with_text: bool = True
    ) -> DocumentWords:
        words = read(self, pages, today, with_text=with_text)
        monkeypatch.setattr(PageReading, "read", read)
        what()
        return words

    monkeypatch.setattr(PageReading, "read", slowly)


def test_a_document_that_was_removed_while_it_was_read_says_nothing(
    desk: Desk, licence: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    _meanwhile(monkeypatch, lambda: desk.enrollment.remove_document(licence, POI))
    offer = desk.enrollment.prefill.read_document(licence, POI)
    assert (offer.registration.said, offer.registration.demographics) == ((), {})
    assert (offer.type_code, offer.number, offer.filled) == ("", "", ())


def test_a_document_that_was_replaced_while_it_was_read_says_nothing(
    desk: Desk, licence: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = png(np.full((600, 400, 3), 255, np.uint8))
    _meanwhile(monkeypatch, lambda: desk.enrollment.attach_document(licence, POI, "CIN", None, blank))
    offer = desk.enrollment.prefill.read_document(licence, POI)
    assert (offer.registration.said, offer.number) == ((), "")


def test_a_document_read_late_takes_no_signature_back_and_offers_what_it_says(root: Path) -> None:
    with desk_at(root) as desk:
        signed = play(desk)
        before = desk.enrollment.registration(signed)
        said = {"introducerName": LocalizedText.of(eng="Max Mustermann")}
        offer = desk.enrollment.prefill.take_booking(signed, "0123", said)
        assert offer.registration.signed == before.signed
        assert offer.registration.demographics == before.demographics
        assert ([each.field for each in offer.fillable], offer.filled) == (["introducerName"], ())
        state, filled = desk.enrollment.prefill.fill(signed)  # the officer asks for it
        assert ([each.field for each in filled], state.signed) == (["introducerName"], None)


# --- codes ---


def test_a_code_on_a_telephone_is_a_pre_registration_and_not_a_field(desk: Desk, draft: RegistrationId) -> None:
    offer = desk.enrollment.prefill.read_pictures(draft, "", [qr("https://prereg.example/20260315000014")])
    assert (offer.booking, offer.booking_host, offer.read) == ("20260315000014", "prereg.example", ())


def test_a_licence_fills_in_the_form_by_its_code(desk: Desk, draft: RegistrationId) -> None:
    offer = desk.enrollment.prefill.read_pictures(draft, POI, [licence_page()])
    assert offer.registration.demographics["dateOfBirth"] == BIRTH
    assert {each.origin for each in offer.filled} == {Origin.BARCODE}


# --- printed forms ---


def printed_form() -> Pixels:
    sheet = Image.new("RGB", (1000, 420), "white")
    draw = ImageDraw.Draw(sheet)
    rows = [
        ("Surname", "Mustermann"),
        ("Given names", "Max"),
        ("Date of birth", "24/01/1958"),
        ("Phone", "0700 12"),
    ]
    for row, (label, value) in enumerate(rows):
        draw.text((40, 40 + 90 * row), label, "black", ImageFont.load_default(34))
        draw.text((420, 40 + 90 * row), value, "black", ImageFont.load_default(34))
    return np.asarray(sheet)


def test_a_printed_form_fills_in_its_dates_and_suggests_its_names(desk: Desk, draft: RegistrationId) -> None:
    offer = desk.enrollment.prefill.read_pictures(draft, POA, [printed_form()])
    assert offer.registration.demographics.get("dateOfBirth") == "1958/01/24"
    assert {each.field: each.value for each in offer.suggested} == {
        "fullName": LocalizedText.of(eng="Max Mustermann")
    }
    assert {each.origin for each in offer.read} == {Origin.PRINTED_TEXT}


def test_no_text_is_read_where_there_is_a_zone_and_a_page_is_read_once() -> None:
    reading = PageReading(PrefillMapping.load().labels)
    reading._text = None  # type: ignore[assignment] - whoever reads text now fails
    words = reading.read([page("passport")], date(2026, 3, 1))
    reading._zones = None  # type: ignore[assignment] - and whoever looks for a zone anew
    assert reading.read([page("passport")], date(2026, 3, 1)) == words
    assert words.number == "C01X00T47"


# --- proofs ---


def test_what_a_proof_came_to_know_is_filled_in_with_its_origin(desk: Desk, draft: RegistrationId) -> None:
    offer = desk.enrollment.prefill.take_proof(
        draft, "0a0b", {"birthdate": "1984-08-12", "email": "e@example.org"}
    )
    assert {each.field for each in offer.filled} == {"dateOfBirth", "email"}
    assert {each.document for each in offer.filled} == {"0a0b"}


# --- chips ---

ISSUER = Issuer()
ZONE = parse(PASSPORT_LINES)


@pytest.fixture(scope="module")
def chip_files() -> dict[File, bytes]:
    face = face_record(FACE.read_bytes())
    files = {File.DG1: dg1(ZONE), File.DG2: dg2(face), File.DG11: dg11(names="Müstermann<<Erika")}
    return signed_files(ISSUER, files)


@pytest.fixture
def reader(root: Path, chip_files: dict[File, bytes]) -> Iterator[Desk]:
    """A desk on whose reader a passport lies, a camera before which somebody sits."""
    chip = ChipDriver(PassportChip(chip_files, ZONE))
    simulated = [each for each in installed_drivers() if each.name == "simulated"]
    catalogue = Catalogue([Plugin("scripted", "tests", lambda: chip, None), *simulated])
    with desk_at(root, catalogue=catalogue, clock=SetClock(NOW)) as desk:
        yield desk
    catalogue.close()


def test_a_chip_opens_by_the_page_that_was_scanned_and_is_surer_than_its_lines(reader: Desk) -> None:
    draft = reader.enrollment.start(("eng",)).id
    prefill = reader.enrollment.prefill
    reader.enrollment.attach_document(draft, POI, "DOC001", None, PASSPORT)
    prefill.read_document(draft, POI)
    found = prefill.read_chip(draft, POI, Event())
    values = found.offer.registration.demographics
    assert values["fullName"] == LocalizedText.of(eng="Erika Müstermann")
    assert values["dateOfBirth"] == "1964/08/12"
    assert found.authenticity is ChipAuthenticity.NOT_SHOWN
    assert found.has_portrait
    differing = {(each.field, each.said.origin) for each in prefill.conflicts(found.offer.registration)}
    assert differing == {("dateOfBirth", Origin.PASSPORT_ZONE)}


def test_the_chips_portrait_is_held_against_the_face_that_was_captured(reader: Desk) -> None:
    draft = reader.enrollment.start(("eng",)).id
    reader.enrollment.attach_document(draft, POI, "DOC001", None, PASSPORT)
    reader.enrollment.prefill.read_chip(draft, POI, Event())
    assert reader.enrollment.prefill.compare_portraits(draft).portraits == ()
    reader.enrollment.capture_face(draft, first_view(reader))
    state = reader.enrollment.prefill.compare_portraits(draft)
    (compared,) = state.portraits_compared
    assert compared.is_same is True
    assert [each.code.name for each in reader.enrollment.prefill.look_over(draft)] == ["PORTRAIT_ALIKE"]
    assert reader.enrollment.prefill.compare_portraits(draft).portraits == state.portraits
    assert "MUS-PFL-005" in audited(reader, draft)


def test_a_portrait_that_is_not_clearly_the_persons_is_said_and_stops_nothing(reader: Desk) -> None:
    draft = reader.enrollment.start(("eng",)).id
    reader.enrollment.attach_document(draft, POI, "DOC001", None, PASSPORT)
    reader.enrollment.prefill.read_chip(draft, POI, Event())
    reader.enrollment.capture_face(draft, first_view(reader))
    state = reader.enrollment.registration(draft)
    (portrait,) = (each.portrait for each in state.chips.values())
    face = state.samples[BiometricAttribute.FACE].record
    assert portrait is not None
    seen = PortraitCompared(NOW, POI, portrait.name, face.name, 0.1, 0.4)
    (finding,) = reader.enrollment.prefill.check(apply(state, seen))
    assert (finding.code.name, finding.severity) == ("PORTRAIT_DIFFERS", Severity.WARNS)


def test_a_chip_that_is_not_the_pages_says_nothing_about_anybody(root: Path) -> None:
    files = signed_files(ISSUER, {File.DG1: dg1(parse(CARD_LINES))})
    chip = ChipDriver(PassportChip(files, ZONE))
    catalogue = Catalogue([Plugin("scripted", "tests", lambda: chip, None)])
    with closing(catalogue), desk_at(root, catalogue=catalogue, clock=SetClock(NOW)) as desk:
        draft = desk.enrollment.start(("eng",)).id
        desk.enrollment.attach_document(draft, POI, "DOC001", None, PASSPORT)
        found = desk.enrollment.prefill.read_chip(draft, POI, Event())
        assert (found.authenticity, found.offer.read) == (ChipAuthenticity.FALSE, ())
        assert "CHIP_ZONE_DIFFERS" in desk.enrollment.registration(draft).chips[POI].findings


def test_another_document_in_its_place_takes_along_what_the_chip_said(reader: Desk) -> None:
    draft = reader.enrollment.start(("eng",)).id
    enrollment = reader.enrollment
    enrollment.attach_document(draft, POI, "DOC001", None, PASSPORT)
    enrollment.prefill.read_chip(draft, POI, Event())
    with_back = enrollment.attach_document(draft, POI, "DOC001", None, PASSPORT, page=1)
    assert POI in with_back.chips
    replaced = enrollment.attach_document(draft, POI, "DOC001", None, licence_png())
    assert (POI in replaced.documents, dict(replaced.chips), replaced.said) == (True, {}, ())


def test_a_chip_whose_document_went_away_while_it_was_read_says_nothing(reader: Desk) -> None:
    draft = reader.enrollment.start(("eng",)).id
    reader.enrollment.attach_document(draft, POI, "DOC001", None, PASSPORT)

    def taken_away(label: str, number: int, of: int) -> None:
        if POI in reader.enrollment.registration(draft).documents:
            reader.enrollment.remove_document(draft, POI)

    with pytest.raises(Refused, match="DOCUMENT_GONE_MEANWHILE"):
        reader.enrollment.prefill.read_chip(draft, POI, Event(), on_file=taken_away)
    state = reader.enrollment.registration(draft)
    assert (dict(state.chips), state.said) == ({}, ())


def test_without_a_page_the_chip_opens_by_nothing(reader: Desk) -> None:
    draft = reader.enrollment.start(("eng",)).id
    with pytest.raises(BadInput, match="CHIP_NOT_OPENED"):
        reader.enrollment.prefill.read_chip(draft, POI, Event())


def test_without_a_reader_it_is_said_that_there_is_none(desk: Desk, licence: RegistrationId) -> None:
    with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"):
        desk.enrollment.prefill.read_chip(licence, POI, Event(), access_number="123456")
    assert desk.enrollment.registration(licence).chips == {}


# --- the camera ---


def camera_before(picture: Pixels) -> Catalogue:
    driver = FileDriver({BiometricAttribute.FACE: picture})
    return Catalogue([Plugin("files", "tests", lambda: driver, None)])


def test_a_telephone_before_the_camera_shows_the_number_of_a_pre_registration(
    root: Path,
) -> None:
    telephone = qr("20260315000014")
    catalogue = Catalogue(
        [Plugin("files", "tests", lambda: FileDriver({BiometricAttribute.FACE: telephone}), None)]
    )
    seen: list[Frame] = []
    with desk_at(root, catalogue=catalogue) as desk:
        draft = desk.enrollment.start(("eng",)).id
        offer = desk.enrollment.prefill.read_from_camera(draft, Event(), seen.append)
        assert (offer.booking, desk.enrollment.registration(draft).documents) == ("20260315000014", {})
    assert seen
    catalogue.close()


def test_stopping_before_anything_was_seen_changes_nothing(root: Path) -> None:
    catalogue = Catalogue(
        [Plugin("files", "tests", lambda: FileDriver({BiometricAttribute.FACE: printed_form()}), None)]
    )
    with desk_at(root, catalogue=catalogue) as desk:
        draft = desk.enrollment.start(("eng",)).id
        cancel = Event()
        with pytest.raises(Cancelled):
            desk.enrollment.prefill.read_from_camera(draft, cancel, lambda frame: cancel.set())
        assert desk.enrollment.registration(draft).said == ()
    catalogue.close()
