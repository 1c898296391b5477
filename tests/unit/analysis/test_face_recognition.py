"""Same face or not: the shipped network, and a deployer's pack."""

from __future__ import annotations

import itertools
import shutil
from pathlib import Path

import cv2
import numpy as np
import onnx
import onnx.numpy_helper
import pytest
from onnx import TensorProto, helper

from muster.analysis.api import Pixels
from muster.analysis.face_mesh import FaceMesh, FaceMesher
from muster.analysis.face_pack import PackRecogniser
from muster.analysis.face_recognition import (
    FaceMatch,
    FaceTemplate,
    Recogniser,
    ShippedRecogniser,
    aligned,
    compare,
    template_at,
    template_of,
)
from muster.analysis.faces import FaceDetector
from muster.analysis.pictures import read_picture
from muster.analysis.weights import models_folder
from muster.domain.assessment import Score
from muster.errors import NotAuthentic, Unavailable
from muster_simulated.pictures import Pictures

CALIBRATION = '["face match"]\npoints = [[0, 0], [1, 100]]\nthresholds = { match = 0.38 }\n'
PEOPLE = ("biden_biden", "biden_biden2", "obama_obama", "obama_obama2", "rose_leslie_img1")


@pytest.fixture(scope="module")
def portrait() -> Pixels:
    return Pictures().photograph("face")


@pytest.fixture(scope="module")
def shipped() -> ShippedRecogniser:
    return ShippedRecogniser()


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped network as if it were an InsightFace pack, a detector beside it."""
    folder = tmp_path_factory.mktemp("pack")
    shutil.copy(models_folder() / "fr_feature.onnx", folder / "w600k.onnx")
    shutil.copy(models_folder() / "face_detection_short_range.onnx", folder / "det.onnx")
    (folder / "calibration.toml").write_text(CALIBRATION, encoding="utf-8")
    return folder


def mesh_of(pixels: Pixels) -> FaceMesh:
    (face, *_) = FaceDetector().detect(pixels)
    return FaceMesher().find(pixels, face).mesh


def template(pixels: Pixels, recogniser: Recogniser) -> FaceTemplate:
    return template_of(pixels, mesh_of(pixels), recogniser)


# -- comparing


def test_templates_of_different_networks_are_not_compared(shipped: ShippedRecogniser) -> None:
    vector = np.full(4, 0.5, np.float32)
    with pytest.raises(ValueError, match="different networks"):
        compare(FaceTemplate("a", vector), FaceTemplate("b", vector), shipped.calibration)


@pytest.mark.parametrize(("cosine", "match"), [(0.3999, False), (0.4, True), (1.0, True), (-1.0, False)])
def test_a_match_is_from_the_threshold_on(cosine: float, match: bool) -> None:
    assert FaceMatch(Score("face match", cosine, 0), 0.4).is_match is match


def test_a_template_has_length_one_and_matches_itself(portrait: Pixels, shipped: ShippedRecogniser) -> None:
    one = template(portrait, shipped)
    assert np.linalg.norm(one.vector) == pytest.approx(1, abs=1e-5)
    assert compare(one, one, shipped.calibration).score.raw == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("change", ["smaller", "larger", "leaning", "compressed", "dimmer", "20 megapixels"])
def test_another_picture_of_the_same_scene_matches(
    portrait: Pixels, shipped: ShippedRecogniser, change: str
) -> None:
    other = {
        "smaller": lambda: cv2.resize(portrait, (400, 300), interpolation=cv2.INTER_AREA),
        "larger": lambda: cv2.resize(portrait, (1608, 1206)),
        "leaning": lambda: cv2.warpAffine(portrait, cv2.getRotationMatrix2D((400, 260), 25, 1), (804, 603)),
        "compressed": lambda: cv2.imdecode(cv2.imencode(".jpg", portrait, [1, 30])[1], cv2.IMREAD_COLOR),
        "dimmer": lambda: (portrait * 0.5).astype(np.uint8),
        "20 megapixels": lambda: cv2.resize(portrait, (5160, 3870)),
    }[change]()
    score = compare(template(portrait, shipped), template(other, shipped), shipped.calibration).score.raw
    assert score > 0.8


def test_eyes_and_mouth_lie_on_the_template(portrait: Pixels) -> None:
    """Found again in the aligned face, by the mesh."""
    large: Pixels = cv2.resize(aligned(portrait, mesh_of(portrait).five), (448, 448))
    framed = cv2.copyMakeBorder(large, 150, 150, 150, 150, cv2.BORDER_REPLICATE)
    right, left, nose, *_ = (mesh_of(framed).five - 150) / 4
    assert tuple(right) == pytest.approx((38.3, 51.7), abs=4)
    assert tuple(left) == pytest.approx((73.5, 51.5), abs=4)
    assert tuple(nose) == pytest.approx((56.0, 71.7), abs=5)


@pytest.fixture(scope="module")
def people(reference_data: Path, shipped: ShippedRecogniser) -> dict[str, FaceTemplate]:
    return {
        name: template(read_picture((reference_data / "faces" / f"{name}.jpg").read_bytes()), shipped)
        for name in PEOPLE
    }


@pytest.mark.parametrize(("a", "b"), list(itertools.combinations(PEOPLE, 2)))
def test_every_pair_of_the_reference_faces_is_right(
    people: dict[str, FaceTemplate], shipped: ShippedRecogniser, a: str, b: str
) -> None:
    is_same = a.partition("_")[0] == b.partition("_")[0]
    assert compare(people[a], people[b], shipped.calibration).is_match is is_same


# -- a pack


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, portrait: Pixels) -> None:
    with pytest.raises(Unavailable, match="FACE_PACK_ABSENT"):
        template(portrait, PackRecogniser(tmp_path / "nowhere"))


def test_a_pack_without_a_recognition_network_is_told(tmp_path: Path, portrait: Pixels) -> None:
    shutil.copy(models_folder() / "face_detection_short_range.onnx", tmp_path / "det.onnx")
    with pytest.raises(Unavailable, match=r"FACE_PACK_NETWORK.* 0\."):
        template(portrait, PackRecogniser(tmp_path))


def test_a_pack_with_two_recognition_networks_is_told(tmp_path: Path, portrait: Pixels) -> None:
    for name in ("one", "two"):
        shutil.copy(models_folder() / "fr_feature.onnx", tmp_path / f"{name}.onnx")
    with pytest.raises(Unavailable, match=r"FACE_PACK_NETWORK.* 2\."):
        template(portrait, PackRecogniser(tmp_path))


@pytest.mark.parametrize("content", [b"", b"no network", b"\x08\x07"])
def test_a_broken_network_is_told(tmp_path: Path, portrait: Pixels, content: bytes) -> None:
    (tmp_path / "broken.onnx").write_bytes(content)
    with pytest.raises(NotAuthentic, match="FACE_PACK_BROKEN"):
        template(portrait, PackRecogniser(tmp_path))


@pytest.mark.parametrize(
    "text", [None, "", '["face match"]\npoints = [[0, 0]]\n'], ids=["none", "empty", "no match"]
)
def test_a_pack_without_its_own_threshold_is_told(tmp_path: Path, text: str | None) -> None:
    if text is not None:
        (tmp_path / "calibration.toml").write_text(text, encoding="utf-8")
    with pytest.raises(Unavailable, match="FACE_PACK_UNCALIBRATED"):
        _ = PackRecogniser(tmp_path).calibration


def test_insightfaces_runner_runs_the_shipped_network(
    portrait: Pixels, shipped: ShippedRecogniser, pack: Path
) -> None:
    """It turns the channels around, as packs want them: given them turned, it sees what the shipped one sees."""
    face = aligned(portrait, mesh_of(portrait).five)
    theirs, ours = PackRecogniser(pack).embed(np.ascontiguousarray(face[:, :, ::-1])), shipped.embed(face)
    cosine = float(theirs @ ours / np.linalg.norm(theirs) / np.linalg.norm(ours))
    assert cosine > 0.999


def test_a_pack_is_given_rgb_from_minus_one_to_one(tmp_path: Path) -> None:
    """By a network that gives back the mean of each channel."""
    nodes = [
        helper.make_node("ReduceMean", ["x"], ["means"], axes=[2, 3], keepdims=0),
    ]
    graph = helper.make_graph(
        nodes,
        "means",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 112, 112])],
        [helper.make_tensor_value_info("means", TensorProto.FLOAT, ["n", 3])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(tmp_path / "means.onnx"))
    face = np.empty((112, 112, 3), np.uint8)
    face[...] = (255, 0, 51)
    assert PackRecogniser(tmp_path).embed(face).tolist() == pytest.approx([1, -1, -0.6], abs=0.01)


def test_a_pack_tells_people_apart_with_its_own_threshold(reference_data: Path, pack: Path) -> None:
    recogniser = PackRecogniser(pack)
    a, b, c = (
        template(read_picture((reference_data / "faces" / f"{name}.jpg").read_bytes()), recogniser)
        for name in ("obama_obama", "obama_obama2", "biden_biden")
    )
    assert compare(a, b, recogniser.calibration).threshold == 0.38
    assert compare(a, b, recogniser.calibration).is_match
    assert not compare(a, c, recogniser.calibration).is_match


def test_an_exchanged_pack_is_another_network(tmp_path: Path, pack: Path) -> None:
    content = (pack / "w600k.onnx").read_bytes()
    model = onnx.load_from_string(content)
    model.doc_string = "another"
    onnx.save(model, str(tmp_path / "w600k.onnx"))
    assert PackRecogniser(pack).network.startswith("w600k:")
    assert PackRecogniser(tmp_path).network != PackRecogniser(pack).network


# -- a pack's own detector


def finding(file: Path, picture: Pixels, *faces: np.ndarray) -> Path:
    """A network with the outputs of SCRFD that sees these five points in any picture of that one's size."""
    scale = 640 / max(picture.shape[:2])
    scores, boxes, points = (
        [np.zeros((2 * (640 // s) ** 2, n), np.float32) for s in (8, 16, 32)] for n in (1, 4, 10)
    )
    for number, five in enumerate(faces):
        scaled = five * scale
        column, row = (scaled.mean(0) // 32).astype(int)
        anchor = 2 * (20 * row + column)
        scores[2][anchor] = 0.9 - 0.1 * number
        boxes[2][anchor] = 2
        points[2][anchor] = ((scaled - (32 * column, 32 * row)) / 32).reshape(-1)
    content = [*scores, *boxes, *points]
    graph = helper.make_graph(
        [helper.make_node("Identity", [f"c{n}"], [f"o{n}"]) for n in range(9)],
        "scrfd",
        [helper.make_tensor_value_info("input.1", TensorProto.FLOAT, [1, 3, "h", "w"])],
        [helper.make_tensor_value_info(f"o{n}", TensorProto.FLOAT, each.shape) for n, each in enumerate(content)],
        [onnx.numpy_helper.from_array(each, f"c{n}") for n, each in enumerate(content)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(model, str(file))
    return file.parent


def test_a_pack_without_a_detector_leaves_finding_to_the_program(pack: Path, portrait: Pixels) -> None:
    assert PackRecogniser(pack).faces(portrait) is None


def test_a_pack_with_two_detectors_is_told(tmp_path: Path, portrait: Pixels) -> None:
    finding(tmp_path / "one.onnx", portrait)
    with pytest.raises(Unavailable, match=r"FACE_PACK_DETECTORS.* 2\."):
        PackRecogniser(finding(tmp_path / "two.onnx", portrait)).faces(portrait)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 2000, 3), (2000, 1, 3), (10, 10, 3)])
def test_a_packs_detector_sees_nobody_where_nobody_is(tmp_path: Path, shape: tuple[int, ...]) -> None:
    pixels = np.zeros(shape, np.uint8)
    assert PackRecogniser(finding(tmp_path / "det.onnx", pixels)).faces(pixels) == ()


def test_a_face_lies_where_the_packs_detector_says(
    tmp_path: Path, portrait: Pixels, shipped: ShippedRecogniser, pack: Path
) -> None:
    shutil.copytree(pack, tmp_path / "pack")
    five = mesh_of(portrait).five
    recogniser = PackRecogniser(finding(tmp_path / "pack" / "scrfd.onnx", portrait, five))
    found = recogniser.faces(portrait)
    assert found is not None
    (seen,) = found
    assert np.abs(seen - five).max() < 1
    at_points = template_at(portrait, seen, recogniser)
    assert float(at_points.vector @ template(portrait, recogniser).vector) > 0.99


def test_two_faces_of_the_packs_detector_are_two(tmp_path: Path, portrait: Pixels) -> None:
    five = mesh_of(portrait).five
    recogniser = PackRecogniser(finding(tmp_path / "det.onnx", portrait, five, five + 200))
    assert [len(each) for each in recogniser.faces(portrait) or ()] == [5, 5]
