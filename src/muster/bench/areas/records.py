"""One sample: its ISO record written and read, and the device's signature over it.

A record is a header around a JPEG 2000 picture, so what writes it stands beside the codec alone; what reads it,
which never decodes the picture, beside one copy of its octets.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import imagecodecs

from muster.bench.full_registration import CAPTURED_AT, certificate_of, picture_of, record_of, signed_sample
from muster.bench.measuring import Rounds, Row, Work
from muster.crypto.signing import SigningKey
from muster.devices.attestation import SoftwareSigner
from muster.domain.biometrics import BiometricAttribute
from muster.formats.image_codec import Pixels
from muster.formats.iso19794_record import parse_record

_KINDS = {
    "a finger": BiometricAttribute.LEFT_INDEX,
    "an iris": BiometricAttribute.LEFT_EYE,
    "a face": BiometricAttribute.FACE,
}
_READ_AT_ONCE = 1000  # one is too short for the clock


def rows(rounds: Rounds) -> Iterator[Row]:
    for kind, attribute in _KINDS.items():
        pixels = picture_of(attribute, 0)
        record = record_of(attribute, pixels)
        yield rounds.compare(
            f"ISO record of {kind} written",
            partial(record_of, attribute, pixels),
            "JPEG 2000 lossless alone, by one thread",
            partial(_jpeg2000, pixels),
            repeat=3,
        )
        yield rounds.compare(
            f"ISO record of {kind} read, 1000 times",
            partial(_often, partial(parse_record, record)),
            "a copy of it",
            partial(_often, partial(bytearray, record)),
        )
    yield _signing(rounds)


def _signing(rounds: Rounds) -> Row:
    key = SigningKey.generate()
    signer = SoftwareSigner(key, certificate_of(key), lambda: CAPTURED_AT)
    finger = BiometricAttribute.LEFT_INDEX
    record = record_of(finger, picture_of(finger, 0))

    def two_signatures() -> None:
        key.sign(record)
        key.sign(b"digital id")

    ours = partial(signed_sample, signer, finger, record)
    return rounds.compare("a sample signed for its device", ours, "two RSA signatures", two_signatures)


def _jpeg2000(pixels: Pixels) -> None:
    imagecodecs.jpeg2k_encode(pixels, level=0, codecformat="jp2", reversible=True, mct=pixels.ndim == 3)


def _often(work: Work) -> None:
    for _ in range(_READ_AT_ONCE):
        work()
