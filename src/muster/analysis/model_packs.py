"""A deployer's own networks for liveness: a signed folder, no program.

::

    pack.toml         what is in it (below)
    pack.sig          signature over pack.toml, RSA PKCS#1 v1.5 with SHA-256, raw
    *.onnx            the networks

Only the signed list is believed: a network whose hash is not the one written there is refused, and so is a pack
that no trusted key signed. How a network wants its pictures is data::

    name = "minivision"
    purpose = "face liveness"
    licence = "Apache-2.0"
    points = [[0, 0], [0.5, 50], [1, 100]]        # as in calibration.toml
    thresholds = { refuse = 20, weight = 1 }

    [[networks]]
    file = "MiniFASNetV2.onnx"
    sha256 = "..."
    input = "input"      # the network's name for its input
    crop = 2.7           # times the face's box
    side = 80
    colour = "BGR"       # or "RGB"
    subtract = 0
    divide = 1
    taller = 0           # share added to the box at its top
    live = 1             # which of the softmax says live

The networks of one pack are averaged.
"""

from __future__ import annotations

import hashlib
import math
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from muster.analysis.calibration import Calibration
from muster.analysis.liveness_passive import PASSIVE, NetworkInput, PassiveSignal
from muster.crypto.jws import Signer
from muster.crypto.signing import verify
from muster.errors import Code, NotAuthentic, Unavailable

PACK_ABSENT = Code("PACK_ABSENT", "The folder {folder} holds no pack of networks (pack.toml, pack.sig).")
PACK_NOT_TRUSTED = Code(
    "PACK_NOT_TRUSTED", "The pack of networks {folder} is not signed by a key this station trusts."
)
PACK_CHANGED = Code(
    "PACK_CHANGED", "{file} in the pack of networks is missing or was changed after it was signed."
)
PACK_UNREADABLE = Code("PACK_UNREADABLE", "The pack of networks {folder} does not say how its networks are used.")

_LIST, _SIGNATURE = "pack.toml", "pack.sig"
_PURPOSE = "face liveness"
_COLOURS = {"RGB": False, "BGR": True}
_LARGEST_SIDE, _MOST_CLASSES = 1024, 64


@dataclass(frozen=True, slots=True)
class ModelPack:
    """A pack whose signature and hashes were right when it was opened; the networks' bytes are kept, so that they
    are what was checked."""

    name: str
    licence: str
    scale: Calibration
    networks: tuple[tuple[NetworkInput, bytes], ...]

    @classmethod
    def open(cls, folder: Path, trusted_keys: Iterable[bytes]) -> ModelPack:
        """``trusted_keys`` are public keys or certificates, PEM or DER. Raises ``Unavailable`` (no pack),
        ``NotAuthentic`` (signature, hash, a list that makes no sense), ``BadInput`` (a trusted key that is
        none)."""
        try:
            listed, signature = (folder / _LIST).read_bytes(), (folder / _SIGNATURE).read_bytes()
        except OSError as error:
            raise Unavailable(PACK_ABSENT, folder=folder.name) from error
        if not any(verify(key, listed, signature) for key in trusted_keys):
            raise NotAuthentic(PACK_NOT_TRUSTED, folder=folder.name)
        try:
            return cls._read(folder, tomllib.loads(listed.decode("utf-8")))
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise NotAuthentic(PACK_UNREADABLE, folder=folder.name) from error

    @classmethod
    def _read(cls, folder: Path, listed: Mapping[str, Any]) -> ModelPack:
        if listed["purpose"] != _PURPOSE:
            raise ValueError("a pack for another purpose")
        points = tuple((float(raw), float(value)) for raw, value in listed["points"])
        thresholds = {name: float(listed["thresholds"][name]) for name in ("refuse", "weight")}
        networks = tuple((_input(entry), _content(folder, entry)) for entry in listed["networks"])
        if not networks or not all(math.isfinite(each) and each >= 0 for each in thresholds.values()):
            raise ValueError("a pack without networks, or with thresholds below zero")
        return cls(str(listed["name"]), str(listed["licence"]), Calibration(PASSIVE, points, thresholds), networks)

    def signal(self) -> PassiveSignal:
        """In place of the shipped network's (``Liveness(passive=...)``)."""
        return PassiveSignal([(wanted, _Session(content).run) for wanted, content in self.networks], self.scale)


def sign_pack(folder: Path, key: Signer) -> None:
    """Writes ``pack.sig`` over ``pack.toml``: for whoever makes packs."""
    (folder / _SIGNATURE).write_bytes(key.sign((folder / _LIST).read_bytes()))


class _Session:
    """Loaded at its first use, on one thread."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def run(self, inputs: Mapping[str, NDArray[Any]]) -> list[NDArray[Any]]:
        return list(self._session.run(None, dict(inputs)))

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(self._content, options, providers=["CPUExecutionProvider"])


def _input(entry: Mapping[str, Any]) -> NetworkInput:
    found = NetworkInput(
        name=str(entry["input"]),
        crop=float(entry["crop"]),
        side=int(entry["side"]),
        live=int(entry["live"]),
        bgr=_COLOURS[entry["colour"]],
        subtract=float(entry.get("subtract", 0)),
        divide=float(entry.get("divide", 1)),
        taller=float(entry.get("taller", 0)),
    )
    numbers = (found.crop, found.subtract, found.divide, found.taller)
    is_sound = all(map(math.isfinite, numbers)) and found.crop > 0 and found.divide != 0 and found.taller >= 0
    if not (is_sound and 8 <= found.side <= _LARGEST_SIDE and 0 <= found.live < _MOST_CLASSES):
        raise ValueError("numbers out of range")
    return found


def _content(folder: Path, entry: Mapping[str, Any]) -> bytes:
    name = str(entry["file"])
    if Path(name).name != name:
        raise ValueError("a network outside its pack")
    try:
        content = (folder / name).read_bytes()
    except OSError as error:
        raise NotAuthentic(PACK_CHANGED, file=name) from error
    if hashlib.sha256(content).hexdigest() != entry["sha256"]:
        raise NotAuthentic(PACK_CHANGED, file=name)
    return content
