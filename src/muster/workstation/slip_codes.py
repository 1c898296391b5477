"""The signed code on a slip: made here, checked anywhere.

Rules:

1. The code says what ``formats.slip_claims`` says and no more: no name and no picture.
2. Whoever has the station's certificate for slips checks one without a network and without this program
   (``src/guide/slips.md``). That a code is genuine says nothing of the paper around it: what it says is to be
   compared with what is printed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from muster import durable
from muster.analysis.barcodes import read_barcodes
from muster.analysis.pictures import read_picture
from muster.crypto.slip_key import SlipKey, verify_slip
from muster.domain.applicant import LocalizedText
from muster.domain.biometrics import BiometricAttribute
from muster.domain.lifecycle import Registration
from muster.domain.registration import RegistrationId, StationId
from muster.errors import BadInput, Code, MusterError, NotAuthentic
from muster.formats.slip_claims import SlipClaims, name_hash, photo_hash
from muster.workstation.inspection import read_file
from muster.workstation.slip import issued_at

SLIP_EXPIRED = Code("SLIP_EXPIRED", "The slip is genuine, but it was valid until {date} only.")
SLIP_NOT_YET = Code(
    "SLIP_NOT_YET", "The slip is dated {date}, which is still to come. Check the clock of this computer."
)
SLIP_OF_SOMEBODY_ELSE = Code(
    "SLIP_OF_SOMEBODY_ELSE", "The slip is genuine, but it is not of a person of this name."
)
SLIP_CODE_ABSENT = Code(
    "SLIP_CODE_ABSENT",
    "There is no signed code of a slip in this. Photograph it again, flat and in good light, or type its text.",
)

_NAME_FIELD = "fullName"
_TOKEN = re.compile(rb"eyJ[A-Za-z0-9_-]{10,400}\.[A-Za-z0-9_-]{10,1000}\.[A-Za-z0-9_-]{20,400}")
_CLOCK_SLACK = timedelta(days=1)
_CERTIFICATE_DAYS = 3650


class SlipCodes:
    """Signs for one station; what one for ``training`` signs says so."""

    def __init__(
        self, key: SlipKey, certificate: Path, station: StationId, valid_days: int, *, training: bool = False
    ) -> None:
        self._key = key
        self._certificate = certificate
        self._station = station
        self._valid = timedelta(days=valid_days)
        self.training = training

    def valid_until(self, state: Registration) -> datetime:
        return issued_at(state) + self._valid

    def code_of(self, state: Registration) -> str:
        """Raises ``StorageUnavailable`` when the certificate it is checked with cannot be written."""
        self._keep_certificate(issued_at(state))
        face = state.samples.get(BiometricAttribute.FACE)
        number = state.filed_under.text
        claims = SlipClaims(
            registration_id=number,
            issued_at=issued_at(state),
            expires_at=self.valid_until(state),
            name_hash=name_hash(number, _name_of(state)),
            photo_hash=photo_hash(face.record.digest) if face else "",
            training=self.training,
        )
        return self._key.sign(claims.encode())

    def _keep_certificate(self, at: datetime) -> None:
        """Made at the first slip, and anew where somebody took it away."""
        if self._certificate.is_file() and self._key.is_of(self._certificate.read_bytes()):
            return
        name = f"Muster slips of {self._station.ref_id}"
        durable.write(self._certificate, self._key.certificate(name, at - _CLOCK_SLACK, _CERTIFICATE_DAYS))


def _name_of(state: Registration) -> str:
    """In the registration's first language."""
    name = state.demographics.get(_NAME_FIELD, "")
    return name.in_language(state.started.languages[0]) if isinstance(name, LocalizedText) else name


@dataclass(frozen=True, slots=True)
class CheckedSlip:
    """A genuine slip. ``is_name`` is None where no name was asked about; one of ``training`` is of no effect."""

    registration_id: str
    center: str
    machine: str
    issued_at: datetime
    expires_at: datetime
    name_hash: str
    photo_hash: str
    is_name: bool | None = None
    training: bool = False


def check_slip(source: str, key: bytes, at: datetime, name: str | None = None) -> CheckedSlip:
    """``source`` is the text of the code, or a file: its text, a picture of the slip, or the PDF.

    Raises ``BadInput`` (no code, no such file, a key that cannot be read), ``NotAuthentic`` (forged, changed,
    expired, of somebody else).
    """
    claims = SlipClaims.parse(verify_slip(_token_in(source), key))
    if claims.issued_at - at > _CLOCK_SLACK:
        raise NotAuthentic(SLIP_NOT_YET, date=f"{claims.issued_at:%Y-%m-%d}")
    if at > claims.expires_at:
        raise NotAuthentic(SLIP_EXPIRED, date=f"{claims.expires_at:%Y-%m-%d}")
    if name is not None and not claims.is_of(name):
        raise NotAuthentic(SLIP_OF_SOMEBODY_ELSE)
    number = RegistrationId(claims.registration_id)
    return CheckedSlip(
        number.text,
        number.center,
        number.machine,
        claims.issued_at,
        claims.expires_at,
        claims.name_hash,
        claims.photo_hash,
        None if name is None else True,
        claims.training,
    )


def _token_in(source: str) -> str:
    typed = "".join(source.split())  # a long text is copied in several lines
    if _TOKEN.fullmatch(typed.encode("utf-8", "surrogatepass")):
        return typed
    if typed.startswith("eyJ") and typed.count(".") == 2:  # a code that lost letters on its way here, no file
        raise BadInput(SLIP_CODE_ABSENT)
    content = read_file(Path(source))
    found = _TOKEN.search(content)
    if found:
        return found.group().decode("ascii")
    try:
        codes = read_barcodes(read_picture(content))
    except MusterError as error:
        raise BadInput(SLIP_CODE_ABSENT) from error
    for code in codes:
        if _TOKEN.fullmatch(code.content):
            return code.text
    raise BadInput(SLIP_CODE_ABSENT)
