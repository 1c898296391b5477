"""What the acknowledgement slip says, in each of the person's languages."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import segno
from PIL import Image

from muster.clock import utc_now
from muster.crypto.slip_key import SlipKey
from muster.devices.frames import Pixels
from muster.domain.lifecycle import BlobRef, Registration, Started
from muster.domain.registration import Process, RegistrationId
from muster.errors import BadInput, NotAuthentic, Refused
from muster.formats.image_codec import decode
from muster.formats.slip_claims import SlipClaims, name_hash
from muster.workstation.dates_for_people import date_in_words, moment_in_words
from muster.workstation.person_capture import SAMPLE_ABSENT, PersonCapture
from muster.workstation.reference import LANGUAGES
from muster.workstation.slip import PORTRAIT_PX, PortraitHeld, compose_slip
from muster.workstation.slip_codes import check_slip
from unit.workstation.desks import desk_at

AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
AFTER = utc_now() + timedelta(minutes=1)


def test_the_slip_says_who_what_and_when_in_each_language(sealed: tuple[Path, RegistrationId, str]) -> None:
    root, registration_id, _ = sealed
    with desk_at(root) as desk:
        slip = desk.enrollment.slip(registration_id)
        signed = desk.enrollment.registration(registration_id).signed
    assert signed is not None
    english, french = slip.sections
    assert english.rows == (
        ("Registration number", registration_id.text),
        ("Full name", "Erika Mustermann"),
        ("Date of birth", "12 August 1984"),
        ("Gender", "Female"),
        ("Captured", "Face, 9 fingers, 2 eyes"),
        ("Date", moment_in_words(signed.at, "eng")),
        ("Centre and machine", "10001 / 10001"),
        ("Valid until", date_in_words((signed.at + timedelta(days=365)).date(), "eng")),
    )
    assert dict(french.rows)["Sexe"] == "Féminin"
    assert (english.language, french.language) == ("eng", "fra")


def test_once_the_content_is_destroyed_there_is_no_slip_any_more(
    sealed: tuple[Path, RegistrationId, str],
) -> None:
    root, registration_id, _ = sealed
    with desk_at(root) as desk:
        desk._submission.destroy_content(registration_id)
        with pytest.raises(Refused, match="CONTENT_GONE"):
            desk.enrollment.slip(registration_id)


def test_the_code_holds_the_registration_number_alone(signed: tuple[Path, RegistrationId]) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        assert desk.enrollment.slip(registration_id).qr_text == registration_id.text


def test_the_photograph_on_the_slip_is_the_one_that_was_kept(signed: tuple[Path, RegistrationId]) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        slip = desk.enrollment.slip(registration_id)
    with Image.open(io.BytesIO(slip.photo_png)) as photo:
        assert photo.format == "PNG"
        assert np.asarray(photo).shape[2] == 3
        assert max(photo.size) <= 480  # it is printed four centimetres high


def test_a_portrait_that_was_shown_is_not_decoded_again_for_its_slip(
    signed: tuple[Path, RegistrationId], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        unheld = desk.enrollment.slip(registration_id)
        shown = desk.enrollment.portrait(registration_id)
        monkeypatch.delattr(PersonCapture, "sample_picture")
        assert np.array_equal(desk.enrollment.portrait(registration_id), shown)
        slip = desk.enrollment.slip(registration_id)
    assert slip == unheld
    assert np.array_equal(decode(slip.photo_png), shown)
    assert max(shown.shape) == PORTRAIT_PX


def test_of_whom_no_face_was_captured_there_is_no_portrait(signed: tuple[Path, RegistrationId]) -> None:
    root, _ = signed
    with desk_at(root) as desk:
        draft = desk.enrollment.start(("eng",)).id
        with pytest.raises(BadInput) as caught:
            desk.enrollment.portrait(draft)
    assert caught.value.code is SAMPLE_ABSENT


_ONE, _OTHER = BlobRef("1", "", 0), BlobRef("2", "", 0)
_SHOWN, _READ = np.zeros((2, 2, 3), np.uint8), np.ones((2, 2, 3), np.uint8)


def test_a_portrait_is_held_from_when_it_is_shown_until_it_is_taken() -> None:
    held = PortraitHeld()
    assert held.get(_ONE, lambda: _SHOWN) is _SHOWN
    assert held.get(_ONE, lambda: _READ) is _SHOWN
    assert held.take(_ONE, lambda: _READ) is _SHOWN
    assert held.take(_ONE, lambda: _READ) is _READ
    assert held.get(_ONE, lambda: _READ) is _READ


def test_a_portrait_is_never_taken_for_another_face_and_stays_meanwhile() -> None:
    held = PortraitHeld()
    held.get(_ONE, lambda: _SHOWN)
    assert held.take(_OTHER, lambda: _READ) is _READ
    assert held.take(_ONE, lambda: _READ) is _SHOWN


def test_a_portrait_that_cannot_be_read_is_read_again() -> None:
    held = PortraitHeld()

    def fails() -> Pixels:
        raise BadInput(SAMPLE_ABSENT)

    with pytest.raises(BadInput):
        held.get(_ONE, fails)
    assert held.get(_ONE, lambda: _READ) is _READ


@pytest.mark.parametrize("ends", ["drop", "take"])
def test_a_portrait_let_go_while_it_is_read_is_not_held(ends: str) -> None:
    held = PortraitHeld()

    def read() -> Pixels:
        held.drop() if ends == "drop" else held.take(_ONE, lambda: _READ)
        return _SHOWN

    assert held.get(_ONE, read) is _SHOWN
    assert held.take(_ONE, lambda: _READ) is _READ


@pytest.mark.parametrize("language", [each.code for each in LANGUAGES])
def test_every_language_the_station_offers_has_its_words_on_the_slip(language: str) -> None:
    registration_id = RegistrationId("10001100010000120260301123000")
    state = Registration(registration_id, Started(AT, Process.NEW, (language,), "erika", 0.1))
    (section,) = compose_slip(state, (), None).sections
    assert section.title and section.footer
    assert all(label and text for label, text in section.rows)


@pytest.mark.parametrize("language", ["eng", "fra", "ara", "hin", "amh"])
def test_who_has_a_number_already_is_told_no_other_is_on_its_way(language: str) -> None:
    registration_id = RegistrationId("10001100010000120260301123000")
    slips = {
        process: compose_slip(
            Registration(registration_id, Started(AT, process, (language,), "erika", 0.1)), (), None
        )
        for process in Process
    }
    assert len({slip.sections[0].title for slip in slips.values()}) == len(Process)
    (new,), (update,), (lost,) = (slips[each].sections for each in (Process.NEW, Process.UPDATE, Process.LOST))
    assert len({new.steps[1], update.steps[1], lost.steps[1]}) == 3
    assert (update.steps[0], update.steps[2]) == (new.steps[0], new.steps[2])


def test_a_slip_without_a_face_has_no_photograph() -> None:
    registration_id = RegistrationId("10001100010000120260301123000")
    state = Registration(registration_id, Started(AT, Process.NEW, ("eng",), "erika", 0.1))
    assert compose_slip(state, (), None).photo_png == b""


def test_the_signed_code_is_checked_with_the_stations_certificate(signed: tuple[Path, RegistrationId]) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        slip = desk.enrollment.slip(registration_id)
        state = desk.enrollment.registration(registration_id)
        assert state.signed is not None
        checked = check_slip(slip.signed_text, _certificate(root), state.signed.at, "erika mustermann")
    assert checked.registration_id == registration_id.text
    assert (checked.center, checked.machine, checked.is_name) == ("10001", "10001", True)
    assert checked.issued_at == state.signed.at.replace(microsecond=0)


def test_a_slip_printed_again_has_the_same_code(signed: tuple[Path, RegistrationId]) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        first = desk.enrollment.slip(registration_id)
    certificate = _certificate(root)
    with desk_at(root) as desk:
        assert desk.enrollment.slip(registration_id) == first
    assert _certificate(root) == certificate


def test_a_certificate_that_was_taken_away_is_made_again_and_checks_the_same_slips(
    signed: tuple[Path, RegistrationId],
) -> None:
    root, registration_id = signed
    with desk_at(root) as desk:
        first = desk.enrollment.slip(registration_id)
        (root / "keys" / "slips.pem").write_bytes(b"something else")
        desk.enrollment.slip(registration_id)
    assert check_slip(first.signed_text, _certificate(root), AFTER).registration_id == registration_id.text


def _certificate(root: Path) -> bytes:
    return (root / "keys" / "slips.pem").read_bytes()


KEY = SlipKey(bytes(32))
CERTIFICATE = KEY.certificate("Slips", AT, 3650)
NUMBER = "10001100010000120260301123000"
CLAIMS = SlipClaims(NUMBER, AT, AT + timedelta(days=365), name_hash(NUMBER, "Erika Mustermann"), "")
TOKEN = KEY.sign(CLAIMS.encode())


@pytest.mark.parametrize(
    ("token", "at", "code"),
    [
        (SlipKey(b"1" * 32).sign(CLAIMS.encode()), AT, "SLIP_OF_ANOTHER"),
        (TOKEN[:-4] + "AAAA", AT, "SLIP_CHANGED"),
        (TOKEN, AT + timedelta(days=366), "SLIP_EXPIRED"),
        (TOKEN, AT - timedelta(days=2), "SLIP_NOT_YET"),
    ],
    ids=["forged", "edited", "expired", "from the future"],
)
def test_a_slip_that_is_not_to_be_believed_says_why(token: str, at: datetime, code: str) -> None:
    with pytest.raises(NotAuthentic, match=code):
        check_slip(token, CERTIFICATE, at)


def test_a_slip_of_somebody_else_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotAuthentic, match="SLIP_OF_SOMEBODY_ELSE"):
        check_slip(TOKEN, CERTIFICATE, AT, "Max Mustermann")


def test_a_code_is_taken_in_several_lines_and_from_a_file(tmp_path: Path) -> None:
    wrapped = "\n  ".join((TOKEN[:100], TOKEN[100:200], TOKEN[200:]))
    (tmp_path / "slip.txt").write_text(f"Slip: {TOKEN}\n")
    for source in (wrapped, str(tmp_path / "slip.txt")):
        assert check_slip(source, CERTIFICATE, AT).registration_id == NUMBER


def _qr(text: str) -> Image.Image:
    buffer = io.BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=4, border=4)
    return Image.open(buffer).convert("L")


def test_a_code_is_read_from_a_picture_of_both_codes(tmp_path: Path) -> None:
    codes = [_qr(text) for text in (NUMBER, TOKEN)]
    page = Image.new("L", (codes[1].width + codes[0].width + 40, codes[1].height), 255)
    page.paste(codes[0], (0, 20))
    page.paste(codes[1], (codes[0].width + 40, 0))
    page.rotate(3, fillcolor=255, expand=True).save(tmp_path / "photo.jpg", quality=70)
    assert check_slip(str(tmp_path / "photo.jpg"), CERTIFICATE, AT).registration_id == NUMBER


@pytest.mark.parametrize("content", [b"", b"nothing", b"%PDF-1.7"])
def test_a_file_without_a_code_says_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises(BadInput, match="SLIP_CODE_ABSENT"):
        check_slip(str(tmp_path / "file"), CERTIFICATE, AT)


def test_a_code_that_lost_letters_is_not_looked_for_as_a_file() -> None:
    with pytest.raises(BadInput, match="SLIP_CODE_ABSENT"):
        check_slip("eyJx.y.z", CERTIFICATE, AT)
