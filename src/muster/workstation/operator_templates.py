"""The faces and fingers of the people who work here: to know them again, and to find them under another name.

A template lies sealed in the gallery. Faces are searched among for every new registration (``duplicates``);
fingers are only ever compared with those of the one person who touches.
"""

from __future__ import annotations

from functools import cached_property
from typing import Protocol

import numpy as np

from muster.analysis.api import Pixels
from muster.analysis.fingerprint_judging import MINUTIAE_TOO_FEW, FingerJudge
from muster.analysis.fingerprint_matching import FingerTemplate, extract, match
from muster.analysis.fingerprint_records import standard_pixels
from muster.audit.catalogue import AuditEvent
from muster.crypto.sealing import Sealer
from muster.devices.api import CapturedSample
from muster.domain.assessment import blocking
from muster.domain.biometrics import BiometricAttribute, Modality
from muster.domain.duplicates import Person, Whose
from muster.domain.operators import Factor
from muster.errors import BadInput
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_record import parse_record
from muster.store.gallery import GalleryRow
from muster.workstation.analysing_fingerprint import NOT_A_FINGER_RECORD
from muster.workstation.journal import Journal

_FINGER = "finger/"  # stands where a face has the name of its network
_STORED = np.dtype("<f4")
_COLUMNS = 4


class Faces(Protocol):
    """What ``duplicates.Duplicates`` knows of operators' faces."""

    def remember_operator(self, user_id: str, portrait: Pixels) -> None: ...

    def is_operator(self, user_id: str, portrait: Pixels) -> bool: ...

    def forget_operator(self, user_id: str) -> None: ...


class OperatorTemplates:
    def __init__(self, journal: Journal, sealer: Sealer, faces: Faces) -> None:
        self._journal = journal
        self._sealer = sealer
        self._faces = faces

    def keep_face(self, user_id: str, portrait: Pixels) -> None:
        """In place of an earlier one. Raises ``BadInput`` (no face, several), ``Unavailable``."""
        self._faces.remember_operator(user_id, portrait)

    def keep_finger(self, user_id: str, sample: CapturedSample) -> None:
        """In place of an earlier one of that finger. Raises ``BadInput`` for one too poor to know again."""
        minutiae, template = self._read(sample)
        if len(template) == 0:
            raise BadInput(MINUTIAE_TOO_FEW)
        person, name = Person(Whose.OPERATOR, user_id), f"{_FINGER}{sample.attribute.value}"
        sealed = self._sealer.seal(minutiae.astype(_STORED).tobytes(), _context(person, name))
        with self._journal.database.work() as work:
            work.gallery.put(person, name, self._journal.now(), sealed)
            work.record(
                AuditEvent.TEMPLATE_KEPT,
                actor=self._journal.operator.user_id,
                subject=user_id,
                whose=person.whose.value,
                attribute=sample.attribute.value,
            )

    def is_face_of(self, user_id: str, portrait: Pixels) -> bool:
        """Raises ``BadInput`` (no face, several), ``Unavailable``, ``NotAuthentic``."""
        return self._faces.is_operator(user_id, portrait)

    def is_finger_of(self, user_id: str, sample: CapturedSample) -> bool:
        """Whether it is any of the fingers that were enrolled. Raises ``NotAuthentic``, ``Unavailable``."""
        try:
            _, touched = self._read(sample)
        except BadInput:  # too poor to be anybody's
            return False
        person = Person(Whose.OPERATOR, user_id)
        return any(match(touched, self._opened(person, row)).is_match for row in self._fingers(user_id))

    def fingers(self, user_id: str) -> tuple[BiometricAttribute, ...]:
        return tuple(BiometricAttribute(row.network.removeprefix(_FINGER)) for row in self._fingers(user_id))

    def factors(self, user_id: str) -> frozenset[Factor]:
        """What was enrolled, whatever it is worth by now."""
        rows = self._rows(user_id)
        return frozenset(Factor.FINGER if row.network.startswith(_FINGER) else Factor.FACE for row in rows)

    def forget(self, user_id: str) -> None:
        """Destroy all of them."""
        self._faces.forget_operator(user_id)

    def _rows(self, user_id: str) -> tuple[GalleryRow, ...]:
        with self._journal.database.read() as work:
            return work.gallery.of(Person(Whose.OPERATOR, user_id))

    def _fingers(self, user_id: str) -> tuple[GalleryRow, ...]:
        return tuple(row for row in self._rows(user_id) if row.network.startswith(_FINGER))

    def _opened(self, person: Person, row: GalleryRow) -> FingerTemplate:
        content = self._sealer.open(row.sealed, _context(person, row.network))
        return extract(np.frombuffer(content, _STORED).reshape(-1, _COLUMNS).astype(np.float64))

    def _read(self, sample: CapturedSample) -> tuple[np.ndarray, FingerTemplate]:
        record = parse_record(sample.record)
        if sample.attribute.modality is not Modality.FINGER or not isinstance(record, FingerRecord):
            raise BadInput(NOT_A_FINGER_RECORD)
        reading = self._judge.look(standard_pixels(record))
        wrong = blocking(reading.assessment.findings)
        if wrong:
            raise BadInput(wrong[0].code)
        return reading.minutiae, reading.template

    @cached_property
    def _judge(self) -> FingerJudge:
        return FingerJudge()


def _context(person: Person, name: str) -> str:
    return f"gallery/{person.whose.value}/{person.name}/{name}"
