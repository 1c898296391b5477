"""The size of a packet is known while there is still time to do something about it."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from muster.domain.assessment import Severity
from muster.domain.biometrics import BiometricAttribute, Modality
from muster.domain.lifecycle import Registration
from muster.domain.registration import RegistrationId, Step
from muster.errors import Refused
from muster.formats.picture_pdf import encode, parse
from muster.packet.assemble import assemble
from muster.packet.seal import seal
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.documents import (
    DOCUMENT_SMALL_ALREADY,
    DOCUMENT_TOO_LARGE,
    LEAST_RESOLUTION_DPI,
    kept_page,
    smaller_document,
)
from muster.workstation.packet_size import PACKET_GROWS_TOO_LARGE, PacketSize, packet_size
from muster.workstation.policy import Policy
from muster.workstation.reference import ReferenceData
from muster.workstation.script import Script, ScriptedDocument, ScriptedEnrollment
from unit.workstation.desks import OFFICER, QUICK, audited, desk_at, play

REFERENCE = ReferenceData.load()
ENVELOPE = 362


def noisy_page(seed: int, height: int = 2340, width: int = 1654) -> np.ndarray:
    """A page that no codec can make small: the grain of a bad camera."""
    grain = np.random.default_rng(seed).normal(190, 60, (height, width, 3))
    return np.clip(grain, 0, 255).astype(np.uint8)


def as_jpeg(pixels: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=90)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def pages() -> tuple[bytes, bytes]:
    return as_jpeg(noisy_page(1)), as_jpeg(noisy_page(2))


@pytest.fixture(scope="module")
def large(pages: tuple[bytes, bytes]) -> Script:
    """Erika Mustermann with two papers photographed badly."""
    identity, address = pages
    documents = (
        ScriptedDocument("proofOfIdentity", "CIN", "", identity),
        ScriptedDocument("proofOfAddress", _types("proofOfAddress"), "", address),
    )
    return replace(demo_script(), documents=documents)


def _types(field: str) -> str:
    screens = next(iter(REFERENCE.ui_specs.values())).screens
    sub_type = next(each.sub_type for screen in screens for each in screen.fields if each.id == field)
    return REFERENCE.document_types[sub_type][0].code


def _sealed(desk: Desk, registration_id: RegistrationId) -> int:
    """What sealing really makes of it, save that the envelope is empty: it has the same size whatever is in it."""
    contents = desk.enrollment._submission.contents(registration_id)
    signed = replace(contents, officer_password_confirmed=True)  # else it is refused, however large
    packet = assemble(signed, REFERENCE.schema)
    return seal(packet, sign=lambda octets: bytes(256), encrypt=lambda octets: octets + bytes(ENVELOPE)).size


def test_the_demo_registration_is_reckoned_within_five_per_cent(desk: Desk) -> None:
    registration_id = play(desk, Step.EXCEPTION_PHOTO)
    size = desk.enrollment.size_of(desk.enrollment.registration(registration_id))
    assert size.now == size.expected == pytest.approx(_sealed(desk, registration_id), rel=0.05)


@pytest.mark.parametrize("step", [Step.CONSENT, Step.DOCUMENTS, Step.FACE, Step.RIGHT_SLAP])
def test_an_unfinished_registration_is_reckoned_within_little_of_the_limit(desk: Desk, step: Step) -> None:
    registration_id = play(desk, step)
    size = desk.enrollment.size_of(desk.enrollment.registration(registration_id))
    assert abs(size.now - _sealed(desk, registration_id)) < size.limit / 200


def test_a_large_registration_is_reckoned_within_one_per_cent(desk: Desk, large: Script) -> None:
    registration_id = play(desk, Step.EXCEPTION_PHOTO, script=large)
    real = _sealed(desk, registration_id)
    assert real > 5_000_000
    assert desk.enrollment.size_of(desk.enrollment.registration(registration_id)).now == pytest.approx(
        real, rel=0.01
    )


def test_what_will_not_fit_is_said_before_the_first_capture(desk: Desk, large: Script) -> None:
    enrollment = ScriptedEnrollment(desk.enrollment, large, OFFICER.password)
    documents = {each.name: each for each in enrollment.run(stop_after=Step.DOCUMENTS).steps}["documents"]
    assert documents.state == "done"
    (finding,) = (each for each in documents.findings if each.code is PACKET_GROWS_TOO_LARGE)
    assert finding.severity is Severity.WARNS
    assert finding.detail["limit"] == 5_242


def test_what_fits_is_not_talked_about(desk: Desk) -> None:
    outcome = ScriptedEnrollment(desk.enrollment, demo_script(), OFFICER.password).run()
    told = {finding.code for step in outcome.steps for finding in step.findings}
    assert told.isdisjoint({PACKET_GROWS_TOO_LARGE, DOCUMENT_TOO_LARGE})


def test_a_packet_that_grows_too_large_may_still_be_confirmed(root: Path) -> None:
    """It is reckoned, not measured; only the sealed one is refused."""
    with desk_at(root, policy=replace(QUICK, maximum_packet_bytes=1_000_000)) as desk:
        registration_id = play(desk, Step.PREVIEW)
        state = desk.enrollment.registration(registration_id)
        assert state.previewed
        assert [each.code for each in desk.enrollment.check(state)] == [PACKET_GROWS_TOO_LARGE]


def test_a_document_that_alone_cannot_fit_is_refused_and_leaves_nothing(
    root: Path, pages: tuple[bytes, bytes]
) -> None:
    with desk_at(root, policy=replace(QUICK, maximum_packet_bytes=1_000_000)) as desk:
        registration_id = desk.enrollment.start().id
        with pytest.raises(Refused) as caught:
            desk.enrollment.attach_document(registration_id, "proofOfIdentity", "CIN", None, pages[0])
        assert caught.value.code is DOCUMENT_TOO_LARGE
        assert desk.enrollment.registration(registration_id).documents == {}


# What is still to come


def _state(desk: Desk) -> Registration:
    return desk.enrollment.registration(desk.enrollment.start().id)


def _expected(state: Registration, **typical: int) -> int:
    sizes = {modality: typical.get(modality.value, 0) for modality in Modality}
    policy = Policy(typical_record_bytes=sizes)
    return packet_size(state, policy, policy.steps_for(state.started.process)).expected


def test_each_capture_to_come_counts_at_its_typical_size(desk: Desk) -> None:
    state = _state(desk)
    nothing = _expected(state)
    assert _expected(state, face=100_000) - nothing == pytest.approx(100_000, rel=0.02)
    assert _expected(state, finger=100_000) - nothing == pytest.approx(1_000_000, rel=0.02)
    assert _expected(state, iris=100_000) - nothing == pytest.approx(200_000, rel=0.02)


def test_an_exception_counts_for_its_photo_and_not_for_itself(desk: Desk) -> None:
    registration_id = play(desk, Step.RIGHT_SLAP)
    state = desk.enrollment.registration(registration_id)
    assert BiometricAttribute.LEFT_LITTLE in state.exceptions
    face = state.samples[BiometricAttribute.FACE].record.size
    without_thumbs_and_eyes = _expected(state, iris=0) - desk.enrollment.size_of(state).now
    thumbs = 2 * state.samples[BiometricAttribute.LEFT_INDEX].record.size
    assert without_thumbs_and_eyes == pytest.approx(face + thumbs, rel=0.1)


def test_a_person_s_own_captures_say_more_than_what_is_usual(desk: Desk) -> None:
    state = desk.enrollment.registration(play(desk, Step.LEFT_SLAP))
    assert _expected(state, finger=10_000_000) == _expected(state)


def test_the_limit_itself_fits() -> None:
    assert PacketSize(1, 5, 5).fits
    assert not PacketSize(1, 6, 5).fits


# Making a document smaller


def test_a_smaller_page_is_as_coarse_as_can_be_read_and_of_the_same_size_on_paper() -> None:
    page = encode([kept_page(noisy_page(3, 600, 400), 200)])
    smaller = smaller_document(page)
    assert smaller is not None
    assert len(smaller) < 0.6 * len(page)
    assert parse(smaller)[0].size == (400 * LEAST_RESOLUTION_DPI // 200, 600 * LEAST_RESOLUTION_DPI // 200)
    assert abs(_width_in_points(smaller) - _width_in_points(page)) < 1


def _width_in_points(pdf: bytes) -> float:
    return float(pdf.split(b"/MediaBox [ 0 0 ", 1)[1].split(b" ", 1)[0])


def test_a_page_at_the_least_resolution_keeps_it() -> None:
    page = encode([kept_page(noisy_page(4, 300, 200), LEAST_RESOLUTION_DPI)])
    smaller = smaller_document(page)
    assert smaller is not None
    assert parse(smaller)[0].size == (200, 300)


def test_a_page_is_made_smaller_once() -> None:
    smaller = smaller_document(encode([kept_page(noisy_page(5, 600, 400), 200)]))
    assert smaller is not None
    assert smaller_document(smaller) is None


def test_a_document_made_smaller_tells_before_and_after_and_makes_all_fit(desk: Desk, large: Script) -> None:
    registration_id = play(desk, Step.DOCUMENTS, script=large)
    shrunk = desk.enrollment.make_document_smaller(registration_id, "proofOfIdentity")
    state = shrunk.registration
    assert state.documents["proofOfIdentity"].content.size == shrunk.after < shrunk.before / 2
    assert desk.enrollment.size_of(state).fits
    assert state.documents["proofOfIdentity"].facts.type_code == "CIN"
    assert audited(desk, registration_id)[-1] == "MUS-REG-013"
    with pytest.raises(Refused) as caught:
        desk.enrollment.make_document_smaller(registration_id, "proofOfIdentity")
    assert caught.value.code is DOCUMENT_SMALL_ALREADY
