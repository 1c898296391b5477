"""A station at which somebody showed a document that is refused, had records shared and was vouched for."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from muster.clock import utc_now
from muster.domain.document_risk import Risk, RiskIndicator
from muster.domain.evidence import ArtifactRole
from muster.domain.proofing import Assurance, Eidas, Ial, MethodEvidence, Strength
from muster.domain.registration import RegistrationId, Step
from muster.formats.picture_pdf import PicturePage, encode
from muster.methods.refusals import refused
from muster.proofing.method import Brought, Done, NotDone, Outcome, ProofingMethod, Work
from muster.ui.session import Session
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.policy import UNJUDGED, LivenessDemand, Policy
from muster.workstation.script import ScriptedEnrollment
from simulators.scripted_method import ScriptedMethod
from unit.proofing.graphs import VOUCH, method, parallel
from unit.workstation.desks import OFFICER, SUPERVISOR, make_station

RISKS = tuple(Risk(each, f"RAW_{number}") for number, each in enumerate(RiskIndicator))
FAST = Policy(
    steps=(
        Step.CONSENT,
        Step.DEMOGRAPHICS,
        Step.DOCUMENTS,
        Step.PROOFING,
        Step.FACE,
        Step.PREVIEW,
        Step.SIGNATURE,
    ),
    face_good_for_s=0.0,
    face_template_kept_for_days=0,
    quality_rules=UNJUDGED,
    face_liveness=LivenessDemand.NONE,
    confirmed_by_supervisor=frozenset(),
)
_MAPPED = (
    "given_name", "family_name", "birthdate",
    "document.number", "document.date_of_expiry", "document.issuing_country",
)  # fmt: skip
_MAPPINGS = [{"sourceAttribute": each, "targetAttribute": each} for each in _MAPPED]
_DISPLAY = {"display": {"name": "Passport or identity card"}}
PAPER = {
    "_type": "DocumentMethodDefinition", "id": "paper", "provider": "station", "attributeMappings": _MAPPINGS,
    **_DISPLAY,
}  # fmt: skip
RECORDS = {
    "_type": "MitrustMethodDefinition", "id": "records", "origin": "https://app.records.example",
    "clientRef": {"key": "client"}, "sharingScope": "address.formatted", "mode": "interactive",
    "attributeMappings": [{"sourceAttribute": "address.formatted", "targetAttribute": "address.formatted"}],
}  # fmt: skip


def card(text: str) -> bytes:
    """A picture of a card, as JPEG."""
    image = Image.new("RGB", (860, 540), (214, 228, 240))
    draw = ImageDraw.Draw(image)
    draw.rectangle((40, 120, 260, 420), fill=(150, 160, 170))
    draw.text((320, 120), text, fill=(20, 30, 40), font_size=36)
    buffer = io.BytesIO()
    image.save(buffer, "JPEG")
    return buffer.getvalue()


def bill(pages: int = 2) -> bytes:
    """A bill as a PDF of pictures."""
    white = Image.fromarray(np.full((900, 640, 3), 250, np.uint8))
    ImageDraw.Draw(white).text((60, 80), "WATER BILL\n3 RUE BELLINI", fill=(0, 0, 0), font_size=40)
    buffer = io.BytesIO()
    white.save(buffer, "JPEG")
    return encode([PicturePage(buffer.getvalue(), 100)] * pages)


class Paper(ScriptedMethod):
    """``no`` refuses for all there is to refuse for."""

    def _answer(self, verb: str, work: Work) -> Outcome:
        pages = (
            Brought(ArtifactRole.FRONT, card("UTOPIA  IDENTITY CARD")),
            Brought(ArtifactRole.BACK, card("UTOPIA  BACK")),
        )
        if isinstance(super()._answer(verb, work), NotDone):
            return replace(refused(RISKS), files=pages)
        metadata = {
            "type": "ID_CARD", "decision": "approved",
            "positiveIndicators": "MRZ_CHECKSUMS_OK DOC_EXPIRATION_DATE_OK",
            "warningIndicators": "LOW_IMAGE_QUALITY_FRONT_WARNING",
            "unverifiedIndicators": "VISUAL_SECURITY_UNVERIFIED",
        }  # fmt: skip
        said = {
            "given_name": "Erika", "family_name": "Mustermann", "birthdate": "1984-08-12",
            "document.number": "C01X00T47", "document.date_of_expiry": "2031-01-01",
            "document.issuing_country": "UTO",
        }  # fmt: skip
        reached = Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, None, Strength.STRONG)
        return Done(reached, MethodEvidence("station", "document", work.now, metadata), (), said, files=pages)


class Records(ScriptedMethod):
    def _answer(self, verb: str, work: Work) -> Outcome:
        evidence = MethodEvidence("app.records.example", "mitrust", work.now, {"type": "REGISTER_RECORD"})
        files = (
            Brought(ArtifactRole.PROOF_OF_RESIDENCE, bill(), "RE1.jpg"),
            Brought(ArtifactRole.RECORD, b"%PDF-1.7 words alone", "tax.pdf"),
        )
        reached = Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR)
        return Done(reached, evidence, (), {"address.formatted": "3 rue Bellini, 92800 Puteaux"}, files=files)


def methods(paper: str = "no") -> dict[str, ProofingMethod]:
    return {
        "document": Paper("document", {"paper": [paper]}),
        "mitrust": Records("mitrust"),
        "vouch": ScriptedMethod("vouch"),
    }


def configuration() -> bytes:
    any_of = parallel(
        method("paper", "paper"), method("records", "records"), method("friend"), joinPolicy="BestEffort"
    )
    use_case = {
        "id": "case", "tenantId": "default", "triggers": [{"processes": ["NEW"]}], "graph": any_of,
        "policy": {"minimumAssurance": "low", "requiredConsents": ["DATA_SHARING"]},
    }  # fmt: skip
    return json.dumps({"methods": [PAPER, RECORDS, VOUCH], "useCases": [use_case]}).encode()


@contextmanager
def station(root: Path) -> Iterator[Session]:
    """Whose configuration is set; nobody is signed in."""
    make_station(root)
    session = Session(root, utc_now, policy=FAST)
    officer_signs_in(session, at=1).proofing_configuration.set(configuration())
    session.sign_out()
    yield session
    session.close()


def officer_signs_in(session: Session, at: int = 0, paper: str = "no") -> Desk:
    """The officer (0) or the supervisor (1)."""
    who = (OFFICER, SUPERVISOR)[at]
    desk = session.sign_in(who.user_id, who.password)
    desk.proofing.methods = methods(paper)
    return desk


def begun(desk: Desk) -> RegistrationId:
    """Up to where the proof of identity is asked for."""
    script = ScriptedEnrollment(desk.enrollment, demo_script(), "")
    return script.run(stop_after=Step.DOCUMENTS).registration.id


def proven(desk: Desk) -> RegistrationId:
    """With a refused document, shared records and somebody who vouched."""
    registration_id = begun(desk)
    view = desk.enrollment.proof.open(registration_id).view
    assert view is not None
    execution = view.execution_id
    desk.proofing.submit(execution, "$.consents", {"DATA_SHARING": "true"})
    for node in ("paper", "records", "friend"):
        desk.proofing.dispatch(execution, node)
    desk.enrollment.proof.settle(registration_id)
    return registration_id
