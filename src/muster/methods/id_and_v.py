"""A trusted identity claim through IDEMIA's ID&V: the person signs in at an identity provider that it knows, and
it says what the provider shared and what that is worth.

Rules:

1. The ``state`` by which the browser's answer is known is this attempt's own, drawn at random; what the service
   and its provider write into theirs is never read (its sample has the identity's number in it, K3).
2. Where the browser ends nowhere (no ``postAuthRedirectUri``: 201 without content), the service is asked instead.
3. What a service says its evidence is worth is its word. Here it counts no further than the level table lets it.
4. The proof is not taken with the claim: taking it ends the transaction and deletes, and belongs after the packet
   (``workstation.proof_archive``).
5. A document goes up only after the claim, as the source has it: what contradicts the claim is then known there.
"""

from __future__ import annotations

import secrets as random_source
from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from urllib.parse import urlencode

from muster.domain.evidence import ArtifactRole
from muster.domain.proofing import Aal, Assurance, Eidas, Ial, MethodEvidence, PollAction, RedirectAction, Strength
from muster.errors import BadInput, Code, MalformedData, NetworkUnavailable, Refused
from muster.formats.gips import EvidenceTold
from muster.formats.media_types import media_type_of
from muster.formats.web_address import is_safe
from muster.methods.claims import mapped
from muster.methods.id_and_v_service import (
    ID_AND_V_GONE,
    ClaimRequest,
    IdAndVService,
    Picture,
    ResponseType,
)
from muster.methods.tools import MethodTools
from muster.methods.web import PROVIDER_ADDRESS_UNSAFE
from muster.proofing.definitions import LOGIN_HINT, IdAndVMethodDefinition, Method
from muster.proofing.method import Brought, Done, NotDone, Outcome, Pending, Work

ID_AND_V_STATE_FOREIGN = Code(
    "ID_AND_V_STATE_FOREIGN", "The answer in the browser belongs to another sign-in. Begin this step again."
)
ID_AND_V_NOT_AWAITED = Code("ID_AND_V_NOT_AWAITED", "This step waits for the sign-in and for nothing else.")
ID_AND_V_SIGN_IN_FAILED = Code(
    "ID_AND_V_SIGN_IN_FAILED", "The sign-in at the trusted provider did not succeed. It can be tried again."
)
ID_AND_V_PROVIDER_DOWN = Code(
    "ID_AND_V_PROVIDER_DOWN", "The identity provider cannot be asked just now. Try again later."
)
ID_AND_V_ACCESS_DENIED = Code(
    "ID_AND_V_ACCESS_DENIED", "The person did not share anything at the identity provider. It can be tried again."
)
ID_AND_V_CONTRADICTED = Code(
    "ID_AND_V_CONTRADICTED", "What was shown does not belong together. Ask your supervisor."
)
ID_AND_V_CLAIM_MISSING = Code(
    "ID_AND_V_CLAIM_MISSING", "The trusted provider did not tell something about the person that is needed here."
)

_SIGN_IN_WITHIN = timedelta(minutes=10)
_INTERVAL = timedelta(seconds=3)
_FAILED, _CONTRADICTED = "2301", "1131"
_SIDES = {ArtifactRole.FRONT: "DocumentFront", ArtifactRole.BACK: "DocumentBack"}
_ERRORS: Mapping[str, tuple[Code, bool]] = MappingProxyType(
    {
        "2301": (ID_AND_V_SIGN_IN_FAILED, True),
        "2302": (ID_AND_V_PROVIDER_DOWN, True),
        "2303": (ID_AND_V_ACCESS_DENIED, True),
        "1131": (ID_AND_V_CONTRADICTED, False),
    }
)
_STRONG = Assurance(Eidas.SUBSTANTIAL, Ial.IAL2, Aal.AAL2, Strength.STRONG)
_WEAK = Assurance(Eidas.LOW, Ial.IAL1, Aal.AAL1, Strength.FAIR)
_STRONG_SCORES = ("LEVEL3", "LEVEL4", "LEVEL5")


class IdAndV:
    type = "id_and_v"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools

    def dispatch(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``, ``KeyUnavailable``: nothing happened that counts."""
        definition = _definition(work)
        try:
            service = _service(work)
            identity = service.create().id
            back_to = None
            if definition.returns_to_station:
                back_to = f"{self._tools.way_back()}?{urlencode({'state': work.callback_ref})}"
            hint = work.inputs.get(LOGIN_HINT)
            wanted = ResponseType(definition.response_type)
            request = ClaimRequest(definition.idp_identifier, wanted, back_to, str(hint) if hint else None)
            asked = service.request_claim(identity, request, by_person=definition.asked_by == "user_agent")
        except (BadInput, MalformedData, Refused) as error:
            return _no(error)
        if not is_safe(asked.authorize_at, loopback=True):
            return NotDone(PROVIDER_ADDRESS_UNSAFE)
        state = {"identity": identity}
        if back_to is None:
            return Pending(_poll(work, asked.authorize_at), state)
        action = RedirectAction(asked.authorize_at, work.callback_ref, work.now + _SIGN_IN_WITHIN)
        return Pending(action, state)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        return NotDone(ID_AND_V_NOT_AWAITED)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        """The browser is back, which says nothing but that: the service is asked, and later again where it cannot
        be asked now, since the person has signed in already.

        Raises ``Refused(ID_AND_V_STATE_FOREIGN)``."""
        if not random_source.compare_digest(data.get("state", "").encode(), work.callback_ref.encode()):
            raise Refused(ID_AND_V_STATE_FOREIGN)
        try:
            return self.poll(work)
        except NetworkUnavailable:
            return Pending(_poll(work), dict(work.state))

    def poll(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``: it is looked at another time."""
        try:
            service = _service(work)
            claim = service.claims(work.state["identity"]).trusted_claim
            if claim is None or claim.status.status == "PROCESSING":
                return Pending(_poll(work), dict(work.state))
            if claim.status.status == "VERIFIED" and _definition(work).submits_document:
                return self._with_document(work, service, claim)
        except (BadInput, MalformedData, Refused) as error:
            return _no(error)
        return _told(work, claim)

    def _with_document(self, work: Work, service: IdAndVService, claim: EvidenceTold) -> Outcome:
        """The claim, once the service has judged the document beside it; without pages there is none."""
        if "document" not in work.state:
            pictures = [_picture(each) for each in self._tools.pages(work.execution_id)]
            if not pictures:
                return _told(work, claim)
            kind, country = (str(work.inputs.get(name, "")) for name in IdAndVMethodDefinition.DOCUMENT)
            submitted = service.submit_document(work.state["identity"], pictures, country, kind)
            return Pending(_poll(work), {**work.state, "document": submitted})
        told = service.identity(work.state["identity"])
        document = next((each for each in told.documents if each.id == work.state["document"]), None)
        if document is None or document.status.status == "PROCESSING":
            return Pending(_poll(work), dict(work.state))
        if document.status.status == "INVALID":
            number = next((code for code, _ in document.status.errors if code in _ERRORS), _CONTRADICTED)
            code, retryable = _ERRORS[number]
            return NotDone(code, number, retryable)
        return _told(work, told.trusted_claim or claim, document)

    def cancel(self, work: Work) -> None:
        """The service forgets by itself what nobody fetches."""

    def service_proof(
        self, definition: Method, metadata: Mapping[str, str], secret: Callable[[str], str]
    ) -> bytes | None:
        assert isinstance(definition, IdAndVMethodDefinition)
        service = IdAndVService(definition.origin, secret(definition.backend_key_ref.key))
        try:
            return service.proof(metadata["identity"])
        except Refused as error:
            if error.code == ID_AND_V_GONE:
                return None
            raise

    def reached(self, definition: Method, secret: Callable[[str], str]) -> int | None:
        assert isinstance(definition, IdAndVMethodDefinition)
        IdAndVService(definition.origin, secret(definition.backend_key_ref.key)).reached()
        return None


def _definition(work: Work) -> IdAndVMethodDefinition:
    assert isinstance(work.definition, IdAndVMethodDefinition)
    return work.definition


def _service(work: Work) -> IdAndVService:
    definition = _definition(work)
    person = work.secret(definition.person_key_ref.key) if definition.person_key_ref else ""
    return IdAndVService(definition.origin, work.secret(definition.backend_key_ref.key), person)


def _poll(work: Work, shown: str = "") -> PollAction:
    return PollAction.after(_INTERVAL, work.now, shown)


def _no(error: BadInput | MalformedData | Refused) -> NotDone:
    return NotDone(error.code, f"{_FAILED} {error.detail.get('status', '')}".strip())


def _picture(page: Brought) -> Picture:
    return Picture(_SIDES[page.role], media_type_of(page.content), page.content)


def _told(work: Work, claim: EvidenceTold, document: EvidenceTold | None = None) -> Outcome:
    if claim.status.status != "VERIFIED":
        number = next((code for code, _ in claim.status.errors if code in _ERRORS), "")
        if not number:
            number = "2301" if claim.status.status == "INVALID" else "2303"
        code, retryable = _ERRORS[number]
        return NotDone(code, number, retryable)
    # What is not verified there is not known here; the document's own data stand or fall with the evidence.
    verified = {
        name: value
        for name, value in claim.claims.items()
        if name in claim.verified or name.startswith("document.")
    }
    found = mapped(_definition(work).attribute_mappings, verified)
    if found.missing:
        return NotDone(ID_AND_V_CLAIM_MISSING, " ".join(found.missing), retryable=True)
    ok = [each for each in claim.status.indicators if each.endswith("_OK")]
    warning = [each for each in claim.status.indicators if each.endswith("_WARNING")]
    unverified = [each for each in claim.status.indicators if each.endswith("_UNVERIFIED")]
    metadata = {
        "type": "TRUSTED_ID_CLAIM",
        "status": "VERIFIED",
        "strength": claim.status.strength,
        "score": claim.status.score,
        "positiveIndicators": " ".join(ok) or "OIDC_AUTHENTICATION_OK",
        "warningIndicators": " ".join(warning),
        "unverifiedIndicators": " ".join(unverified),
        "identity": work.state["identity"],
        "evidence": claim.id,
        "document": document.status.status if document is not None else "",
    }
    assurance = _STRONG if claim.status.score in _STRONG_SCORES else _WEAK
    evidence = MethodEvidence(_definition(work).idp_identifier, IdAndV.type, work.now, metadata)
    return Done(assurance, evidence, found.identifiers, found.attributes)


def method(tools: MethodTools) -> IdAndV:
    return IdAndV(tools)
