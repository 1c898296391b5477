"""A document on the station's own scanner and, where it has one, its chip on the reader.

1. The officer lays each side on the scanner and says so; it is scanned, read and judged. A passport has one side.
2. What all sides come to decides: approved, declined (for good) or left open (scanned again).
3. An approved document may show its chip (``nfcEnabled``, and a reader plugged in). The printed lines open it;
   what its issuer signed counts before what is printed.
4. No picture is kept: between two forms the measures and the lines, sealed; in the end the attributes that the
   configuration maps, and the portrait's template for the step that looks at the person.

Why a document was refused is for supervisors. What a provider named in the configuration would do is done here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from muster.analysis import document_quality as quality
from muster.analysis.document_decision import (
    NEVER_JUDGED,
    DocumentDecision,
    DocumentEvidence,
    decide,
)
from muster.analysis.face_mesh import FaceMesher
from muster.analysis.face_recognition import FaceTemplate, compare
from muster.analysis.face_template import template_in
from muster.analysis.faces import FaceDetector
from muster.devices.chip_access import ChipKey
from muster.domain.chips import ChipAuthenticity
from muster.domain.document_risk import DocumentVerdict, Risk, RiskIndicator
from muster.domain.evidence import ArtifactRole, CheckOutcome
from muster.domain.proofing import (
    Assurance,
    Eidas,
    FieldType,
    Ial,
    Identifier,
    InputField,
    MethodEvidence,
    Strength,
    UserInputAction,
)
from muster.errors import BadInput, Code, NotAuthentic
from muster.formats.image_codec import encode_jpeg
from muster.formats.mrz import Mrz, parse
from muster.methods.answers import is_yes
from muster.methods.claims import SUBJECT_ID, mapped
from muster.methods.document_claims import ID_CARD, PASSPORT, VISA, claims_of, kind_of
from muster.methods.document_sides import BACK, FRONT, SideJudge, Sides
from muster.methods.portrait import sealed_portrait, unsealed_portrait
from muster.methods.refusals import ASK_SUPERVISOR, RECAPTURE_DOCUMENT, refused
from muster.methods.sensors import ChipSaid, Sensors
from muster.methods.tools import MethodTools
from muster.proofing.definitions import PORTRAIT, DocumentMethodDefinition
from muster.proofing.method import Brought, Done, NotDone, Outcome, Pending, Work

DOCUMENT_CLAIM_MISSING = Code(
    "DOCUMENT_CLAIM_MISSING", "The document does not say everything that this proof needs. Take another document."
)
DOCUMENT_NOT_AWAITED = Code("DOCUMENT_NOT_AWAITED", "This step waits for a document and for nothing else.")

_OPTICAL = Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, None, Strength.STRONG)
_BY_CHIP = Assurance(Eidas.HIGH, Ial.IAL2, None, Strength.SUPERIOR)
_CHIP = "chip"
_ROLES = {FRONT: ArtifactRole.FRONT, BACK: ArtifactRole.BACK}
_PAGE_QUALITY = 85  # as pages of documents are kept elsewhere
_READY, _NO_CHIP = "ready", "no_chip"
# Signed by the issuer and not changed since: what it says counts.
_SIGNED = (ChipAuthenticity.GENUINE, ChipAuthenticity.UNCHANGED)
_OTHER_PORTRAIT = "document_tempering:PORTRAIT_CHIP_CROSSCHECK"
# What is to be said at once, since the page can be laid better.
_LAID_WRONG = (
    quality.PAGE_BLANK, quality.DOCUMENT_CUT_OFF, quality.DOCUMENT_CORNER_MISSING, quality.DOCUMENT_COVERED,
    quality.DOCUMENT_TOO_COARSE, quality.DOCUMENT_TOO_FAR, quality.DOCUMENT_BLURRED, quality.DOCUMENT_GLARE,
    quality.DOCUMENT_TOO_DARK,
)  # fmt: skip


class Document:
    type = "document"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools
        self._judge = SideJudge()

    def dispatch(self, work: Work) -> Outcome:
        return _asks_for(FRONT)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        """Raises ``DeviceUnavailable``, ``BadInput`` for a chip that is not the document's: then the same form can
        be handed in again."""
        stage, sides = work.state.get("stage", FRONT), self._remembered(work)
        if sides is None or (stage == FRONT and not is_yes(fields.get(_READY))):
            return _asks_for(FRONT)
        if stage == _CHIP:
            return self._of_chip(work, sides, fields)
        if not is_yes(fields.get(_READY)):
            return self._awaits(stage, sides)
        return self._scanned(work, stage, sides)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        return NotDone(DOCUMENT_NOT_AWAITED)

    def poll(self, work: Work) -> Outcome:
        return NotDone(DOCUMENT_NOT_AWAITED)

    def cancel(self, work: Work) -> None:
        """Nothing was kept outside."""

    # Pages

    def _scanned(self, work: Work, stage: str, sides: Sides) -> Outcome:
        recogniser = self._sensors.recogniser
        pixels = self._sensors.scan()
        side, portrait = self._judge.judge(pixels, recogniser)
        laid_wrong = next((each.code for each in side.quality.findings if each.code in _LAID_WRONG), None)
        if laid_wrong is not None:
            return NotDone(laid_wrong, retryable=True)
        page = (Brought(_ROLES[stage], encode_jpeg(pixels, _PAGE_QUALITY)),)
        sides = replace(sides, evidence={**sides.evidence, stage: side})
        if portrait is not None and not sides.portrait:
            sides = replace(sides, portrait=sealed_portrait(portrait, work.execution_id, self._tools.seal))
        if stage == FRONT and _has_back(_definition(work), sides.zone):
            return replace(self._awaits(BACK, sides), files=page)
        return replace(self._judged(work, sides), files=page)

    def _judged(self, work: Work, sides: Sides) -> Outcome:
        decision = _decided(work, sides)
        if decision.verdict is DocumentVerdict.DECLINED:
            return refused(decision.risks)
        if decision.verdict is DocumentVerdict.INCONCLUSIVE:
            again = refused(decision.risks, retryable=True) if decision.risks else None
            return again or NotDone(RECAPTURE_DOCUMENT, _unjudged(decision), retryable=True)
        if _definition(work).nfc_enabled and self._sensors.reads_chips():
            return self._awaits(_CHIP, sides)
        return self._done(work, sides, None)

    # The chip

    def _of_chip(self, work: Work, sides: Sides, fields: Mapping[str, str]) -> Outcome:
        if is_yes(fields.get(_NO_CHIP)):
            return self._done(work, sides, None)
        if not is_yes(fields.get(_READY)):
            return self._awaits(_CHIP, sides)
        try:
            said = self._sensors.read_chip(ChipKey.of_zone(_zone(sides)))
        except NotAuthentic as error:
            return NotDone(RECAPTURE_DOCUMENT, error.code.name, retryable=True)
        if said.authenticity is ChipAuthenticity.FALSE:
            return refused([Risk(RiskIndicator.DOCUMENT_TEMPERING, each) for each in said.found])
        stored = self._face_on(said) if said.authenticity in _SIGNED else None
        if stored is None:
            return self._done(work, sides, said)
        if self._is_another(work, sides.portrait, stored):
            return NotDone(ASK_SUPERVISOR, _OTHER_PORTRAIT, retryable=True)
        sealed = sealed_portrait(stored, work.execution_id, self._tools.seal)
        return self._done(work, replace(sides, portrait=sealed), said, _BY_CHIP if _is_genuine(said) else _OPTICAL)

    def _face_on(self, chip: ChipSaid) -> FaceTemplate | None:
        """None where the chip has no portrait that shows one face."""
        if chip.portrait is None:
            return None
        try:
            return template_in(chip.portrait, FaceDetector(), FaceMesher(), self._sensors.recogniser)
        except BadInput:
            return None

    def _is_another(self, work: Work, printed: str, stored: FaceTemplate) -> bool:
        """Somebody may have put their picture into a book whose chip is genuine."""
        try:
            template = unsealed_portrait(printed, work.execution_id, stored.network, self._tools.unseal)
        except BadInput:  # the station has another network by now
            return False
        return not compare(template, stored, self._sensors.recogniser.calibration).is_match

    # What came of it

    def _done(self, work: Work, sides: Sides, chip: ChipSaid | None, assurance: Assurance = _OPTICAL) -> Outcome:
        """More than what is printed is worth only where the portrait is the chip's as well: whoever is compared
        with it later could have put the printed one there."""
        signed = chip if chip is not None and chip.authenticity in _SIGNED else None
        zone = parse(signed.lines) if signed else _zone(sides)
        claims = claims_of(zone, _today(work), signed.details if signed else None)
        found = mapped(_definition(work).attribute_mappings, claims)
        if found.missing:
            return NotDone(DOCUMENT_CLAIM_MISSING, " ".join(found.missing))
        return Done(
            assurance,
            _evidence(work, _decided(work, sides), zone, chip, portrait_is_chips=assurance is _BY_CHIP),
            tuple(_with_state(each, zone) for each in found.identifiers),
            {**found.attributes, **({PORTRAIT: sides.portrait} if sides.portrait else {})},
        )

    # What is remembered

    def _awaits(self, stage: str, sides: Sides) -> Pending:
        return replace(_asks_for(stage), state={"stage": stage, "kept": self._tools.seal(sides.written())})

    def _remembered(self, work: Work) -> Sides | None:
        """None when what was remembered cannot be read: then it is begun anew."""
        if "kept" not in work.state:
            return Sides({})
        try:
            return Sides.read(self._tools.unseal(work.state["kept"]))
        except (NotAuthentic, ValueError, KeyError, TypeError):  # another station's, or an older program's
            return None

    @property
    def _sensors(self) -> Sensors:
        return self._tools.sensors()


def _definition(work: Work) -> DocumentMethodDefinition:
    assert isinstance(work.definition, DocumentMethodDefinition)
    return work.definition


def _today(work: Work) -> date:
    return work.now.astimezone().date()


def _zone(sides: Sides) -> Mrz:
    zone = sides.zone
    assert zone is not None  # no document is approved without
    return zone


def _asks_for(stage: str) -> Pending:
    fields = {
        FRONT: (InputField(_READY, "The front of the document lies on the scanner.", FieldType.CONSENT),),
        BACK: (InputField(_READY, "The document is turned: its back lies on the scanner.", FieldType.CONSENT),),
        _CHIP: (
            InputField(_READY, "The document lies on the chip reader.", FieldType.CONSENT, required=False),
            InputField(_NO_CHIP, "The document has no chip that can be read.", FieldType.CONSENT, required=False),
        ),
    }
    return Pending(UserInputAction(fields[stage]))


def _has_back(definition: DocumentMethodDefinition, zone: Mrz | None) -> bool:
    """Cards have; of a page without lines nobody knows yet what it is."""
    if zone is not None:
        return kind_of(zone) == ID_CARD
    return set(definition.document_types) != {PASSPORT}


def _decided(work: Work, sides: Sides) -> DocumentDecision:
    front, back = sides.evidence.get(FRONT), sides.evidence.get(BACK)
    expected = _has_back(_definition(work), sides.zone)
    decision = decide(DocumentEvidence(front, back, back_expected=expected), _today(work))
    if sides.zone is None or _is_wanted(_definition(work), kind_of(sides.zone)):
        return decision
    risks = (*decision.risks, Risk(RiskIndicator.DOCUMENT_REJECTED, "DOCUMENT_TYPE"))
    return replace(decision, verdict=DocumentVerdict.DECLINED, risks=risks)


def _is_wanted(definition: DocumentMethodDefinition, kind: str) -> bool:
    """Cards have many names in configurations."""
    wanted = definition.document_types
    return not wanted or kind in wanted or (kind == ID_CARD and not set(wanted) <= {PASSPORT, VISA})


def _unjudged(decision: DocumentDecision) -> str:
    names = (each for each in decision.checks if each.outcome is CheckOutcome.UNVERIFIED)
    return " ".join(each.indicator for each in names if each.name not in NEVER_JUDGED)


def _is_genuine(chip: ChipSaid | None) -> bool:
    return chip is not None and chip.authenticity is ChipAuthenticity.GENUINE


def _with_state(identifier: Identifier, zone: Mrz) -> Identifier:
    """The numbers of two states have nothing to do with each other."""
    if identifier.type != SUBJECT_ID:
        return identifier
    return Identifier(SUBJECT_ID, f"{zone.issuing_state} {identifier.value}")


def _evidence(
    work: Work, decision: DocumentDecision, zone: Mrz, chip: ChipSaid | None, *, portrait_is_chips: bool
) -> MethodEvidence:
    """In IDEMIA's words: what the checks came to, and what the evidence could be worth at most.
    ``portrait_is_chips``: the chip is genuine, and a face will be compared with the portrait in it."""
    metadata = {
        "type": kind_of(zone).upper(),
        "decision": decision.verdict.value,
        "status": "VERIFIED",
        "strength": "LEVEL5" if chip is not None else "LEVEL3",
        "score": "LEVEL4" if portrait_is_chips else "LEVEL2",
        "positiveIndicators": _named(decision, CheckOutcome.OK),
        "warningIndicators": _named(decision, CheckOutcome.WARNING),
        "unverifiedIndicators": _named(decision, CheckOutcome.UNVERIFIED),
    }
    if chip is not None:
        metadata |= {"chip": chip.authenticity.value, "chip_findings": " ".join(chip.found)}
    return MethodEvidence("station", Document.type, work.now, metadata)


def _named(decision: DocumentDecision, outcome: CheckOutcome) -> str:
    return " ".join(each.indicator for each in decision.checks if each.outcome is outcome)


def method(tools: MethodTools) -> Document:
    return Document(tools)
