"""A sign-in elsewhere as a document that names nobody."""

from __future__ import annotations

import base64
import io
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from pypdf import PdfReader

from muster.crypto.pdf_signing import is_signed_pdf
from muster.crypto.signing import SigningKey
from muster.domain.evidence import Check, CheckOutcome, EvidenceKind, IdentityAttributes, Submission
from muster.domain.proofing import Scenario
from muster.packet.mitrust import identity_dataset
from muster.proofing.ledger import evaluate
from muster.proofing.levels import shipped_levels
from muster.workstation.attestation import attested

AT = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
EID = Submission(
    id="e7c94b21-8f42-4d2a-9c3e-5b91f6c2a8de",
    kind=EvidenceKind.EID_TOKEN,
    wire_type="TRUSTED_ID_CLAIM",
    row="eid_strong",
    submitted_at=AT,
    provider="https://id.example/ü",
    scenario=Scenario.FACE_TO_FACE,
    attributes=IdentityAttributes(("Erika",), "Mustermann", None, "1992-04-17", "female", "DEU"),
    amr=("otp",),
)


@pytest.fixture(scope="module")
def key() -> SigningKey:
    return SigningKey.generate()


def test_it_stands_where_a_documents_front_would_and_is_signed(key: SigningKey) -> None:
    evaluation, files = attested(evaluate((EID,), shipped_levels(), "case", AT), key, "10001_10001")
    told = identity_dataset(evaluation, lambda each: files[each.digest])["identity"]["document"]["front"]
    assert told["file_wrapper"]["filename"] == "oidc_front.pdf"
    pdf = base64.b64decode(told["file_wrapper"]["base64"])
    assert pdf.startswith(b"%PDF-")
    assert is_signed_pdf(pdf, key.signing_public)
    text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert EID.id in text
    assert "LEVEL3 of LEVEL3" in text
    for secret in ("Erika", "Mustermann", "1992", "DEU"):
        assert secret not in text


def test_a_sign_in_that_failed_is_not_attested(key: SigningKey) -> None:
    failed = replace(EID, checks=(Check("OIDC_AUTHENTICATION", CheckOutcome.FAILED, blocking=True),))
    evaluation, files = attested(evaluate((failed,), shipped_levels(), "case", AT), key, "10001_10001")
    assert files == {}
    assert not evaluation.evidence[0].submission.artifacts
