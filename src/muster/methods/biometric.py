"""The person before the camera is the one on the document; or the finger on the reader is the one on record.

A face: the portrait is bound to the node (``portrait``, from the step that saw the document; where that may be one
of several, ``portrait.1``, ``portrait.2`` ...: what was found counts). The officer says that the person is there,
the camera finds the best picture and whether a living face was seen, and both faces are compared. A living face
that is not seen is looked for three times, then a supervisor is asked.

A finger: the record (ISO/IEC 19794-4, base64) is bound to the node (``fingerRecord``).

From a device that is certified L1 a finger is said to be from one; a face never is, since what a camera streams is
signed by nobody.

Pictures and templates are gone when the answer is there; scores and thresholds go to supervisors.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from functools import cached_property

from muster.analysis.api import Pixels
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceMatch, FaceTemplate, compare
from muster.analysis.face_template import template_in
from muster.analysis.faces import FaceDetector
from muster.analysis.fingerprint_judging import MINUTIAE_TOO_FEW, FingerJudge
from muster.analysis.fingerprint_matching import FingerMatch, FingerTemplate, match
from muster.analysis.fingerprint_records import standard_pixels
from muster.devices.records import FINGER_POSITIONS
from muster.domain.assessment import blocking
from muster.domain.biometrics import BiometricAttribute
from muster.domain.document_risk import Risk, RiskIndicator
from muster.domain.proofing import (
    Aal,
    Assurance,
    Eidas,
    FieldType,
    Ial,
    InputField,
    MethodEvidence,
    Strength,
    UserInputAction,
)
from muster.errors import BadInput, Code, MalformedData
from muster.formats.iso19794_4 import FingerRecord
from muster.formats.iso19794_record import parse_record
from muster.methods.answers import is_yes
from muster.methods.portrait import unsealed_portrait
from muster.methods.refusals import refused
from muster.methods.sensors import Sensors
from muster.methods.tools import MethodTools
from muster.proofing.definitions import FINGER_RECORD, BiometricMethodDefinition
from muster.proofing.method import DEVICE_LEVEL, LEVEL_ONE, Done, NotDone, Outcome, Pending, Work

FINGER_RECORD_ABSENT = Code(
    "FINGER_RECORD_ABSENT", "There is no finger on record to compare with. Take another way."
)
FINGER_NOT_SIMILAR = Code("FINGER_NOT_SIMILAR", "The finger could not be recognised. Ask your supervisor.")
BIOMETRIC_NOT_AWAITED = Code("BIOMETRIC_NOT_AWAITED", "This step waits for the person and for nothing else.")

_GIVES = Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL1, Strength.STRONG)
_NOT_SEEN_ALIVE = Assurance(Eidas.LOW, Ial.IAL1, Aal.AAL1, Strength.FAIR)
_READY = "ready"
_LOOKS = 3
_AT_POSITION = {position: attribute for attribute, position in FINGER_POSITIONS.items()}


class Biometric:
    type = "biometric"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools

    def dispatch(self, work: Work) -> Outcome:
        """What there is nothing to compare with is not begun."""
        try:
            self._known(work)
        except BadInput as error:
            return NotDone(error.code)
        return _asks(work)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        """Raises ``DeviceUnavailable``: then the same form can be handed in again."""
        if not is_yes(fields.get(_READY)):
            return _asks(work)
        try:
            return self._of_finger(work) if _definition(work).modality == "fingerprint" else self._of_face(work)
        except BadInput as error:  # nobody, several, too poor to be anybody's
            return NotDone(error.code, retryable=True)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        return NotDone(BIOMETRIC_NOT_AWAITED)

    def poll(self, work: Work) -> Outcome:
        return NotDone(BIOMETRIC_NOT_AWAITED)

    def cancel(self, work: Work) -> None:
        """Nothing was begun that would have to be ended."""

    def _known(self, work: Work) -> FaceTemplate | FingerRecord:
        """What is compared with. Raises ``BadInput``."""
        if _definition(work).modality == "fingerprint":
            return _record_of(work)
        network = self._sensors.recogniser.network
        bound = (value for name, value in sorted(work.inputs.items()) if _definition(work).takes(name))
        return unsealed_portrait(next(bound, None), work.execution_id, network, self._tools.unseal)

    def _of_face(self, work: Work) -> Outcome:
        portrait = self._known(work)
        assert isinstance(portrait, FaceTemplate)
        looked, recogniser = self._sensors.look(), self._sensors.recogniser
        watched = _definition(work).liveness_required
        if watched and not looked.is_alive:
            risk = Risk(RiskIndicator.FACE_LIVENESS_FAILED, "LIVENESS")
            return refused([risk], retryable=work.answers < _LOOKS)
        live = template_in(looked.picture, self._detector, self._mesher, recogniser)
        result = compare(portrait, live, recogniser.calibration)
        if not result.is_match:
            return refused([Risk(RiskIndicator.FACE_NOT_SIMILAR_TO_PORTRAIT, "PORTRAIT_MATCH")])
        told = {"liveness": "confirmed" if watched else "not asked", "network": portrait.network}
        return _done(work, _GIVES if watched else _NOT_SEEN_ALIVE, result, "face", told)

    def _of_finger(self, work: Work) -> Outcome:
        known = self._known(work)
        assert isinstance(known, FingerRecord)
        sample = self._sensors.touch(_finger(known))
        touched = parse_record(sample.record)
        assert isinstance(touched, FingerRecord)
        result = match(self._template(standard_pixels(known)), self._template(standard_pixels(touched)))
        if not result.is_match:
            return NotDone(FINGER_NOT_SIMILAR, "finger_not_similar_to_record")
        told = {"finger": _finger(known).value, **({DEVICE_LEVEL: LEVEL_ONE} if sample.is_level_one else {})}
        return _done(work, _NOT_SEEN_ALIVE, result, "fpt", told)

    def _template(self, pixels: Pixels) -> FingerTemplate:
        reading = self._judge.look(pixels)
        wrong = blocking(reading.assessment.findings)
        if wrong or len(reading.template) == 0:
            raise BadInput(wrong[0].code if wrong else MINUTIAE_TOO_FEW)
        return reading.template

    @property
    def _sensors(self) -> Sensors:
        return self._tools.sensors()

    @cached_property
    def _detector(self) -> FaceDetector:
        return FaceDetector()

    @cached_property
    def _mesher(self) -> FaceMesher:
        return FaceMesher()

    @cached_property
    def _judge(self) -> FingerJudge:
        return FingerJudge()


def _definition(work: Work) -> BiometricMethodDefinition:
    assert isinstance(work.definition, BiometricMethodDefinition)
    return work.definition


def _asks(work: Work) -> Pending:
    field = InputField(
        _READY, "I see the person: they sit before the camera, with nothing before the face.", FieldType.CONSENT
    )
    if _definition(work).modality == "fingerprint":
        field = InputField(_READY, "The person lays the finger on the reader.", FieldType.CONSENT)
    return Pending(UserInputAction((field,)))


def _record_of(work: Work) -> FingerRecord:
    try:
        record = parse_record(base64.b64decode(str(work.inputs.get(FINGER_RECORD, "")), validate=True))
    except (binascii.Error, MalformedData) as error:
        raise BadInput(FINGER_RECORD_ABSENT) from error
    if not isinstance(record, FingerRecord) or record.position not in _AT_POSITION:
        raise BadInput(FINGER_RECORD_ABSENT)
    return record


def _finger(record: FingerRecord) -> BiometricAttribute:
    return _AT_POSITION[record.position]


def _done(
    work: Work, assurance: Assurance, result: FaceMatch | FingerMatch, amr: str, told: Mapping[str, str]
) -> Done:
    metadata = {**told, "score": f"{result.score.raw:.4f}", "threshold": f"{result.threshold:.4f}"}
    return Done(assurance, MethodEvidence("station", Biometric.type, work.now, metadata), amr=(amr,))


def method(tools: MethodTools) -> Biometric:
    return Biometric(tools)
