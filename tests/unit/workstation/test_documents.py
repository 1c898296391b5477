"""Papers: what can be read is kept as a page of one PDF, what cannot leaves nothing."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from PIL import Image, ImageFilter

from muster.devices.catalogue import Catalogue
from muster.domain.assessment import Severity
from muster.domain.registration import RegistrationId, Step
from muster.errors import BadInput, Cancelled, DeviceUnavailable, Refused
from muster.formats.picture_pdf import PicturePage, encode, parse
from muster.plugins import Plugin
from muster.workstation.desk import Desk
from muster_scanner_escl.addresses import addresses_from
from muster_scanner_escl.driver import EsclDriver
from simulators.escl_scanner import SimulatedScanner, running
from unit.workstation.desks import QUICK, audited, blob_files, desk_at, picture

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
    identity, address, _relation = desk.enrollment.document_slots()
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


# Several pages


SHEETS = "MUSTER_SIMULATED_SHEETS"


def _page(colour: str, size: tuple[int, int] = (300, 400)) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def _colours(desk: Desk, draft: RegistrationId) -> list[str]:
    """Of the pages that are kept, one after the other."""
    named = {Image.new("RGB", (1, 1), each).getpixel((0, 0)): each for each in ("red", "lime", "blue", "yellow")}
    count = desk.enrollment.document_page(draft, FIELD).of
    pages = [desk.enrollment.document_page(draft, FIELD, number).pixels for number in range(count)]
    seen = [page[100, 100].astype(int) for page in pages]
    return [named[min(named, key=lambda each: int(np.abs(pixel - each).sum()))] for pixel in seen]  # type: ignore[call-overload]


@pytest.fixture
def three_pages(desk: Desk, draft: RegistrationId) -> RegistrationId:
    desk.enrollment.attach_document(draft, FIELD, "CIN", "7", *map(_page, ("red", "lime", "blue")))
    return draft


@pytest.mark.parametrize("page", [-1, 3])
def test_a_page_that_is_not_there_is_refused(desk: Desk, three_pages: RegistrationId, page: int) -> None:
    for ask in (desk.enrollment.document_page, desk.enrollment.remove_document_page):
        with pytest.raises(BadInput) as caught:
            ask(three_pages, FIELD, page)
        assert caught.value.code.name == "DOCUMENT_PAGE_ABSENT"


@pytest.mark.parametrize("page", [-1, 4])
def test_no_page_can_be_put_where_none_would_follow(desk: Desk, three_pages: RegistrationId, page: int) -> None:
    with pytest.raises(BadInput) as caught:
        desk.enrollment.attach_document(three_pages, FIELD, "CIN", None, _page("yellow"), page=page)
    assert caught.value.code.name == "DOCUMENT_PAGE_ABSENT"


def test_of_several_files_one_that_cannot_be_read_leaves_what_was_there(
    desk: Desk, three_pages: RegistrationId
) -> None:
    with pytest.raises(BadInput):
        desk.enrollment.attach_document(three_pages, FIELD, "CIN", None, _page("yellow"), b"not a picture", page=0)
    assert _colours(desk, three_pages) == ["red", "lime", "blue"]


def test_several_files_are_the_pages_of_one_document_in_their_order(
    desk: Desk, three_pages: RegistrationId
) -> None:
    assert _colours(desk, three_pages) == ["red", "lime", "blue"]
    record = desk.trail.about(three_pages)[-1]
    assert (record.event, record.detail["pages"]) == ("MUS-REG-004", "3")


def test_a_pdf_of_pictures_is_taken_page_by_page(desk: Desk, draft: RegistrationId) -> None:
    pages = [PicturePage(_as_jpeg(each), 100) for each in ("blue", "yellow")]
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, encode(pages))
    assert _colours(desk, draft) == ["blue", "yellow"]


def _as_jpeg(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (300, 400), colour).save(buffer, "JPEG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("page", "colours"),
    [
        (0, ["yellow", "lime", "blue"]),
        (2, ["red", "lime", "yellow"]),
        (3, ["red", "lime", "blue", "yellow"]),
        (None, ["yellow"]),
    ],
)
def test_a_page_stands_where_it_was_put(
    desk: Desk, three_pages: RegistrationId, page: int | None, colours: list[str]
) -> None:
    desk.enrollment.attach_document(three_pages, FIELD, "CIN", "7", _page("yellow"), page=page)
    assert _colours(desk, three_pages) == colours


def test_pages_that_stay_keep_every_octet(desk: Desk, three_pages: RegistrationId) -> None:
    before = _kept(desk, three_pages)
    desk.enrollment.attach_document(three_pages, FIELD, "CIN", "7", _page("yellow"), page=3)
    desk.enrollment.remove_document_page(three_pages, FIELD, 1)
    after = _kept(desk, three_pages)
    assert (after[0], after[1]) == (before[0], before[2])


def _kept(desk: Desk, draft: RegistrationId) -> tuple[PicturePage, ...]:
    content = desk.enrollment.registration(draft).documents[FIELD].content
    return parse(desk.enrollment._journal.read(draft, content))


def test_taking_a_page_away_keeps_the_others_and_what_was_written_about_them(
    desk: Desk, three_pages: RegistrationId
) -> None:
    state = desk.enrollment.remove_document_page(three_pages, FIELD, 1)
    assert _colours(desk, three_pages) == ["red", "blue"]
    assert (state.documents[FIELD].facts.type_code, state.documents[FIELD].facts.reference) == ("CIN", "7")


def test_without_its_last_page_there_is_no_document(desk: Desk, draft: RegistrationId) -> None:
    desk.enrollment.attach_document(draft, FIELD, "CIN", None, _page("red"))
    assert not desk.enrollment.remove_document_page(draft, FIELD, 0).documents


def test_all_that_lies_in_the_feeder_is_one_document(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SHEETS, "3")
    attached = desk.enrollment.scan_document(draft, FIELD, "CIN", None, Event(), lambda frame: None)
    assert (attached.pages, attached.broke_off) == (3, None)
    assert desk.enrollment.document_page(draft, FIELD, 2).of == 3


def test_pages_before_a_jam_are_kept_and_the_jam_is_told(
    desk: Desk, draft: RegistrationId, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SHEETS, "3")
    monkeypatch.setenv("MUSTER_SIMULATED_FAULTS", "scanner=jam")
    attached = desk.enrollment.scan_document(draft, FIELD, "CIN", None, Event(), lambda frame: None)
    told = attached.broke_off
    assert told is not None
    assert (told.code.name, told.severity, told.field) == ("SCANNER_JAMMED", Severity.WARNS, FIELD)
    assert desk.enrollment.document_page(draft, FIELD).of == 1


def test_a_page_from_the_glass_follows_those_that_are_there(desk: Desk, three_pages: RegistrationId) -> None:
    desk.enrollment.scan_document(three_pages, FIELD, "CIN", "7", Event(), lambda frame: None, page=3)
    assert [desk.enrollment.document_page(three_pages, FIELD, number).of for number in range(4)] == [4] * 4


def test_an_empty_feeder_means_the_page_on_the_glass(root: Path) -> None:
    with running(SimulatedScanner(sheets=0)) as scanner, desk_with(scanner, root) as other:
        registration = other.enrollment.start().id
        attached = other.enrollment.scan_document(registration, FIELD, "CIN", None, Event(), lambda frame: None)
    assert attached.pages == 1 and ">Platen<" in scanner.settings[-1]


def test_paper_that_is_stuck_in_the_feeder_does_not_mean_the_glass(root: Path) -> None:
    with running(SimulatedScanner(sheets=2, feeder="ScannerAdfJam")) as scanner, desk_with(scanner, root) as desk:
        registration = desk.enrollment.start().id
        with pytest.raises(DeviceUnavailable, match="SCANNER_JAMMED"):
            desk.enrollment.scan_document(registration, FIELD, "CIN", None, Event(), lambda frame: None)
    assert scanner.settings == []


@contextmanager
def desk_with(scanner: SimulatedScanner, root: Path) -> Iterator[Desk]:
    """A station whose only device is this one."""
    with closing(EsclDriver(addresses_from(scanner.url))) as driver:
        catalogue = Catalogue([Plugin("scanner_escl", "muster-driver-scanner-escl", lambda: driver, None)])
        with desk_at(root, catalogue=catalogue) as desk:
            yield desk


def test_pages_that_are_too_large_together_are_made_coarser_before_they_are_refused(root: Path) -> None:
    page = _photograph(600, 800)  # two of them are 440 kB sealed, made coarser 160
    with desk_at(root, policy=replace(QUICK, maximum_packet_bytes=300_000)) as desk:
        draft = desk.enrollment.start().id
        desk.enrollment.attach_document(draft, FIELD, "CIN", None, page, page)
        assert [each.resolution_dpi for each in _kept(desk, draft)] == [150, 150]
        with pytest.raises(Refused) as caught:
            desk.enrollment.attach_document(draft, FIELD, "CIN", None, *[page] * 8)
    assert caught.value.code.name == "DOCUMENT_PAGES_TOO_LARGE"
