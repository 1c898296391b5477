"""What runs across processes: the command line as people start it, and a folder to enroll from."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import forked
from cheap_passwords import passwords_are_cheap as passwords_are_cheap  # noqa: PLC0414 - a fixture for all
from judged_once import judged_once_in_this_run as judged_once_in_this_run  # noqa: PLC0414 - a fixture for all
from muster_simulated.pictures import BUILT_IN

FINGERS = ("Index", "Middle", "Ring", "Little", "Thumb")
ERIKA: dict[str, Any] = {
    "process": "NEW",
    "languages": ["eng", "fra"],
    "consent": "eng",
    "demographics": {
        "fullName": {"eng": "Erika Mustermann", "fra": "Erika Mustermann"},
        "dateOfBirth": "1984/08/12",
        "gender": "FLE",
        "residenceStatus": "NFR",
        "addressLine1": {"eng": "12 Specimen Street", "fra": "12 rue du Spécimen"},
        "addressLine2": {"eng": "Second floor", "fra": "Deuxième étage"},
        "addressLine3": {"eng": "Old town", "fra": "Vieille ville"},
        "region": "NRD",
        "province": "LAK",
        "city": "SEE",
        "zone": "Z01",
        "postalCode": "10010",
        "phone": "0123456789",
        "email": "erika@mustermann.example",
    },
    "documents": [{"field": "proofOfIdentity", "type": "CIN", "reference": "L01X00T47", "file": "document.png"}],
    "exceptions": [{"attribute": "leftLittle", "kind": "Permanent", "reason": "Finger missing since birth"}],
    "exceptionPhoto": "face.jpg",
    "biometrics": {
        "face": "face.jpg",
        **{f"{side}{finger}": f"{side}{finger}.png" for side in ("left", "right") for finger in FINGERS},
        "leftEye": "leftEye.png",
        "rightEye": "rightEye.png",
    },
}


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind: exit status, standard output, standard error."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> dict[str, Any]:
        """Standard output as the one JSON document it must be."""
        content = json.loads(self.out)
        assert isinstance(content, dict)
        return content

    @property
    def error_code(self) -> str:
        document = self.document
        assert set(document) == {"error"}
        assert set(document["error"]) - {"registration_id"} == {"code", "message"}
        assert document["error"]["message"].endswith(".")
        return str(document["error"]["code"])


Muster = Callable[..., Ran]


@pytest.fixture(scope="session", autouse=True)
def _quick_devices() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MUSTER_SIMULATED_SPEED", "50")
        patch.delenv("MUSTER_SIMULATED_FAULTS", raising=False)
        patch.delenv("MUSTER_SIMULATED_IMAGES", raising=False)
        yield


def finish(running: forked.Started) -> Ran:
    out, err = running.communicate(timeout=60)
    assert "Traceback" not in err, err
    assert running.returncode is not None
    return Ran(running.returncode, out, err)


@pytest.fixture(scope="session")
def muster() -> Muster:
    """Run one command to its end."""
    return lambda *arguments: finish(forked.start("muster", *arguments))


@pytest.fixture(scope="session")
def start_muster() -> Callable[..., Callable[[], Ran]]:
    """Start a command and go on; calling what comes back waits for its end."""

    def begin(*arguments: object) -> Callable[[], Ran]:
        running = forked.start("muster", *arguments)
        return lambda: finish(running)

    return begin


def make_folder(folder: Path, **changes: Any) -> Path:
    """Erika Mustermann as a folder; a change of None leaves a part out."""
    folder.mkdir(parents=True)
    content = {name: value for name, value in {**ERIKA, **changes}.items() if value is not None}
    (folder / "registration.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    for path in BUILT_IN.glob("*.[pj]*g"):
        shutil.copy(path, folder)
    return folder


@pytest.fixture
def erika(tmp_path: Path) -> Path:
    """A folder with Erika Mustermann's registration and all its pictures, for this test to spoil."""
    return make_folder(tmp_path / "erika")


@pytest.fixture(scope="session")
def erika_whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same folder, to be left as it is."""
    return make_folder(tmp_path_factory.mktemp("folder") / "erika")
