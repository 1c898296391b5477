"""What the officer signs changes with every answer, and with nothing else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from muster.domain.applicant import DocumentFacts, LocalizedText
from muster.domain.biometrics import (
    Attestation,
    BiometricAttribute,
    BiometricException,
    CaptureGroup,
    DigitalId,
    ExceptionKind,
    SampleFacts,
)
from muster.domain.lifecycle import (
    BlobRef,
    Captures,
    ConsentGiven,
    DocumentAttached,
    ExceptionPhotoTaken,
    PersonAnswered,
    ProofSettled,
    Registration,
    SampleCaptured,
    Started,
)
from muster.domain.person import Question, Reply
from muster.domain.proofing import ProofOutcome
from muster.domain.registration import Process, RegistrationId
from muster.workstation.content_digest import content_digest

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
THUMB, EYE = BiometricAttribute.LEFT_THUMB, BiometricAttribute.LEFT_EYE
SAMPLE = SampleCaptured(
    AT,
    SampleFacts(
        THUMB, 80.0, 1, False, AT, DigitalId("1", "M", "R", "Finger", "Slap", "M", "M"), "code", "0.9.5",
        Attestation("h", "p", "s", "0.9.5"), "",
    ),
    BlobRef("record", "ab" * 32, 100),
)  # fmt: skip
DOCUMENT = DocumentAttached(
    AT, DocumentFacts("proofOfIdentity", "CIN", "pdf", "L01X00T47"), BlobRef("page", "cd" * 32, 200)
)
PHOTO = ExceptionPhotoTaken(
    AT, replace(SAMPLE.facts, attribute=BiometricAttribute.FACE), BlobRef("photo", "ef" * 32, 300)
)
PROOF = ProofSettled(AT, ProofOutcome.PROVEN, "ef" * 16, "case", ())
RIGHT = PersonAnswered(AT, Reply.RIGHT, "eng", "12" * 32, own_screen=True)
STATE = Registration(
    RegistrationId("10001100010000120260301120000"),
    Started(AT, Process.NEW, ("eng", "fra"), "erika", 0.1),
    consent=ConsentGiven(AT, "eng", "1"),
    demographics={
        "fullName": LocalizedText.of(eng="Erika Mustermann", fra="Erika Mustermann"),
        "phone": "01",
    },
    documents={"proofOfIdentity": DOCUMENT},
    samples={THUMB: SAMPLE},
    exceptions={EYE: BiometricException(EYE, ExceptionKind.PERMANENT, "blind")},
)


_SWAPPED: dict[str, Any] = {"samples": {}, "introducer": Captures(STATE.samples, exceptions=STATE.exceptions)}


def _sample(**facts: Any) -> Registration:
    return replace(STATE, samples={THUMB: replace(SAMPLE, facts=replace(SAMPLE.facts, **facts))})


def _document(**facts: Any) -> Registration:
    changed = replace(DOCUMENT, facts=replace(DOCUMENT.facts, **facts))
    return replace(STATE, documents={"proofOfIdentity": changed})


def _exception(kind: ExceptionKind, reason: str, comment: str = "") -> Registration:
    return replace(STATE, exceptions={EYE: BiometricException(EYE, kind, reason, comment)})


CHANGES: dict[str, Callable[[], Registration]] = {
    "number": lambda: replace(STATE, id=RegistrationId("10001100010000220260301120000")),
    "process": lambda: replace(STATE, started=replace(STATE.started, process=Process.UPDATE)),
    "languages": lambda: replace(STATE, started=replace(STATE.started, languages=("eng",))),
    "order of languages": lambda: replace(STATE, started=replace(STATE.started, languages=("fra", "eng"))),
    "schema": lambda: replace(STATE, started=replace(STATE.started, schema_version=0.2)),
    "no consent": lambda: replace(STATE, consent=None),
    "consent language": lambda: replace(STATE, consent=ConsentGiven(AT, "fra", "1")),
    "consent wording": lambda: replace(STATE, consent=ConsentGiven(AT, "eng", "2")),
    "consent time": lambda: replace(STATE, consent=ConsentGiven(AT + timedelta(seconds=1), "eng", "1")),
    "plain answer": lambda: replace(STATE, demographics={**STATE.demographics, "phone": "02"}),
    "answer in one language": lambda: replace(
        STATE,
        demographics={**STATE.demographics, "fullName": LocalizedText.of(eng="E M", fra="Erika Mustermann")},
    ),
    "answer in fewer languages": lambda: replace(
        STATE, demographics={**STATE.demographics, "fullName": LocalizedText.of(eng="Erika Mustermann")}
    ),
    "one answer less": lambda: replace(STATE, demographics={"phone": "01"}),
    "document type": lambda: _document(type_code="DOC001"),
    "document number": lambda: _document(reference="L01X00T48"),
    "document format": lambda: _document(format="jpg"),
    "document page": lambda: replace(
        STATE, documents={"proofOfIdentity": replace(DOCUMENT, content=BlobRef("page", "ce" * 32, 200))}
    ),
    "document gone": lambda: replace(STATE, documents={}),
    "quality": lambda: _sample(quality=80.1),
    "forced": lambda: _sample(forced=True),
    "record": lambda: replace(STATE, samples={THUMB: replace(SAMPLE, record=BlobRef("record", "ac" * 32, 100))}),
    "sample gone": lambda: replace(STATE, samples={}),
    "sample of the other thumb": lambda: replace(STATE, samples={BiometricAttribute.RIGHT_THUMB: SAMPLE}),
    "the person's word": lambda: replace(STATE, answers={Question.DATA: RIGHT}),
    "exception kind": lambda: _exception(ExceptionKind.TEMPORARY, "blind"),
    "exception reason": lambda: _exception(ExceptionKind.PERMANENT, "bandaged"),
    "exception comment": lambda: _exception(ExceptionKind.PERMANENT, "blind", "since birth"),
    "exception gone": lambda: replace(STATE, exceptions={}),
    "photo of the exception": lambda: replace(STATE, exception_photo=PHOTO),
    "another photo of it": lambda: replace(
        STATE, exception_photo=replace(PHOTO, record=BlobRef("photo", "f0" * 32, 300))
    ),
    "a capture of the introducer": lambda: replace(STATE, introducer=Captures(samples={THUMB: SAMPLE})),
    "captures of the introducer for the person's": lambda: replace(STATE, exceptions={}, **_SWAPPED),
    "what the introducer cannot show": lambda: replace(STATE, introducer=Captures(exceptions=STATE.exceptions)),
    "request": lambda: replace(STATE, request="10001100010000120260201120000-BIOMETRIC_CORRECTION-1"),
    "proof of identity": lambda: replace(STATE, proof=PROOF),
    "another proof": lambda: replace(STATE, proof=replace(PROOF, execution="f0" * 16)),
    "proof that is owed": lambda: replace(STATE, proof=replace(PROOF, outcome=ProofOutcome.OWED)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_digest_changes_with_every_answer(change: str) -> None:
    assert content_digest(CHANGES[change]()) != content_digest(STATE)


def test_every_change_has_a_digest_of_its_own() -> None:
    digests = [content_digest(changed()) for changed in CHANGES.values()]
    assert len(set(digests)) == len(CHANGES)


def test_a_text_does_not_pass_for_a_text_in_a_language() -> None:
    plain = replace(STATE, demographics={"phone": "01"})
    localized = replace(STATE, demographics={"phone": LocalizedText.of(eng="01")})
    assert content_digest(plain) != content_digest(localized)


def test_the_order_in_which_answers_were_given_does_not_matter() -> None:
    turned = replace(STATE, demographics=dict(reversed(list(STATE.demographics.items()))))
    assert content_digest(turned) == content_digest(STATE)


def test_what_is_no_content_does_not_matter() -> None:
    assert content_digest(replace(STATE, previewed=True, attempts={CaptureGroup.FACE: 3})) == content_digest(STATE)


def test_where_a_blob_lies_does_not_matter_only_what_it_holds() -> None:
    moved = replace(STATE, samples={THUMB: replace(SAMPLE, record=BlobRef("elsewhere", "ab" * 32, 100))})
    assert content_digest(moved) == content_digest(STATE)


def test_the_digest_is_the_sha256_of_the_canonical_text() -> None:
    bare = Registration(STATE.id, STATE.started)
    text = (
        '{"consent":null,"demographics":{},"documents":{},"exceptions":{},"languages":["eng","fra"],'
        '"process":"NEW","registration":"10001100010000120260301120000","samples":{},"schema":0.1}'
    )
    assert content_digest(bare) == hashlib.sha256(text.encode()).hexdigest()
