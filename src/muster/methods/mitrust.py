"""Records that a person shares through MiTrust: in their own browser, or without them where they agreed before.

Four ways (``mode``): ``interactive`` sends the person's browser there; ``company`` asks for a company's public
records; ``autoupdate`` uses a token that was given once, for the same data again, and ``again`` the one that this
person gave. The latter three are sessions without anybody before a screen: begun, asked about, fetched and
acknowledged.

Rules:

1. A session that was begun is always acknowledged (DELETE), also when it failed, nobody waits any more, or what it
   says cannot be read. What was fetched is not lost over an acknowledgement that does not get through: it is tried
   three times at once, since one that got through and was not heard of has ended the session already.
2. Who is asked too often says when to come back, and is asked less often from then on.
3. A client's token counts for an hour there, a registration that was put away may wait longer: where it is not
   taken any more, another one is fetched.
4. Nobody counts on a part of a record being there: what the configuration says is required and is missing ends it.
5. What sources call themselves in their refusals, and why they declined a document, is for supervisors; the person
   reads our own sentence.
"""

from __future__ import annotations

import secrets as random_source
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import count
from types import MappingProxyType
from urllib.parse import urlencode, urlsplit

from muster.domain.document_risk import DocumentVerdict, Risk, RiskIndicator
from muster.domain.evidence import ArtifactRole
from muster.domain.proofing import Assurance, Eidas, Ial, MethodEvidence, PollAction, RedirectAction, Strength
from muster.errors import BadInput, Code, MalformedData, NetworkUnavailable, Refused
from muster.formats.mitrust import (
    FailedBecause,
    Polled,
    RedirectError,
    SessionStatus,
    SharedFile,
    UserInfo,
    redirected,
)
from muster.methods.claims import mapped
from muster.methods.mitrust_service import Busy, MitrustService
from muster.methods.refusals import refused
from muster.methods.tools import MethodTools
from muster.proofing.definitions import EARLIER_REGISTRATION, Method, MitrustMethodDefinition
from muster.proofing.method import Brought, Done, NotDone, Outcome, Pending, Work

MITRUST_STATE_FOREIGN = Code(
    "MITRUST_STATE_FOREIGN", "The answer in the browser belongs to another request. Begin this step again."
)
MITRUST_NOT_AWAITED = Code("MITRUST_NOT_AWAITED", "This step waits for MiTrust and for nothing else.")
MITRUST_ENDED_BY_PERSON = Code(
    "MITRUST_ENDED_BY_PERSON", "The person ended the sharing of records. It can be begun again."
)
MITRUST_TOOK_TOO_LONG = Code(
    "MITRUST_TOOK_TOO_LONG", "The ten minutes for sharing records were over. It can be begun again."
)
MITRUST_MAINTENANCE = Code(
    "MITRUST_MAINTENANCE", "MiTrust is being maintained just now. Go on without it, or try again later."
)
MITRUST_MISCONFIGURED = Code(
    "MITRUST_MISCONFIGURED", "The records that are asked for are not set up with MiTrust. Tell your supervisor."
)
MITRUST_SESSION_BROKEN = Code("MITRUST_SESSION_BROKEN", "The sharing of records broke off. Begin this step again.")
MITRUST_LOGIN_FAILED = Code(
    "MITRUST_LOGIN_FAILED",
    "The source of the records does not let MiTrust in any more. The person has to share them anew.",
)
MITRUST_PROFILE_NOT_FOUND = Code(
    "MITRUST_PROFILE_NOT_FOUND", "The source has no record any more that belongs to this person."
)
MITRUST_PROFILE_AMBIGUOUS = Code(
    "MITRUST_PROFILE_AMBIGUOUS",
    "The source has several records that could be this person's. The person has to share theirs anew.",
)
MITRUST_RECORD_MISSING = Code(
    "MITRUST_RECORD_MISSING", "The records do not say something about the person that is needed here."
)

_GIVES = Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR)
_SHARING_WITHIN = timedelta(minutes=10)  # each session lives that long
_INTERVAL = timedelta(seconds=3)
_LONGEST_INTERVAL = timedelta(minutes=1)
_ACKNOWLEDGED_TIMES = 3
_UNAUTHORIZED = 401
_DENIED, _DOWN, _FAILED = "2303", "2302", "2301"

_REDIRECTED: Mapping[RedirectError, tuple[Code, str, bool]] = MappingProxyType(
    {
        RedirectError.ACCESS_DENIED: (MITRUST_ENDED_BY_PERSON, _DENIED, True),
        RedirectError.TIMEOUT: (MITRUST_TOOK_TOO_LONG, _FAILED, True),
        RedirectError.INVALID_SCOPE: (MITRUST_MISCONFIGURED, _FAILED, False),
        RedirectError.TEMPORARILY_UNAVAILABLE: (MITRUST_MAINTENANCE, _DOWN, True),
        RedirectError.INVALID_REQUEST: (MITRUST_MISCONFIGURED, _FAILED, False),
        RedirectError.SESSION_CORRUPTED: (MITRUST_SESSION_BROKEN, _FAILED, True),
    }
)
_BECAUSE: Mapping[FailedBecause, tuple[Code, bool]] = MappingProxyType(
    {
        FailedBecause.LOGIN: (MITRUST_LOGIN_FAILED, False),
        FailedBecause.PROFILE_NOT_FOUND: (MITRUST_PROFILE_NOT_FOUND, False),
        FailedBecause.PROFILE_AMBIGUITY: (MITRUST_PROFILE_AMBIGUOUS, False),
        FailedBecause.INTERNAL: (MITRUST_SESSION_BROKEN, True),
    }
)
_OURS = (ArtifactRole.ATTESTATION, ArtifactRole.SERVICE_PROOF)
_ROLES = {each.value: each for each in ArtifactRole if each not in _OURS}
_VERIFICATION = "identity.document.verification."
# How forms of address are read (K11): a hint, never verified.
_GENDERS = {"mr": "male", "m.": "male", "monsieur": "male", "mrs": "female", "ms": "female", "mme": "female"}


class Mitrust:
    type = "mitrust"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools

    def dispatch(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``, ``KeyUnavailable``: nothing happened."""
        definition = _definition(work)
        try:
            service = _service(work)
            if definition.mode == "interactive":
                way_back = self._tools.way_back()
                url = service.sharing_address(definition.sharing_scope, work.callback_ref, way_back)
                action = RedirectAction(url, work.callback_ref, work.now + _SHARING_WITHIN)
                return Pending(action, {"way_back": way_back})
            return self._begun(work, service)
        except (BadInput, MalformedData, Refused) as error:
            return _no(error)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        return NotDone(MITRUST_NOT_AWAITED)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        """Raises ``Refused(MITRUST_STATE_FOREIGN)``: whoever brings another's answer does not end this attempt."""
        if not random_source.compare_digest(data.get("state", "").encode(), work.callback_ref.encode()):
            raise Refused(MITRUST_STATE_FOREIGN)
        try:
            back = redirected(f"{work.state['way_back']}?{urlencode(data)}")
            if back.error is not None:
                code, number, retryable = _REDIRECTED[back.error]
                return NotDone(code, f"{number} {back.error.value}", retryable)
            if not data.get("code"):
                return NotDone(MITRUST_SESSION_BROKEN, _FAILED, retryable=True)
            service = _service(work)
            info = service.shared(service.exchanged(data["code"], work.state["way_back"]))
        except (BadInput, MalformedData, Refused) as error:
            return _no(error)
        except NetworkUnavailable as error:
            return NotDone(error.code, _DOWN, retryable=True)
        outcome = _shared(work, info, "")
        if info.autoupdate and isinstance(outcome, Done):
            self._tools.keep_sharing_token(work, info.autoupdate)
        return outcome

    def poll(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``: it is looked at another time."""
        service = _service(work)
        try:
            return self._looked_anew(work, service)
        except (BadInput, MalformedData, Refused) as error:
            with suppress(BadInput, MalformedData, Refused, NetworkUnavailable):
                self._acknowledge(work, service)
            return _no(error)

    def cancel(self, work: Work) -> None:
        """Nobody waits for the session any more."""
        if "session" in work.state:
            self._acknowledge(work, _service(work))

    def reached(self, definition: Method, secret: Callable[[str], str]) -> int | None:
        """How many sources could answer what is asked for here."""
        assert isinstance(definition, MitrustMethodDefinition)
        return _service_of(definition, secret).active_sources(definition.sharing_scope)

    # A session without the person

    def _begun(self, work: Work, service: MitrustService) -> Outcome:
        definition = _definition(work)
        client = service.client_token()
        if definition.mode == "company":
            country, number = (str(work.inputs.get(name, "")) for name in definition.COMPANY)
            token = service.company_token(client, country, number)
        elif definition.mode == "again":
            earlier = str(work.inputs.get(EARLIER_REGISTRATION, ""))
            token = self._tools.persons_token(definition.origin, earlier)
        else:
            assert definition.token_ref is not None  # the definition asks for it
            token = self._tools.sharing_token(definition.id, work.secret(definition.token_ref.key))
        session = service.start(client, token)
        seal = self._tools.seal
        state = {"client": seal(client), "session": seal(session.token), "flow": session.sharing_flow_id}
        return _later(work, _INTERVAL, state)

    def _looked_anew(self, work: Work, service: MitrustService) -> Outcome:
        """With another client's token where the one from the beginning is over."""
        try:
            return self._looked(work, service)
        except Refused as error:
            if error.detail.get("status") != _UNAUTHORIZED:
                raise
        client = self._tools.seal(service.client_token())
        return self._looked(replace(work, state={**work.state, "client": client}), service)

    def _looked(self, work: Work, service: MitrustService) -> Outcome:
        client, session = (self._tools.unseal(work.state[name]) for name in ("client", "session"))
        found = service.poll(client, session, work.now)
        if isinstance(found, Busy):
            return self._asked_too_often(work, found)
        if found.status is SessionStatus.ONGOING:
            return _later(work, _interval(work), work.state)
        if found.status is SessionStatus.FAILED:
            return self._failed(work, service, found)
        info = service.user_info(client, session)
        for _ in range(_ACKNOWLEDGED_TIMES):
            try:
                self._acknowledge(work, service)
            except NetworkUnavailable:
                continue
            except Refused:
                pass  # what was fetched is here; the other side keeps its session as long as it likes
            break
        return _shared(work, info, work.state.get("flow", ""))

    @staticmethod
    def _asked_too_often(work: Work, busy: Busy) -> Outcome:
        slower = min(_interval(work) * 2, _LONGEST_INTERVAL)
        state = {**work.state, "interval_ms": str(round(slower / timedelta(milliseconds=1)))}
        return _later(work, max(busy.wait or slower, slower), state)

    def _failed(self, work: Work, service: MitrustService, found: Polled) -> Outcome:
        with suppress(Refused, NetworkUnavailable):  # the reason counts, and the session ends by itself
            self._acknowledge(work, service)
        because = found.because or FailedBecause.INTERNAL
        code, retryable = _BECAUSE[because]
        return NotDone(code, f"{_FAILED} {because.value}", retryable)

    def _acknowledge(self, work: Work, service: MitrustService) -> None:
        client, session = (self._tools.unseal(work.state[name]) for name in ("client", "session"))
        try:
            service.acknowledge(client, session)
        except Refused as error:
            if error.detail.get("status") != _UNAUTHORIZED:
                raise
            service.acknowledge(service.client_token(), session)


def _definition(work: Work) -> MitrustMethodDefinition:
    assert isinstance(work.definition, MitrustMethodDefinition)
    return work.definition


def _service(work: Work) -> MitrustService:
    return _service_of(_definition(work), work.secret)


def _service_of(definition: MitrustMethodDefinition, secret: Callable[[str], str]) -> MitrustService:
    """The secret is ``client_id:secret_key``, as Basic authentication has it."""
    client_id, _, key = secret(definition.client_ref.key).partition(":")
    return MitrustService(definition.origin, client_id, key)


def _interval(work: Work) -> timedelta:
    text = work.state.get("interval_ms", "")
    return timedelta(milliseconds=int(text)) if text else _INTERVAL


def _later(work: Work, wait: timedelta, state: Mapping[str, str]) -> Pending:
    return Pending(PollAction.after(wait, work.now), dict(state))


def _no(error: BadInput | MalformedData | Refused) -> NotDone:
    return NotDone(error.code, f"{_FAILED} {error.detail.get('status', '')}".strip())


def _shared(work: Work, info: UserInfo, flow: str) -> Outcome:
    definition, files = _definition(work), tuple(map(_brought, info.files))
    refusal = _refusal(info.claims)
    if refusal is not None:
        return replace(refusal, files=files)
    claims = {name: value for name, value in info.claims.items() if not name.startswith(_VERIFICATION)}
    if "gender" in claims:
        claims["gender"] = _GENDERS.get(claims["gender"].casefold(), claims["gender"])
    found = mapped(definition.attribute_mappings, claims)
    if found.missing:
        return NotDone(MITRUST_RECORD_MISSING, " ".join(found.missing), retryable=True)
    metadata = {
        "type": "REGISTER_RECORD",
        "status": "VERIFIED",
        "flow": flow[:64],
        "documents": " ".join(each.path for each in info.files),
        "consent": "kept by the source" if info.consent else "",
    }
    provider = urlsplit(definition.origin).hostname or ""
    return Done(
        _GIVES,
        MethodEvidence(provider, Mitrust.type, work.now, metadata),
        found.identifiers,
        found.attributes,
        files=files,
    )


def _refusal(claims: Mapping[str, str]) -> NotDone | None:
    """What a source decided about a document it verified, unless that is a yes or it did not. An officer hears a
    generic sentence, and no configuration can map the reasons to an attribute."""
    decision = claims.get(f"{_VERIFICATION}decision", "").casefold()
    if decision in ("", DocumentVerdict.APPROVED.value):
        return None
    risks = tuple(_risks(claims)) or (Risk(RiskIndicator.OTHER, "no reason told"),)
    told = [replace(each, raw="_".join(each.raw.split())) for each in risks]
    return refused(told, retryable=decision != DocumentVerdict.DECLINED.value)


def _risks(claims: Mapping[str, str]) -> Iterator[Risk]:
    """In the order they were told."""
    for number in count():
        named = f"{_VERIFICATION}risk_indicators.{number}."
        normalized, raw = (claims.get(named + each, "") for each in ("normalized", "raw"))
        if not (normalized or raw):
            return
        yield Risk.of_provider(normalized, raw or normalized)


def _brought(file: SharedFile) -> Brought:
    """The claim it stood under says what it is; what has no name of its own goes by that."""
    last = file.path.rpartition(".")[2]
    return Brought(_ROLES.get(last, ArtifactRole.RECORD), file.content, file.filename or file.path)


def method(tools: MethodTools) -> Mitrust:
    return Mitrust(tools)
