"""Fingers, eyes and faces: which there are and what may be said of them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from muster.domain.biometrics import (
    Attestation,
    BiometricAttribute,
    BiometricException,
    BiometricSample,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    Modality,
    SampleFacts,
)

_DEVICE = DigitalId("S-1", "Mark", "One", "Finger", "Slap", "Provider", "PID")


def _facts(quality: float) -> SampleFacts:
    return SampleFacts(
        attribute=BiometricAttribute.LEFT_INDEX,
        quality=quality,
        attempts=1,
        forced=False,
        captured_at=datetime(2026, 3, 1, tzinfo=UTC),
        device=_DEVICE,
        device_code="D-1",
        device_service_version="0.9.5",
        attestation=Attestation("", "", "", "0.9.5"),
    )


@pytest.mark.parametrize("quality", [float("nan"), float("inf"), float("-inf"), -0.1, 100.1])
def test_a_quality_outside_0_to_100_makes_no_sample(quality: float) -> None:
    # A NaN compares as "not below the threshold" and has no JSON form: stored, it could not be read again.
    with pytest.raises(ValueError, match="0 to 100"):
        _facts(quality)


@pytest.mark.parametrize("quality", [0, 0.0, 57.25, 100])
def test_a_quality_from_0_to_100_is_accepted(quality: float) -> None:
    assert _facts(quality).quality == quality


def test_a_face_cannot_be_an_exception() -> None:
    with pytest.raises(ValueError, match="face"):
        BiometricException(BiometricAttribute.FACE, ExceptionKind.PERMANENT, "")


@pytest.mark.parametrize("attribute", [each for each in BiometricAttribute if each.value != "face"])
def test_every_finger_and_eye_can_be_an_exception(attribute: BiometricAttribute) -> None:
    assert BiometricException(attribute, ExceptionKind.TEMPORARY, "bandaged").attribute is attribute


def test_the_placements_take_every_attribute_exactly_once() -> None:
    taken = [attribute.value for group in CaptureGroup for attribute in group.attributes]
    assert sorted(taken) == sorted(attribute.value for attribute in BiometricAttribute)


@pytest.mark.parametrize("group", CaptureGroup)
def test_one_placement_takes_one_modality(group: CaptureGroup) -> None:
    assert {attribute.modality for attribute in group.attributes} == {group.modality}


@pytest.mark.parametrize(("modality", "count"), [(Modality.FINGER, 10), (Modality.IRIS, 2), (Modality.FACE, 1)])
def test_a_person_has_ten_fingers_two_eyes_and_one_face(modality: Modality, count: int) -> None:
    assert len([each for each in BiometricAttribute if each.modality is modality]) == count


def test_a_sample_is_of_what_its_facts_say() -> None:
    assert BiometricSample(_facts(80.0), b"").attribute is BiometricAttribute.LEFT_INDEX
