from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path

import pytest

from muster.analysis.faces import FaceDetector
from muster.analysis.pictures import read_picture
from muster.analysis.weights import load_weights, models_folder
from muster.errors import NotAuthentic, Unavailable

CONTENT = b"weights, for all that matters here"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of one sound network called ``tiny``."""
    (tmp_path / "tiny.onnx").write_bytes(CONTENT)
    (tmp_path / "manifest.toml").write_text(f'[tiny]\nfile = "tiny.onnx"\nsha256 = "{SHA256}"\n')
    return tmp_path


@pytest.mark.parametrize("content", [b"", CONTENT + b"\n", CONTENT[:-1], CONTENT.swapcase()])
def test_weights_that_differ_from_their_hash_are_refused(folder: Path, content: bytes) -> None:
    (folder / "tiny.onnx").write_bytes(content)
    with pytest.raises(NotAuthentic, match="WEIGHTS_CHANGED"):
        load_weights("tiny", folder)


def test_a_changed_hash_in_the_manifest_is_refused(folder: Path) -> None:
    manifest = folder / "manifest.toml"
    manifest.write_text(manifest.read_text().replace(SHA256, "0" * 64))
    with pytest.raises(NotAuthentic, match="WEIGHTS_CHANGED"):
        load_weights("tiny", folder)


def test_a_folder_without_manifest_is_refused(folder: Path) -> None:
    (folder / "manifest.toml").unlink()
    with pytest.raises(Unavailable, match="WEIGHTS_MISSING"):
        load_weights("tiny", folder)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="WEIGHTS_MISSING"):
        load_weights("tiny", tmp_path / "nowhere")


def test_weights_whose_file_is_gone_are_refused(folder: Path) -> None:
    (folder / "tiny.onnx").unlink()
    with pytest.raises(Unavailable, match="WEIGHTS_MISSING"):
        load_weights("tiny", folder)


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"[other]\nfile = 'tiny.onnx'",
        b"[tiny]",
        b"[tiny]\nfile = 'tiny.onnx'",
        b"[tiny]\nfile = 7\nsha256 = '00'",
        b"tiny = 'tiny.onnx'",
        b"[tiny",
        b"\xff\xfe",
    ],
    ids=["empty", "another entry", "no file", "no hash", "file is a number", "no table", "no TOML", "no UTF-8"],
)
def test_a_manifest_that_does_not_name_file_and_hash_is_refused(folder: Path, manifest: bytes) -> None:
    (folder / "manifest.toml").write_bytes(manifest)
    with pytest.raises(Unavailable, match="WEIGHTS_MISSING"):
        load_weights("tiny", folder)


def test_sound_weights_are_handed_out(folder: Path) -> None:
    assert load_weights("tiny", folder) == CONTENT


def test_weights_in_a_package_are_held_to_their_hash_as_well(folder: Path) -> None:
    (folder / "manifest.toml").write_text("[tiny]\npackage = 'email'\nfile = '__init__.py'\nsha256 = '00'")
    with pytest.raises(NotAuthentic, match="WEIGHTS_CHANGED"):
        load_weights("tiny", folder)


@pytest.mark.parametrize("package", ["'nosuchpackage'", "7", "'email.charset'", "''"])
def test_a_package_that_is_not_there_is_a_part_that_is_missing(folder: Path, package: str) -> None:
    (folder / "manifest.toml").write_text(f"[tiny]\npackage = {package}\nfile = 'tiny.bin'\nsha256 = '00'")
    with pytest.raises(Unavailable, match="WEIGHTS_MISSING"):
        load_weights("tiny", folder)


def test_a_detector_does_not_run_with_changed_weights(tmp_path: Path) -> None:
    shipped = models_folder()
    (tmp_path / "manifest.toml").write_bytes((shipped / "manifest.toml").read_bytes())
    content = bytearray((shipped / "face_detection_short_range.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "face_detection_short_range.onnx").write_bytes(content)
    frame = read_picture(b"P6 2 2 255\n" + bytes(12))
    with pytest.raises(NotAuthentic, match="WEIGHTS_CHANGED"):
        FaceDetector(tmp_path).detect(frame)


def test_everything_in_the_manifest_we_ship_is_there_with_its_licence() -> None:
    manifest = tomllib.loads((models_folder() / "manifest.toml").read_text(encoding="utf-8"))
    assert manifest
    for name, entry in manifest.items():
        assert load_weights(name)
        assert (models_folder() / entry["licence_file"]).is_file()
        assert entry["licence"]
        assert entry["source"]


def test_every_network_we_ship_is_in_the_manifest() -> None:
    manifest = tomllib.loads((models_folder() / "manifest.toml").read_text(encoding="utf-8"))
    shipped = {path.name for path in models_folder().glob("*.onnx")}
    assert shipped == {entry["file"] for entry in manifest.values() if "package" not in entry}
