"""Leon Mustermann, two years old, whom his mother Erika brings. Whose child he is says a certificate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from muster.clock import utc_now
from muster.domain.applicant import LocalizedText
from muster.domain.biometrics import CaptureGroup
from muster.workstation.demo import demo_script
from muster.workstation.script import Script, ScriptedDocument, ScriptedIntroducer
from muster_simulated.pictures import BUILT_IN

NAMES = LocalizedText.of(eng="Leon Mustermann", fra="Leon Mustermann")
MOTHER = LocalizedText.of(eng="Erika Mustermann", fra="Erika Mustermann")
UIN = "5736190427"
BORN = f"{utc_now().year - 2}/01/02"  # he is two years old whenever the tests run


def leon_script(*groups: CaptureGroup) -> Script:
    """``groups`` are captured of the mother, her thumbs by default."""
    erika = demo_script()
    born = {"fullName": NAMES, "dateOfBirth": BORN, "introducerName": MOTHER, "introducerUIN": UIN}
    certificate = (Path(BUILT_IN) / "document.png").read_bytes()
    return replace(
        erika,
        demographics={**erika.demographics, **born},
        documents=(ScriptedDocument("proofOfRelationship", "CRN", "", certificate),),
        exceptions=(),
        introducer=ScriptedIntroducer(groups or (CaptureGroup.THUMBS,)),
    )
