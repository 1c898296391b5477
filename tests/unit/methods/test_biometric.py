"""Faces and fingers as proofs, with the simulated camera and reader and the real networks."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate
from muster.analysis.face_template import template_in
from muster.analysis.faces import FaceDetector
from muster.crypto.passive_authentication import CountryAuthorities
from muster.crypto.sealing import Sealer
from muster.devices.conformance import conformance_context
from muster.domain.biometrics import BiometricAttribute
from muster.domain.proofing import Aal, Eidas, Strength, UserInputAction
from muster.errors import DeviceUnavailable
from muster.formats.iso19794_4 import FingerRecord
from muster.methods.biometric import Biometric, method
from muster.methods.portrait import sealed_portrait
from muster.methods.tools import MethodTools
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work
from muster.workstation.proofing_sensors import ProofingSensors
from muster_simulated.faults import VARIABLE as FAULTS
from simulators.counter import Counter
from unit.analysis.document_scenes import page
from unit.proofing.graphs import definitions
from unit.proofing.graphs import method as node
from unit.workstation.desks import QUICK, TickingClock

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FACE = {"_type": "BiometricMethodDefinition", "id": "m", "provider": "station"}
FINGER = {**FACE, "modality": "fingerprint"}
READY = {"ready": "true"}


@pytest.fixture(scope="module")
def sensors(tmp_path_factory: pytest.TempPathFactory) -> ProofingSensors:
    return _sensors(tmp_path_factory.mktemp("counter"))


def _sensors(folder: Path, **policy: Any) -> ProofingSensors:
    context = replace(conformance_context(), clock=TickingClock(NOON, 0.1))
    return Counter(folder, CountryAuthorities([], [])).sensors(context, replace(QUICK, **policy))


@pytest.fixture(scope="module")
def biometric(sensors: ProofingSensors) -> Biometric:
    return _biometric(sensors)


def _biometric(sensors: ProofingSensors) -> Biometric:
    sealer = Sealer(b"k" * 32, "test")
    return method(
        MethodTools(
            lambda _: False,
            lambda: None,
            seal=lambda text: sealer.seal(text.encode(), "").hex(),
            unseal=lambda text: sealer.open(bytes.fromhex(text), "").decode(),
            sensors=lambda: sensors,
        )
    )


@pytest.fixture(scope="module")
def portrait(sensors: ProofingSensors, biometric: Biometric) -> str:
    """Of whoever sits before the simulated camera, as it is printed in the specimen passport."""
    printed = np.ascontiguousarray(page("passport")[100:480, 50:330])
    template = template_in(printed, FaceDetector(), FaceMesher(), sensors.recogniser)
    return sealed_portrait(template, "e", biometric._tools.seal)


@pytest.fixture(scope="module")
def record(sensors: ProofingSensors) -> str:
    return base64.b64encode(sensors.touch(BiometricAttribute.RIGHT_INDEX).record).decode()


def _work(definition: dict[str, Any], inputs: dict[str, str], *, answers: int = 1, **changes: Any) -> Work:
    read = definitions(node("a"), [{**definition, **changes}]).methods[0]
    return Work("e", "a", 1, read, inputs, {}, "ref", NOON, str, answers)


def _refused(outcome: Outcome) -> tuple[str, bool]:
    assert isinstance(outcome, NotDone)
    return outcome.code.name, outcome.retryable


# --- faces -----------------------------------------------------------------------------------------------


def test_the_face_on_the_document_is_the_one_before_the_camera(biometric: Biometric, portrait: str) -> None:
    done = biometric.submit(_work(FACE, {"portrait": portrait}), READY)
    assert isinstance(done, Done)
    assert (done.amr, done.attributes, done.identifiers) == (("face",), {}, ())
    assert (done.assurance.eidas, done.assurance.aal) == (Eidas.SUBSTANTIAL, Aal.AAL1)
    assert done.evidence.metadata["liveness"] == "confirmed"


def test_the_officer_says_first_that_the_person_is_there(biometric: Biometric, portrait: str) -> None:
    work = _work(FACE, {"portrait": portrait})
    for asked in (biometric.dispatch(work), biometric.submit(work, {"ready": "no"})):
        assert isinstance(asked, Pending)
        assert isinstance(asked.action, UserInputAction)
        assert "nothing before the face" in asked.action.fields[0].label


def test_somebody_else_s_portrait_ends_it_and_only_a_supervisor_reads_why(biometric: Biometric) -> None:
    nobody = np.random.default_rng(1).normal(size=512).astype(np.float32)
    other = FaceTemplate("fr_feature", nobody / np.linalg.norm(nobody))
    sealed = sealed_portrait(other, "e", biometric._tools.seal)
    outcome = biometric.submit(_work(FACE, {"portrait": sealed}, livenessRequired=False), READY)
    assert _refused(outcome) == ("CANNOT_CONTINUE", False)
    assert isinstance(outcome, NotDone)
    assert outcome.provider_code == "face_not_similar_to_portrait:PORTRAIT_MATCH"


def test_a_photograph_is_looked_at_three_times_and_not_a_fourth(
    biometric: Biometric, portrait: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=photograph")
    second = biometric.submit(_work(FACE, {"portrait": portrait}, answers=2), READY)
    third = biometric.submit(_work(FACE, {"portrait": portrait}, answers=3), READY)
    assert (_refused(second), _refused(third)) == (("RECAPTURE_FACE", True), ("CANNOT_CONTINUE", False))
    assert isinstance(second, NotDone)
    assert second.provider_code == "face_liveness_failed:LIVENESS"


def test_without_liveness_asked_for_a_face_is_worth_little(
    biometric: Biometric, portrait: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "camera=photograph")
    done = biometric.submit(_work(FACE, {"portrait": portrait}, livenessRequired=False), READY)
    assert isinstance(done, Done)
    assert (done.assurance.eidas, done.assurance.strength) == (Eidas.LOW, Strength.FAIR)


@pytest.mark.parametrize("fault", ["camera=unplug", "camera=unplug_mid_capture"])
def test_a_camera_that_is_gone_leaves_the_form_as_it_was(
    biometric: Biometric, portrait: str, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setenv(FAULTS, fault)
    with pytest.raises(DeviceUnavailable):
        biometric.submit(_work(FACE, {"portrait": portrait}), READY)


def test_an_empty_chair_is_said_to_be_one(portrait: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FAULTS, "camera=empty_chair")
    impatient = _biometric(_sensors(tmp_path, capture_timeout_s=0.5))
    assert _refused(impatient.submit(_work(FACE, {"portrait": portrait}), READY)) == ("FACE_ABSENT", True)


def test_without_a_portrait_nobody_is_asked_to_sit_down(biometric: Biometric, portrait: str) -> None:
    spoilt = portrait[:-2] + ("00" if portrait[-2:] != "00" else "11")
    for bound in ({}, {"portrait": "erika.jpg"}, {"portrait": spoilt}):
        assert _refused(biometric.dispatch(_work(FACE, bound))) == ("PORTRAIT_ABSENT", False)


def test_a_portrait_of_another_execution_or_network_is_none(biometric: Biometric, portrait: str) -> None:
    elsewhere = replace(_work(FACE, {"portrait": portrait}), execution_id="another")
    assert _refused(biometric.dispatch(elsewhere)) == ("PORTRAIT_ABSENT", False)
    foreign = sealed_portrait(FaceTemplate("another", np.ones(4, np.float32)), "e", biometric._tools.seal)
    assert _refused(biometric.dispatch(_work(FACE, {"portrait": foreign}))) == ("PORTRAIT_ABSENT", False)


# --- fingers ---------------------------------------------------------------------------------------------


def test_the_finger_on_record_is_recognised(biometric: Biometric, record: str) -> None:
    done = biometric.submit(_work(FINGER, {"fingerRecord": record}), READY)
    assert isinstance(done, Done)
    assert (done.amr, done.evidence.metadata["finger"]) == (("fpt",), "rightIndex")


def test_another_finger_in_its_place_is_not(biometric: Biometric, sensors: ProofingSensors) -> None:
    thumb = FingerRecord.parse(sensors.touch(BiometricAttribute.LEFT_THUMB).record)
    said_to_be_the_index = replace(thumb, position=2).encode()
    bound = {"fingerRecord": base64.b64encode(said_to_be_the_index).decode()}
    assert _refused(biometric.submit(_work(FINGER, bound), READY)) == ("FINGER_NOT_SIMILAR", False)


def test_an_empty_glass_is_touched_again(
    biometric: Biometric, record: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FAULTS, "fingerprint=empty_glass")
    outcome = biometric.submit(_work(FINGER, {"fingerRecord": record}), READY)
    assert isinstance(outcome, NotDone)
    assert outcome.retryable


@pytest.mark.parametrize("bound", ["", "not base64", base64.b64encode(b"FIR\0010\0").decode()])
def test_without_a_record_no_finger_is_asked_for(biometric: Biometric, bound: str) -> None:
    assert _refused(biometric.dispatch(_work(FINGER, {"fingerRecord": bound}))) == ("FINGER_RECORD_ABSENT", False)
