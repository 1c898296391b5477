"""Whatever is not a document gets an answer, and never an exception."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from muster.analysis.api import Pixels
from muster.analysis.barcodes import read_barcodes
from muster.analysis.document_page import find_page
from muster.analysis.document_portrait import PortraitFinder
from muster.analysis.document_quality import MEASURES, DocumentQuality
from muster.analysis.mrz_reading import MRZ_ABSENT, MrzReader
from muster.analysis.pictures import as_rgb, read_picture
from muster.domain.assessment import Assessment, NotAssessed, Severity
from muster_simulated.pictures import Pictures
from unit.analysis.document_scenes import WRONG_PICTURES, page


@pytest.fixture(scope="module")
def quality() -> DocumentQuality:
    return DocumentQuality()


@pytest.fixture(scope="module")
def reader() -> MrzReader:
    return MrzReader()


@pytest.mark.parametrize("picture", WRONG_PICTURES)
def test_what_shows_no_page_is_judged_as_far_as_it_can_be_and_blocks_nothing(
    quality: DocumentQuality, picture: Pixels
) -> None:
    found = quality.assess(picture)
    assert tuple(each.measure for each in found.measures) == MEASURES
    assert {each.severity for each in found.findings} <= {Severity.WARNS}


@pytest.mark.parametrize(
    ("picture", "code"),
    [
        (np.full((700, 1000, 3), 255, np.uint8), "PAGE_BLANK"),
        (np.zeros((700, 1000, 3), np.uint8), "DOCUMENT_TOO_DARK"),
        (np.zeros((10, 10, 3), np.uint8), "DOCUMENT_TOO_COARSE"),
    ],
)
def test_a_picture_of_nothing_says_what_is_wrong_with_it(
    quality: DocumentQuality, picture: Pixels, code: str
) -> None:
    assert [each.code.name for each in quality.assess(picture).findings] == [code]


@pytest.mark.parametrize("picture", WRONG_PICTURES)
def test_what_shows_no_zone_has_none(reader: MrzReader, picture: Pixels) -> None:
    (measure,) = reader.assess(picture).measures
    assert measure == NotAssessed("MRZ sureness", MRZ_ABSENT)


@pytest.mark.parametrize("picture", WRONG_PICTURES)
def test_what_shows_no_code_and_no_face_has_none(picture: Pixels) -> None:
    assert read_barcodes(picture) == ()
    if min(picture.shape[:2]) > 1:
        assert PortraitFinder().find(as_rgb(picture), find_page(as_rgb(picture)), None) is None


@pytest.mark.parametrize("name", ["face", "empty_chair"])
def test_a_photograph_of_something_else_has_no_zone(reader: MrzReader, name: str) -> None:
    assert reader.read(Pictures().photograph(name)) is None


@pytest.mark.parametrize("mode", ["L", "CMYK", "I;16", "P", "RGBA", "1"])
def test_a_file_of_any_kind_of_pixels_is_judged(quality: DocumentQuality, mode: str) -> None:
    image = Image.fromarray(page("card"))
    if mode == "I;16":
        image = Image.fromarray(np.asarray(image.convert("L")).astype(np.uint16) * 257)
    else:
        image = image.convert(mode)
    buffer = io.BytesIO()
    image.save(buffer, "TIFF")
    found = quality.assess(read_picture(buffer.getvalue()))
    assert isinstance(found, Assessment)
    assert found.value("document resolution") is not None
