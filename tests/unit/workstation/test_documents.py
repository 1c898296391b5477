"""Papers: what can be read is kept as a page of one PDF, what cannot leaves nothing."""

from __future__ import annotations

import io
from threading import Event

import numpy as np
import pytest
from PIL import Image, ImageFilter

from muster.domain.assessment import Severity
from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, Cancelled, DeviceUnavailable
from muster.workstation.desk import Desk
from unit.workstation.desks import audited, blob_files, picture

FIELD = "proofOfIdentity"


def _jpeg() -> bytes:
    buffer = io.BytesIO()
    Image.open(io.BytesIO(picture("document.png"))).convert("RGB").save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(b"", "FILE_EMPTY", id="empty"),
        pytest.param(b"Dear Sir or Madam, I am Erika Mustermann.", "PICTURE_UNREADABLE", id="letter"),
        pytest.param(_jpeg()[:-2000], "PICTURE_TRUNCATED", id="cut-off"),
        pytest.param(_jpeg()[:100], "PICTURE_UNREADABLE", id="head-only"),
        pytest.param(b"%PDF-1.7\n%%EOF\n", "PDF_UNREADABLE", id="pdf"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_and_leaves_nothing(
    desk: Desk, draft: RegistrationId, content: bytes, code: str
) -> None:
    before = blob_files(desk.folder.root)
    with pytest.raises(BadInput) as caught:
        desk.enrollment.attach_document(draft, FIELD, "CIN", None, content)
    assert caught.value.code.name == code
    assert blob_files(desk.folder.root) == before
    assert audited(desk, draft) == ["MUS-REG-001"]


def test_a_kind_of_document_that_is_not_in_the_list_is_refused(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.attach_document(draft, FIELD, "LIBRARY_CARD", None, _jpeg())
    assert caught.value.code.name == "DOCUMENT_TYPE_UNKNOWN"


def test_a_kind_of_document_of_another_slot_is_refused(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.attach_document(draft, FIELD, "RNC", None, _jpeg())
    assert caught.value.code.name == "DOCUMENT_TYPE_UNKNOWN"


def test_a_field_that_is_no_document_is_refused(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.attach_document(draft, "fullName", "CIN", None, _jpeg())
    assert caught.value.code.name == "DOCUMENT_FIELD_UNKNOWN"


def test_the_step_is_not_done_while_a_required_document_is_missing(desk: Desk, draft: RegistrationId) -> None:
    findings = desk.enrollment.finish_documents(draft)
    assert [(each.code.name, each.field) for each in findings] == [("DOCUMENT_MISSING", FIELD)]
    assert not desk.enrollment.registration(draft).is_done(Step.DOCUMENTS)


def test_an_optional_document_may_be_missing(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, _jpeg())
    assert desk.enrollment.finish_documents(draft) == ()
    assert desk.enrollment.registration(draft).is_done(Step.DOCUMENTS)


def test_taking_a_document_away_opens_the_step_again(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, _jpeg())
    desk.enrollment.finish_documents(draft)
    state = desk.enrollment.remove_document(draft, FIELD)
    assert not state.documents and not state.is_done(Step.DOCUMENTS)
    assert [each.field for each in desk.enrollment.finish_documents(draft)] == [FIELD]


def test_a_second_document_in_the_same_place_replaces_the_first(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.attach_document(draft, FIELD, "CIN", "one", _jpeg())
    state = desk.enrollment.attach_document(draft, FIELD, "DOC001", "two", _jpeg())
    assert [(each.facts.type_code, each.facts.reference) for each in state.documents.values()] == [
        ("DOC001", "two")
    ]


def test_the_picture_that_was_attached_comes_back(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, picture("document.png"))
    original = np.asarray(Image.open(io.BytesIO(picture("document.png"))).convert("RGB")).astype(int)
    back = desk.enrollment.document_page(draft, FIELD).pixels.astype(int)
    assert back.shape == original.shape
    assert np.abs(back - original).mean() < 3  # once through JPEG


def test_a_document_that_is_not_there_has_no_picture(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.document_page(draft, FIELD)
    assert caught.value.code.name == "DOCUMENT_FIELD_UNKNOWN"


def test_a_scanned_page_is_kept_and_the_trail_says_where_it_came_from(desk: Desk, draft: RegistrationId) -> None:
    seen: list[object] = []
    state = desk.enrollment.scan_document(draft, FIELD, "CIN", "L01X00T47", Event(), seen.append).registration
    assert state.documents[FIELD].facts.reference == "L01X00T47"
    assert len(seen) == 1
    record = desk.trail.about(draft)[-1]
    assert (record.event, record.detail["source"]) == ("MUS-REG-004", "scanner")
    assert "L01X00T47" not in str(record)  # the number printed on it is the person's


@pytest.mark.parametrize(
    ("fault", "code"),
    [("unplug", "DEVICE_ABSENT"), ("busy", "DEVICE_BUSY"), ("unplug_mid_capture", "DEVICE_UNPLUGGED")],
)
def test_a_scanner_that_fails_is_named_and_leaves_nothing(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch, fault: str, code: str
) -> None:
    before = blob_files(desk.folder.root)
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", f"scanner={fault}")
    with pytest.raises(DeviceUnavailable) as caught:
        desk.enrollment.scan_document(draft, FIELD, "CIN", None, Event(), lambda frame: None)
    assert caught.value.code.name == code
    assert blob_files(desk.folder.root) == before
    assert not desk.enrollment.registration(draft).documents


def test_a_scan_that_the_officer_stops_leaves_nothing(desk: Desk, draft: RegistrationId) -> None:
    cancel = Event()
    cancel.set()
    with pytest.raises(Cancelled):
        desk.enrollment.scan_document(draft, FIELD, "CIN", None, cancel, lambda frame: None)
    assert not desk.enrollment.registration(draft).documents


def test_the_form_has_one_place_for_each_proof(desk: Desk) -> None:
    identity, address = desk.enrollment.document_slots()
    assert (identity.field, identity.required) == ("proofOfIdentity", True)
    assert [each.code for each in identity.types] == ["DOC001", "CIN"]
    assert (address.field, address.required) == ("proofOfAddress", False)
    assert [each.code for each in address.types] == ["RNC", "COR"]


def _photograph(width: int, height: int) -> bytes:
    """A page on a table as a telephone takes it: light, some text, the sensor's noise."""
    rng = np.random.default_rng(7)
    page = np.full((height, width), 225.0) - np.linspace(0, 40, width)
    for top in range(height // 10, height - height // 10, height // 60):
        page[top : top + height // 200] -= 150 * (rng.random(width) > 0.4)
    noisy = page[..., np.newaxis] + rng.normal(0, 6, (height, width, 3))
    buffer = io.BytesIO()
    Image.fromarray(noisy.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=92)
    return buffer.getvalue()


def test_a_photograph_of_twelve_megapixels_is_kept_as_fine_as_a_scan_of_a4(
    desk: Desk, draft: RegistrationId
) -> None:
    state = desk.enrollment.attach_document(draft, FIELD, "CIN", None, _photograph(3000, 4000))
    height, width, _ = desk.enrollment.document_page(draft, FIELD).pixels.shape
    assert (height, width) == (2340, 1755)  # 11.7 inches at the policy's 200 dpi
    assert state.documents[FIELD].content.size < 1_000_000


@pytest.mark.parametrize("size", [(2340, 30), (30, 2340), (640, 480)])
def test_a_picture_that_is_small_enough_keeps_its_pixels(
    desk: Desk, draft: RegistrationId, size: tuple[int, int]
) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", size, "white").save(buffer, "PNG")
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, buffer.getvalue())
    height, width, _ = desk.enrollment.document_page(draft, FIELD).pixels.shape
    assert (width, height) == size


def test_a_long_receipt_keeps_at_least_one_pixel_of_width(desk: Desk, draft: RegistrationId) -> None:
    buffer = io.BytesIO()
    Image.new("RGB", (1, 20_000), "white").save(buffer, "PNG")
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, buffer.getvalue())
    assert desk.enrollment.document_page(draft, FIELD).pixels.shape == (2340, 1, 3)


def _as_png(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


def _blurred(name: str) -> bytes:
    image = Image.open(io.BytesIO(picture(name))).convert("RGB").filter(ImageFilter.GaussianBlur(6))
    return _as_png(np.asarray(image))


def test_what_was_not_kept_has_no_findings_to_ask_for(desk: Desk, draft: RegistrationId) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.document_findings(draft, FIELD)
    assert caught.value.code.name == "DOCUMENT_FIELD_UNKNOWN"


def test_a_page_that_can_be_read_has_no_findings(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, _jpeg())
    assert desk.enrollment.document_findings(draft, FIELD) == ()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(_blurred("document.png"), "DOCUMENT_BLURRED", id="blurred"),
        pytest.param(_as_png(np.full((900, 1200, 3), 250, np.uint8)), "PAGE_BLANK", id="blank"),
        pytest.param(_as_png(np.zeros((20, 20, 3), np.uint8)), "DOCUMENT_TOO_COARSE", id="tiny"),
    ],
)
def test_a_page_that_is_hard_to_read_is_warned_of_and_kept_all_the_same(
    desk: Desk, draft: RegistrationId, content: bytes, code: str
) -> None:
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, content)
    findings = desk.enrollment.document_findings(draft, FIELD)
    assert [(each.code.name, each.severity, each.field) for each in findings] == [(code, Severity.WARNS, FIELD)]
    assert desk.enrollment.finish_documents(draft) == ()
