"""Somebody who is known vouches for the person: an introducer who was proven here before, a supervisor, or the
officer at the counter, who compared the person with what they brought.

An introducer shows an identifier; nothing of it is kept. A supervisor vouches by being signed in, and is named in
the evidence; that it was the officer, the trail tells.
"""

from __future__ import annotations

from collections.abc import Mapping

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
from muster.errors import Code
from muster.methods.answers import is_yes
from muster.methods.tools import MethodTools
from muster.proofing.definitions import VouchMethodDefinition
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work

INTRODUCER_UNKNOWN = Code(
    "INTRODUCER_UNKNOWN",
    "Nobody has proven this number at this station yet. Check it, ask somebody else, or take another way.",
)
SUPERVISOR_MUST_VOUCH = Code(
    "SUPERVISOR_MUST_VOUCH", "A supervisor has to vouch for this person. Ask one to sign in and go on."
)
OFFICER_DID_NOT_VOUCH = Code(
    "OFFICER_DID_NOT_VOUCH",
    "You did not say that this is the person. Compare again, or take another way. Where it is somebody else, put "
    "the registration away and call a supervisor.",
)
VOUCH_NOT_AWAITED = Code("VOUCH_NOT_AWAITED", "This step waits for a form and for nothing else.")

_GIVES = Assurance(Eidas.LOW, Ial.IAL1, None, Strength.FAIR)
_NUMBER = "introducer"
_YES = "vouched"
_NO = "not_vouched"


class Vouch:
    type = "vouch"

    def __init__(self, tools: MethodTools) -> None:
        self._tools = tools

    def dispatch(self, work: Work) -> Outcome:
        fields: tuple[InputField, ...]
        match _definition(work).by:
            case "supervisor":
                fields = (InputField(_YES, "The supervisor knows this person.", FieldType.CONSENT),)
            case "officer":
                fields = (
                    InputField(_YES, "I compared them: it is the same person.", FieldType.CONSENT),
                    InputField(_NO, "It is not, or I am not sure", FieldType.CONSENT, required=False),
                )
            case _:
                fields = (InputField(_NUMBER, "The introducer's number"),)
        return Pending(UserInputAction(fields))

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        match _definition(work).by:
            case "supervisor":
                return self._by_supervisor(work, fields[_YES])
            case "officer":
                return _by_officer(work, fields[_YES])
            case "introducer":
                return self._by_introducer(work, fields)

    def _by_introducer(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        introducer = Identifier(_definition(work).identifier_type, fields[_NUMBER])
        if not introducer.value.strip() or not self._tools.is_known(introducer):
            return NotDone(INTRODUCER_UNKNOWN, retryable=True)
        return _vouched(work, {"identifier_type": introducer.type})

    def _by_supervisor(self, work: Work, answer: str) -> Outcome:
        supervisor = self._tools.supervisor()
        if supervisor is None or not is_yes(answer):
            return NotDone(SUPERVISOR_MUST_VOUCH, retryable=True)
        return _vouched(work, {"supervisor": supervisor})

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        return NotDone(VOUCH_NOT_AWAITED)

    def poll(self, work: Work) -> Outcome:
        return NotDone(VOUCH_NOT_AWAITED)

    def cancel(self, work: Work) -> None:
        """Nothing was begun that would have to be ended."""


def _definition(work: Work) -> VouchMethodDefinition:
    assert isinstance(work.definition, VouchMethodDefinition)
    return work.definition


def _by_officer(work: Work, answer: str) -> Outcome:
    return _vouched(work, {}) if is_yes(answer) else NotDone(OFFICER_DID_NOT_VOUCH, retryable=True)


def _vouched(work: Work, metadata: Mapping[str, str]) -> Done:
    by = _definition(work).by
    return Done(_GIVES, MethodEvidence("station", Vouch.type, work.now, {"by": by, **metadata}))


def method(tools: MethodTools) -> Vouch:
    return Vouch(tools)
