"""The face on a page is found whichever way up it lies, and can be compared."""

from __future__ import annotations

import numpy as np
import pytest

from muster.analysis.document_page import find_page
from muster.analysis.document_portrait import PortraitFinder
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate, ShippedRecogniser, compare, template_of
from muster.analysis.faces import FaceDetector
from muster.analysis.mrz_reading import MrzReader
from muster_simulated.pictures import Pictures
from unit.analysis.document_scenes import on_table, page


@pytest.fixture(scope="module")
def finder() -> PortraitFinder:
    return PortraitFinder()


@pytest.fixture(scope="module")
def reader() -> MrzReader:
    return MrzReader()


@pytest.fixture(scope="module")
def living() -> FaceTemplate:
    """Of the person on the pages, another picture."""
    live = Pictures().photograph("face")
    (face,) = FaceDetector().detect(live)
    return template_of(live, FaceMesher().find(live, face).mesh, ShippedRecogniser())


def test_a_page_without_a_face_has_no_portrait(finder: PortraitFinder) -> None:
    faceless = page("passport").copy()
    faceless[60:300, 20:260] = 235
    assert finder.find(faceless, find_page(faceless), None) is None


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_the_portrait_is_the_person_whichever_way_up_the_page_lies(
    finder: PortraitFinder, reader: MrzReader, living: FaceTemplate, turns: int
) -> None:
    scene = np.ascontiguousarray(np.rot90(on_table(page("passport"), degrees=3)[0], turns))
    portrait = finder.find(scene, find_page(scene), reader.read(scene))
    assert portrait is not None
    recogniser = ShippedRecogniser()
    assert compare(finder.template(portrait, recogniser), living, recogniser.calibration).score.raw > 0.6
