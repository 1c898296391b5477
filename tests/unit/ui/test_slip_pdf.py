"""Slips as they come out of a printer: one page, and both codes readable by somebody else's reader."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader
from PySide6.QtWidgets import QApplication

from muster.crypto.slip_key import SlipKey
from muster.formats.handwriting import Handwriting, Point
from muster.formats.image_codec import encode_png
from muster.formats.slip_claims import SlipClaims, name_hash, photo_hash
from muster.ui import slip_pdf
from muster.workstation.slip import Paper, Slip, SlipSection
from muster.workstation.slip_codes import check_slip
from muster.workstation.words_for_people import languages_with_words, slip_words

NUMBER = "10001100010000120260301123000"
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
KEY = SlipKey(bytes(32))
CERTIFICATE = KEY.certificate("Slips", AT, 3650)
CLAIMS = SlipClaims(NUMBER, AT, AT + timedelta(days=365), name_hash(NUMBER, "Erika"), photo_hash("ab" * 32))
TOKEN = KEY.sign(CLAIMS.encode())
ROLL_DPI = 203  # what thermal heads have


def _section(language: str) -> SlipSection:
    words = slip_words(language)
    rows = tuple((words[name], NUMBER) for name in ("number", "date", "station", "captured", "valid", "face"))
    return SlipSection(
        language, words["title"], rows, words["footer"], words["next"], tuple(words["steps"]),
        words["read"], words["check"], words["signature"],
    )  # fmt: skip


@pytest.fixture(scope="module")
def slip() -> Slip:
    """As much as a slip ever holds: five languages, a photograph, a signature."""
    photo = np.full((480, 360, 3), 128, np.uint8)
    written = Handwriting(600, 160, ((Point(20, 80), Point(500, 60)),)).draw()
    sections = tuple(map(_section, languages_with_words()))
    return Slip(NUMBER, AT, "10001 / 10001", encode_png(photo), NUMBER, sections, TOKEN, encode_png(written))


@pytest.mark.parametrize("paper", list(Paper))
def test_both_codes_are_read_from_every_paper_and_the_signed_one_is_genuine(
    qapp: QApplication, slip: Slip, paper: Paper
) -> None:
    page = slip_pdf.picture(slip, ROLL_DPI, paper)
    texts = {each.text for each in zxingcpp.read_barcodes(page)}
    assert texts == {NUMBER, TOKEN}
    assert check_slip(TOKEN, CERTIFICATE, AT).registration_id == NUMBER


def test_a_poor_copy_of_a_receipt_is_still_read(qapp: QApplication, slip: Slip, tmp_path: Path) -> None:
    """Photographed askew, soft, grey and squeezed as telephones do."""
    page = Image.fromarray(slip_pdf.picture(slip, ROLL_DPI, Paper.ROLL_58)).convert("L")
    seen = page.resize((page.width * 3 // 4, page.height * 3 // 4)).rotate(2, fillcolor=255, expand=True)
    seen.point(lambda value: 60 + value * 130 // 255).save(tmp_path / "photo.jpg", quality=60)
    assert check_slip(str(tmp_path / "photo.jpg"), CERTIFICATE, AT).registration_id == NUMBER


@pytest.mark.parametrize("paper", list(Paper))
def test_every_paper_takes_one_page_however_many_languages_there_are(
    qapp: QApplication, slip: Slip, paper: Paper
) -> None:
    (page,) = PdfReader(io.BytesIO(slip_pdf.content(slip, paper))).pages
    width, height = (float(each) / 72 * 25.4 for each in (page.mediabox.width, page.mediabox.height))
    assert (width, height) == pytest.approx(slip_pdf.size_mm(slip, paper), abs=0.5)


def test_a_sheet_has_room_for_all_of_it(qapp: QApplication, slip: Slip) -> None:
    for paper in (Paper.A5, Paper.A4):
        page = slip_pdf._Page(slip, paper)
        assert page.used_mm <= page.height_mm


def test_a_roll_is_as_long_as_its_words(qapp: QApplication, slip: Slip) -> None:
    short = replace(slip, sections=slip.sections[:1])
    assert slip_pdf.size_mm(short, Paper.ROLL_80)[1] < slip_pdf.size_mm(slip, Paper.ROLL_80)[1]


def test_the_pdf_is_checked_without_being_looked_at(qapp: QApplication, slip: Slip, tmp_path: Path) -> None:
    slip_pdf.write(slip, tmp_path / "slip.pdf", Paper.A4)
    assert check_slip(str(tmp_path / "slip.pdf"), CERTIFICATE, AT, "Erika").is_name


@pytest.mark.parametrize("paper", list(Paper))
def test_a_slip_of_training_says_so_on_every_paper_and_its_codes_are_read_all_the_same(
    qapp: QApplication, slip: Slip, paper: Paper
) -> None:
    sections = tuple(replace(each, training=slip_words(each.language)["training"]) for each in slip.sections)
    trained = replace(slip, sections=sections)
    plain, marked = (
        "".join(page.extract_text() for page in PdfReader(io.BytesIO(slip_pdf.content(each, paper))).pages)
        for each in (slip, trained)
    )
    word = slip_words("eng")["training"].split()[0]
    assert word not in plain
    assert marked.count(word) == (1 if paper.is_roll else 2)  # above the words, and across a sheet
    page = slip_pdf.picture(trained, ROLL_DPI, paper)
    assert {each.text for each in zxingcpp.read_barcodes(page)} == {NUMBER, TOKEN}
