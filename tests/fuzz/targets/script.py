"""``registration.json`` of ``muster enroll --from``; the pictures it names are given here."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from fuzz.mutation import NASTY, deep_texts, mutate_json
from muster.domain.applicant import LocalizedText
from muster.domain.registration import Process
from muster.errors import BadInput
from muster.formats.image_codec import encode_png
from muster.workstation.script import Script

mutate = mutate_json
REFUSALS = (BadInput,)
_PICTURE = encode_png(np.zeros((4, 4), np.uint8))
_WHOLE = {
    "process": "NEW",
    "languages": ["eng", "fra"],
    "consent": "eng",
    "demographics": {"fullName": {"eng": "Erika Mustermann"}, "gender": "FLE"},
    "documents": [{"field": "proofOfIdentity", "type": "CIN", "reference": "L01X00T47", "file": "card.png"}],
    "exceptions": [{"attribute": "leftLittle", "kind": "Permanent", "reason": "Amputation"}],
    "biometrics": {"face": "face.png", "leftEye": "eye.png", "rightEye": "eye.png"},
}


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield json.dumps(_WHOLE).encode()
    for part in _WHOLE:
        for value in NASTY:
            yield json.dumps({**_WHOLE, part: value}).encode()
    for part in _WHOLE:
        yield from deep_texts(json.dumps({**_WHOLE, part: "@"}).encode())


def run(content: bytes) -> None:
    script = Script.parse(content, _read)
    assert isinstance(script.process, Process)
    assert isinstance(script.consent, str)
    assert all(isinstance(each, str) for each in script.languages)
    assert all(isinstance(each, (str, LocalizedText)) for each in script.demographics.values())
    for each in script.documents:
        assert isinstance(each.field, str)
        assert isinstance(each.reference, str)
    for exception in script.exceptions:
        exception.reason.encode()


def _read(name: str) -> bytes:
    if not isinstance(name, str):
        raise TypeError("a name")  # as a path does
    return _PICTURE
