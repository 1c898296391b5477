from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from muster.analysis.faces import DetectedFace
from muster.analysis.liveness_fusion import Liveness
from muster.analysis.liveness_observation import LivenessWatch
from muster.analysis.liveness_passive import NetworkInput
from muster.analysis.model_packs import ModelPack, sign_pack
from muster.analysis.pictures import read_picture
from muster.analysis.weights import models_folder
from muster.crypto.signing import SigningKey
from muster.domain.assessment import Score
from muster.errors import MusterError

LIST = """
name = "theirs"
purpose = "face liveness"
licence = "MIT"
points = [[0, 0], [1, 100]]
thresholds = {{ refuse = 40, weight = 2 }}
"""
NETWORK = """
[[networks]]
file = "{file}"
sha256 = "{sha256}"
input = "input"
crop = {crop}
side = {side}
colour = "BGR"
live = {live}
"""


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


@pytest.fixture
def pack(tmp_path: Path, key: SigningKey) -> Path:
    """The shipped network as somebody else's pack."""
    file = tmp_path / "theirs.onnx"
    shutil.copy(models_folder() / "fr_liveness.onnx", file)
    written(tmp_path, key, entry(file, crop=2.7, side=128, live=0))
    return tmp_path


def entry(file: Path, crop: float, side: int, live: int) -> str:
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    return NETWORK.format(file=file.name, sha256=sha256, crop=crop, side=side, live=live)


def written(folder: Path, key: SigningKey, networks: str) -> None:
    (folder / "pack.toml").write_text(LIST.format() + networks, encoding="utf-8")
    sign_pack(folder, key)


def refusal(folder: Path, *keys: bytes) -> str:
    with pytest.raises(MusterError) as caught:
        ModelPack.open(folder, keys)
    return caught.value.code.name


@pytest.mark.parametrize("file", ["pack.toml", "pack.sig"])
def test_a_folder_that_is_no_pack_is_told(pack: Path, key: SigningKey, file: str) -> None:
    (pack / file).unlink()
    assert refusal(pack, key.public_pem) == "PACK_ABSENT"


def test_a_pack_is_refused_where_no_key_is_trusted(pack: Path) -> None:
    assert refusal(pack) == "PACK_NOT_TRUSTED"


def test_a_pack_of_another_key_is_refused(pack: Path) -> None:
    assert refusal(pack, SigningKey.generate().public_pem) == "PACK_NOT_TRUSTED"


def test_a_list_changed_after_it_was_signed_is_refused(pack: Path, key: SigningKey) -> None:
    listed = pack / "pack.toml"
    listed.write_text(listed.read_text(encoding="utf-8").replace("refuse = 40", "refuse = 0"), encoding="utf-8")
    assert refusal(pack, key.public_pem) == "PACK_NOT_TRUSTED"


def test_a_network_changed_after_it_was_signed_is_refused(pack: Path, key: SigningKey) -> None:
    file = pack / "theirs.onnx"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    assert refusal(pack, key.public_pem) == "PACK_CHANGED"


def test_a_network_that_is_gone_is_told(pack: Path, key: SigningKey) -> None:
    (pack / "theirs.onnx").unlink()
    assert refusal(pack, key.public_pem) == "PACK_CHANGED"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("face liveness", "face match"),
        ('"BGR"', '"CMYK"'),
        ("crop = 2.7", "crop = -1"),
        ("crop = 2.7", "crop = nan"),
        ("side = 128", "side = 100000"),
        ("live = 0", "live = -1"),
        ("theirs.onnx", "../theirs.onnx"),
        ("points", "dots"),
        ("weight = 2", "weight = -2"),
        ("[[networks]]", "[networks]"),
        ("name", "= name"),
    ],
)
def test_a_signed_list_that_makes_no_sense_is_refused(pack: Path, key: SigningKey, old: str, new: str) -> None:
    listed = pack / "pack.toml"
    text = listed.read_text(encoding="utf-8")
    assert old in text
    listed.write_text(text.replace(old, new, 1), encoding="utf-8")
    sign_pack(pack, key)
    assert refusal(pack, key.public_pem) == "PACK_UNREADABLE"


def test_a_pack_brings_its_own_weight_and_threshold(pack: Path, key: SigningKey) -> None:
    signal = ModelPack.open(pack, [SigningKey.generate().public_pem, key.public_pem]).signal()
    assert dict(signal.scale.thresholds) == {"refuse": 40, "weight": 2}


def test_the_order_of_colours_and_the_range_are_as_the_list_says() -> None:
    frame = np.zeros((100, 100, 3), np.uint8)
    frame[..., 0] = 200
    face = DetectedFace(40, 40, 20, 20, 1, ())
    bgr = NetworkInput("input", 2, 8, 0, bgr=True, subtract=100, divide=50).prepared(frame, face)
    rgb = NetworkInput("input", 2, 8, 0, bgr=False).prepared(frame, face)
    assert bgr[0, :, 0, 0].tolist() == [-2, -2, 2]
    assert rgb[0, :, 0, 0].tolist() == [200, 0, 0]


@pytest.mark.parametrize(("name", "accepted"), [("live_1", True), ("spoof_1", False)])
def test_the_minivision_pair_works_as_a_pack(
    tmp_path: Path, key: SigningKey, reference_data: Path, name: str, accepted: bool
) -> None:
    entries = []
    for source, crop in (("2.7_80x80_MiniFASNetV2.onnx", 2.7), ("4_0_0_80x80_MiniFASNetV1SE.onnx", 4.0)):
        shutil.copyfile(reference_data / "models" / "minivision" / source, tmp_path / source)
        entries.append(entry(tmp_path / source, crop, side=80, live=1))
    written(tmp_path, key, "".join(entries))
    watch = LivenessWatch()
    watch.add(read_picture((reference_data / "pad" / f"{name}.jpg").read_bytes()), 0)
    signal = ModelPack.open(tmp_path, [key.public_pem]).signal()
    said = signal.read(watch.window)
    assert isinstance(said, Score)
    assert (said.raw > 0.5) is accepted
    assert (Liveness(passive=signal).decide(watch.window).outcome.value == "accepted") is accepted
