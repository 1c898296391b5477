"""What people filled in at home: fetched, kept sealed, and filling only what is empty."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from muster import base64url
from muster.clock import utc_now
from muster.crypto.machine_data import encrypt_machine_data
from muster.crypto.signing import SigningKey
from muster.domain.applicant import LocalizedText
from muster.domain.prefill import Origin
from muster.errors import BadInput, MalformedData, MusterError, NetworkUnavailable, Refused
from muster.formats.picture_pdf import encode
from muster.formats.zip_archive import pack
from muster.workstation.desk import Desk
from muster.workstation.documents import kept_page, read_picture
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.pre_registration_zip import open_zip
from muster.workstation.pre_registrations import in_form
from muster.workstation.server import RemoteServer, ServerTerms
from muster.workstation.station import Station
from unit.upload import wire
from unit.upload.wire import wire_server
from unit.workstation.desks import SetClock, desk_at, picture, with_database_key

LEON, LENA = "20260315000014", "20260315000022"


@pytest.fixture
def booked(new_station: Station) -> Iterator[Path]:
    """The receiver's own pre-registrations, in place of the demo's."""
    folder = new_station.folder.receiver / "served" / "pre_registrations"
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    shutil.rmtree(folder)


def _book(folder: Path, number: str, identity: dict[str, Any], **documents: bytes) -> None:
    today = utc_now().astimezone().date().isoformat()
    named = {name.replace("_", "."): base64url.encode(content) for name, content in documents.items()}
    content = {"appointment-date": today, "from-time-slot": "09:00", "identity": identity, "documents": named}
    (folder / f"{number}.json").write_text(json.dumps(content))


def test_a_number_that_is_none_is_refused_before_anybody_is_asked(root: Path) -> None:
    with desk_at(root) as desk:
        draft = desk.enrollment.start().id
        for number in ("", "12", "../../etc/passwd", "2026031500001x", "9" * 21):
            with pytest.raises(BadInput) as caught:
                desk.pre_registrations.take(draft, number)
            assert caught.value.code.name == "PRE_REGISTRATION_NUMBER"


def test_what_the_server_does_not_know_is_a_sentence(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        draft = desk.enrollment.start().id
        with pytest.raises(Refused) as caught:
            desk.pre_registrations.take(draft, "99999999999999")
        assert desk.enrollment.registration(draft).demographics == {}
    assert caught.value.code.name == "PRE_REGISTRATION_UNKNOWN"


def test_an_empty_form_is_filled_in_the_languages_of_the_registration(
    root: Path, receiver: EmbeddedReceiver
) -> None:
    with desk_at(root, receiver) as desk:
        draft = desk.enrollment.start(("eng", "fra")).id
        taken = desk.pre_registrations.take(draft, LEON)
        values = taken.registration.demographics
    assert values["fullName"] == LocalizedText.of(eng="Leon Mustermann", fra="Leon Mustermann")
    assert (values["gender"], values["dateOfBirth"], values["phone"]) == ("MLE", "1991/04/12", "0700000014")
    assert (set(taken.filled), taken.kept) == ({"fullName", "gender", "dateOfBirth", "phone"}, ())


def test_what_was_typed_stays(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        draft = desk.enrollment.start(("eng", "fra")).id
        desk.enrollment.keep_draft(
            draft, {"fullName": LocalizedText.of(eng="Leo Mustermann"), "dateOfBirth": "1991/04/13"}
        )
        taken = desk.pre_registrations.take(draft, LEON)
        values = taken.registration.demographics
    assert values["fullName"] == LocalizedText.of(eng="Leo Mustermann")
    assert values["dateOfBirth"] == "1991/04/13"
    assert taken.kept == ("fullName", "dateOfBirth")


def test_a_day_fetched_ahead_is_there_without_a_network(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        assert desk.pre_registrations.fetch_days() == 2
        assert desk.pre_registrations.fetch_days() == 0
    with desk_at(root) as desk:
        assert [each.id for each in desk.pre_registrations.bookings()] == [LEON, LENA]
        taken = desk.pre_registrations.take(desk.enrollment.start().id, LENA)
    assert taken.registration.demographics["gender"] == "FLE"


def test_one_that_cannot_be_read_keeps_no_other_from_coming(
    root: Path, receiver: EmbeddedReceiver, booked: Path
) -> None:
    _book(booked, "20260315000011", {"fullName": [{"language": "english", "value": "x"}]})
    _book(booked, "20260315000012", {"phone": "1"})
    with desk_at(root, receiver) as desk:
        with pytest.raises(MalformedData):
            desk.pre_registrations.fetch_days()
        assert [each.id for each in desk.pre_registrations.bookings()] == ["20260315000012"]


def test_no_name_lies_open_in_the_database(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        desk.pre_registrations.fetch_days()
    rows = with_database_key(root, "SELECT * FROM pre_registration")
    assert len(rows) == 2
    assert "Mustermann" not in str(rows)


def test_one_moved_to_another_number_does_not_open(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        desk.pre_registrations.fetch_days()
    with_database_key(
        root, "UPDATE pre_registration SET sealed = (SELECT sealed FROM pre_registration WHERE id = ?)", LENA
    )
    with desk_at(root) as desk, pytest.raises(MusterError) as caught:
        desk.pre_registrations.take(desk.enrollment.start().id, LEON)
    assert caught.value.code.name == "SEAL_BROKEN"


def test_it_is_used_once_and_nothing_of_it_stays(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        desk.pre_registrations.take(desk.enrollment.start().id, LEON)
        with pytest.raises(Refused) as caught:
            desk.pre_registrations.take(desk.enrollment.start().id, LEON)
    assert caught.value.code.name == "PRE_REGISTRATION_USED"
    assert with_database_key(root, "SELECT sealed FROM pre_registration") == [(None,)]


def test_after_the_registration_was_discarded_the_person_may_come_again(
    root: Path, receiver: EmbeddedReceiver
) -> None:
    with desk_at(root, receiver) as desk:
        first = desk.enrollment.start().id
        desk.pre_registrations.take(first, LEON)
        desk.enrollment.discard(first, "went away")
        assert desk.pre_registrations.take(desk.enrollment.start().id, LEON).filled


def test_documents_come_along_and_those_attached_stay(
    root: Path, receiver: EmbeddedReceiver, booked: Path
) -> None:
    page = picture("document.png")
    pdf = encode([kept_page(read_picture(page), 200)])
    identity = {
        "phone": "0700000077",
        "proofOfIdentity": {"value": "passport", "type": "DOC001", "format": "jpg"},
        "proofOfAddress": {"value": "rent", "type": "RNC", "format": "pdf"},
    }
    _book(booked, "20260315000077", identity, passport_jpg=page, rent_pdf=pdf)
    with desk_at(root, receiver) as desk:
        draft = desk.enrollment.start().id
        desk.enrollment.attach_document(draft, "proofOfAddress", "RNC", "kept", page)
        taken = desk.pre_registrations.take(draft, "20260315000077")
        documents = taken.registration.documents
    assert (taken.documents, taken.to_be_scanned) == (("proofOfIdentity",), ())
    assert documents["proofOfAddress"].facts.reference == "kept"


def test_a_scanned_page_in_a_pdf_comes_along_and_what_nobody_can_read_is_to_be_scanned(
    root: Path, receiver: EmbeddedReceiver, booked: Path
) -> None:
    pdf = encode([kept_page(read_picture(picture("document.png")), 200)])
    identity = {
        "proofOfIdentity": {"value": "passport", "type": "DOC001", "format": "pdf"},
        "proofOfAddress": {"value": "rent", "type": "RNC", "format": "pdf"},
    }
    _book(booked, "20260315000077", identity, passport_pdf=pdf, rent_pdf=b"%PDF-1.7 text only")
    with desk_at(root, receiver) as desk:
        taken = desk.pre_registrations.take(desk.enrollment.start().id, "20260315000077")
    assert (taken.documents, taken.to_be_scanned) == (("proofOfIdentity",), ("proofOfAddress",))


def test_days_that_are_over_are_removed_with_what_is_in_them(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        desk.pre_registrations.fetch_days()
        assert desk.pre_registrations.remove_outdated() == 0
    with desk_at(root, clock=SetClock(utc_now() + timedelta(days=2))) as desk:
        assert desk.pre_registrations.remove_outdated() == 2
        assert desk.pre_registrations.bookings() == ()


def test_nothing_booked_is_no_mistake(root: Path, receiver: EmbeddedReceiver, booked: Path) -> None:
    with desk_at(root, receiver) as desk:
        assert desk.pre_registrations.fetch_days() == 0


def test_without_a_network_and_without_a_copy_the_officer_goes_on_typing(root: Path) -> None:
    with desk_at(root) as desk:
        draft = desk.enrollment.start().id
        with pytest.raises(NetworkUnavailable):
            desk.pre_registrations.take(draft, LEON)


def _zip(**files: bytes) -> bytes:
    return pack({name.replace("_", "."): content for name, content in files.items()})


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        _zip(other_json=b"{}"),
        _zip(ID_json=b"{"),
        _zip(ID_json=b'{"identity": []}'),
        _zip(ID_json=b'{"identity": {"fullName": [{"language": "english", "value": "x"}]}}'),
        _zip(ID_json=b'{"identity": {"fullName": [3]}}'),
        pack({"ID.json": b'{"identity": {}}', "bomb.jpg": bytes(60_000_000)}),
    ],
)
def test_what_cannot_be_read_is_refused_whole(content: bytes) -> None:
    with pytest.raises(MalformedData):
        open_zip(LEON, content)


def _answer(number: str, sealed: bytes) -> dict[str, Any]:
    return {"response": {"pre-registration-id": number, "zip-bytes": base64url.encode(sealed)}, "errors": None}


def _hostile(root: Path) -> list[tuple[wire.Answer, str]]:
    public = (root / "keys" / "machine.pub.pem").read_bytes()
    good = _zip(ID_json=b'{"identity": {"phone": "1"}}')
    bodies = [
        (_answer(LENA, encrypt_machine_data(public, good)), "PRE_REGISTRATION_UNREADABLE"),  # another one's
        (_answer(LEON, encrypt_machine_data(SigningKey.generate().public_pem, good)), "SYNC_FOR_ANOTHER_KEY"),
        (_answer(LEON, encrypt_machine_data(public, b"no zip")), "ZIP_UNREADABLE"),
        (_answer(LEON, b"short"), "ENVELOPE_TOO_SHORT"),
        ({"response": {"pre-registration-id": LEON, "zip-bytes": "%%%"}}, "PRE_REGISTRATION_UNREADABLE"),
        ({"response": 3}, "PRE_REGISTRATION_UNREADABLE"),
    ]
    whole = [(wire.Answer(body=json.dumps(body).encode()), code) for body, code in bodies]
    return [
        *whole,
        (wire.Answer(status=503), "SERVER_IN_TROUBLE"),
        (wire.Answer(status=404), "SERVER_REFUSED"),
        (wire.Answer(raw=b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n{"), "SERVER_UNREACHABLE"),
        (wire.Answer(body=b"<html>portal</html>"), "SERVER_ANSWER_UNREADABLE"),
    ]


def test_a_hostile_server_fills_nothing_and_leaves_nothing(root: Path) -> None:
    with (
        wire_server() as server,
        desk_at(root, RemoteServer(server.url, ServerTerms(signed_answers=False))) as desk,
    ):
        draft = desk.enrollment.start().id
        for answer, code in _hostile(root):
            server.answers[:] = [answer]
            with pytest.raises(MusterError) as caught:
                desk.pre_registrations.take(draft, LEON)
            assert caught.value.code.name == code
        assert desk.enrollment.registration(draft).demographics == {}
        assert desk.pre_registrations.bookings() == ()


def test_fields_the_form_has_not_are_left_out(desk: Desk) -> None:
    form = {each.id: each for each in desk.enrollment.form()}
    assert in_form({"shoeSize": "44", "phone": "1"}, form, ("eng",)) == {"phone": "1"}


def test_the_same_twice_fills_nothing_more(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        draft = desk.enrollment.start(("eng", "fra")).id
        once = desk.pre_registrations.take(draft, LEON).registration.demographics
        again = desk.pre_registrations.take(draft, LEON)
    assert (again.registration.demographics, again.filled, again.kept) == (once, (), ())


def test_what_is_filled_in_says_where_it_comes_from(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        draft = desk.enrollment.start(("eng", "fra")).id
        state = desk.pre_registrations.take(draft, LEON).registration
        mark = desk.enrollment.prefill.marks(state)["dateOfBirth"]
    assert (mark.origin, mark.filled and mark.filled.document) == (Origin.PRE_REGISTRATION, LEON)


def test_the_code_on_the_letter_is_a_link_with_the_number(root: Path, receiver: EmbeddedReceiver) -> None:
    with desk_at(root, receiver) as desk:
        draft = desk.enrollment.start(("eng", "fra")).id
        taken = desk.pre_registrations.take(draft, f"http://127.0.0.1/letter?preRegistrationId={LEON}")
    assert "phone" in taken.filled


def test_a_letter_of_another_system_is_refused_by_its_name_before_anybody_is_asked(
    root: Path, receiver: EmbeddedReceiver
) -> None:
    with desk_at(root, receiver) as desk, pytest.raises(Refused) as caught:
        desk.pre_registrations.take(desk.enrollment.start().id, f"https://prereg.elsewhere.example/{LEON}")
    assert caught.value.code.name == "PRE_REGISTRATION_ELSEWHERE"
    assert "prereg.elsewhere.example" in caught.value.sentence
