"""Whether a person is who they say, asked of a service of the deployment's own: one POST, answered now or later.

The question is a JSON object: ``executionId``, ``nodeId``, ``methodId`` and, as ``attributes``, what the
configuration binds to the node. The answer is one too::

    200  {"status": "VERIFIED" | "NOT_VERIFIED" | "INVALID" | "PROCESSING",
          "attributes": {...}, "assurance": {"eidas": "substantial", ...}, "amr": [...], "code": "..."}
    202  Location: where to look for the answer; Retry-After or x-ms-retry-after-ms: not before then

Rules:

1. Asking twice is asking once: ``Idempotency-Key`` stays the same until an answer was given, over crashes and lost
   connections as well.
2. The service's own words go no further than a code; what it found out goes through the configuration's mappings.
3. The address to look at is one of the service's own, or the secret that is sent along would go elsewhere.
4. What is busy (429, 503) is asked again when it says.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from muster.domain.proofing import Aal, Assurance, Eidas, Ial, Level, MethodEvidence, PollAction, Strength
from muster.errors import BadInput, Code, NetworkUnavailable
from muster.methods.claims import mapped
from muster.methods.tools import MethodTools
from muster.methods.web import (
    PROVIDER_ANSWER_UNREADABLE,
    PROVIDER_IN_TROUBLE,
    Reply,
    ask,
    authorization,
    require_safe,
)
from muster.proofing.definitions import RestApiMethodDefinition
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work

REST_NOT_VERIFIED = Code(
    "REST_NOT_VERIFIED", "The service could not decide whether this is the person. It can be tried again."
)
REST_INVALID = Code("REST_INVALID", "The service says that this is not the person.")
REST_QUESTION_REFUSED = Code(
    "REST_QUESTION_REFUSED", "The service did not accept what it was asked. Tell your administrator."
)
REST_STATION_REFUSED = Code(
    "REST_STATION_REFUSED", "The service does not accept this station. Tell your administrator."
)
REST_FORGOTTEN = Code("REST_FORGOTTEN", "The service does not know the question any more. Begin this step again.")
REST_CLAIM_MISSING = Code(
    "REST_CLAIM_MISSING", "The service did not tell something about the person that is needed here."
)
REST_NOT_AWAITED = Code("REST_NOT_AWAITED", "This step waits for the service's answer and for nothing else.")

_DEFAULT_WAIT = timedelta(seconds=5)
_SHORTEST_WAIT = timedelta(milliseconds=250)
_LONGEST_WORD = 64
_MOST_WORDS = 20
_GIVES = Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR)
_NO: Mapping[str, tuple[Code, bool]] = MappingProxyType(
    {"NOT_VERIFIED": (REST_NOT_VERIFIED, True), "INVALID": (REST_INVALID, False)}
)
_L = TypeVar("_L", bound=Level)


class RestApi:
    type = "rest_api"

    def __init__(self, tools: MethodTools) -> None:
        """Nothing of the station's is needed."""

    def dispatch(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``: nothing happened, and the same question may be asked again."""
        return _asked(work, _key(work))

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        return NotDone(REST_NOT_AWAITED)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        return NotDone(REST_NOT_AWAITED)

    def poll(self, work: Work) -> Outcome:
        """Raises ``NetworkUnavailable``: it is looked at another time."""
        if not work.state.get("at"):
            return _asked(work, work.state["key"])
        try:
            reply = ask("GET", work.state["at"], headers=_headers(work))
        except BadInput as error:
            return NotDone(error.code)
        if reply.status in (404, 410):
            return NotDone(REST_FORGOTTEN, str(reply.status), retryable=True)
        return _answer(work, reply, work.state)

    def cancel(self, work: Work) -> None:
        """Tell the service that nobody waits any more."""
        if work.state.get("at"):
            ask("DELETE", work.state["at"], headers=_headers(work))


def _definition(work: Work) -> RestApiMethodDefinition:
    assert isinstance(work.definition, RestApiMethodDefinition)
    return work.definition


def _key(work: Work) -> str:
    """The same for the same question, and for the service no more than a number."""
    question = json.dumps([work.execution_id, work.node, work.answers])
    return hashlib.sha256(question.encode()).hexdigest()


def _headers(work: Work) -> dict[str, str]:
    reference = _definition(work).auth_ref
    return authorization(work.secret(reference.key)) if reference else {}


def _asked(work: Work, key: str) -> Outcome:
    question = {
        "executionId": work.execution_id,
        "nodeId": work.node,
        "methodId": work.definition.id,
        "attributes": dict(work.inputs),
    }
    headers = {**_headers(work), "Content-Type": "application/json", "Idempotency-Key": key}
    try:
        reply = ask("POST", _definition(work).endpoint, headers=headers, body=json.dumps(question).encode())
    except BadInput as error:
        return NotDone(error.code)
    return _answer(work, reply, {"key": key})


def _answer(work: Work, reply: Reply, state: Mapping[str, str]) -> Outcome:
    """What an answer means; ``state`` is where it was looked for."""
    wait = reply.asks_to_wait(work.now)
    if reply.status in (429, 503) and wait is not None:
        return _later(work, wait, state)
    if reply.status >= 500 or reply.status == 429:
        raise NetworkUnavailable(PROVIDER_IN_TROUBLE)
    if reply.status in (401, 403):
        return NotDone(REST_STATION_REFUSED, str(reply.status), retryable=True)
    if reply.status >= 400:
        return NotDone(REST_QUESTION_REFUSED, str(reply.status))
    if reply.status == 202:
        return _accepted(work, reply, wait, state)
    if reply.status not in (200, 201):
        raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
    told = reply.json()
    match told.get("status"):
        case "PROCESSING":
            return _accepted(work, reply, wait, state)
        case "VERIFIED":
            return _verified(work, told)
        case str() as status if status in _NO:
            code, retryable = _NO[status]
            return NotDone(code, _word(told.get("code")), retryable)
    raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)


def _accepted(work: Work, reply: Reply, wait: timedelta | None, state: Mapping[str, str]) -> Outcome:
    """It works on it. Where it says no place to look at, it is looked at where it was."""
    place = reply.headers.get("location", "")
    at = urljoin(_definition(work).endpoint, place) if place else state.get("at", "")
    if not at:
        raise NetworkUnavailable(PROVIDER_ANSWER_UNREADABLE)
    try:
        require_safe(at)
    except BadInput as error:
        return NotDone(error.code)
    if urlsplit(at)[:2] != urlsplit(_definition(work).endpoint)[:2]:
        return NotDone(REST_QUESTION_REFUSED, "location")
    return _later(work, wait, {**state, "at": at})


def _later(work: Work, wait: timedelta | None, state: Mapping[str, str]) -> Pending:
    wait = max(_DEFAULT_WAIT if wait is None else wait, _SHORTEST_WAIT)
    return Pending(PollAction.after(wait, work.now), dict(state))


def _verified(work: Work, told: Mapping[str, Any]) -> Outcome:
    claims = told.get("attributes")
    found = mapped(_definition(work).attribute_mappings, claims if isinstance(claims, dict) else {})
    if found.missing:
        return NotDone(REST_CLAIM_MISSING, retryable=True)
    provider = urlsplit(_definition(work).endpoint).hostname or ""
    metadata = {"status": "VERIFIED", "code": _word(told.get("code"))}
    evidence = MethodEvidence(provider, RestApi.type, work.now, metadata)
    amr = told.get("amr")
    words = [_word(each) for each in amr[:_MOST_WORDS]] if isinstance(amr, list) else []
    methods = tuple(dict.fromkeys(each for each in words if each))
    return Done(_assurance(told.get("assurance")), evidence, found.identifiers, found.attributes, methods)


def _assurance(told: object) -> Assurance:
    """What the service says, on the scales that it names; nothing said is the least."""
    if not isinstance(told, dict):
        return _GIVES
    return Assurance(
        _level(Eidas, told.get("eidas")),
        _level(Ial, told.get("ial")),
        _level(Aal, told.get("aal")),
        _level(Strength, told.get("strength")),
    )


def _level(scale: type[_L], word: object) -> _L | None:
    try:
        return scale(word)
    except ValueError:
        return None


def _word(value: object) -> str:
    """A code, or nothing: free text may be about the person."""
    is_word = isinstance(value, str) and re.fullmatch(rf"[A-Za-z0-9._-]{{1,{_LONGEST_WORD}}}", value)
    return str(value) if is_word else ""


def method(tools: MethodTools) -> RestApi:
    return RestApi(tools)
