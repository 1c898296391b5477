"""A proofing method that answers what it was told to, in order; the third implementer of its protocol."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping
from datetime import timedelta

from muster.domain.proofing import (
    HIGHEST,
    Identifier,
    InputField,
    MethodEvidence,
    PollAction,
    RedirectAction,
    UserInputAction,
    WaitForCallbackAction,
)
from muster.errors import Code, MusterError
from muster.proofing.method import Done, NotDone, Outcome, Pending, Work

SCRIPTED_NO = Code("SCRIPTED_NO", "The script says no.")


class ScriptedMethod:
    """``script`` says by node what it answers, one word a question: ``done``, ``no``, ``again`` (a failure after
    which it may be asked once more), ``form``, ``poll``, ``redirect``, ``wait``. When the words are over it is
    done. An error in place of a word is raised. ``node.dispatch`` has the words for that question alone."""

    def __init__(self, type_: str, script: Mapping[str, list[str | MusterError]] | None = None) -> None:
        self._type = type_
        self._words = defaultdict(deque, {node: deque(words) for node, words in (script or {}).items()})
        self.asked: list[tuple[str, Work]] = []
        self.given: list[Mapping[str, str]] = []

    @property
    def type(self) -> str:
        return self._type

    def dispatch(self, work: Work) -> Outcome:
        return self._answer("dispatch", work)

    def submit(self, work: Work, fields: Mapping[str, str]) -> Outcome:
        self.given.append(fields)
        return self._answer("submit", work)

    def callback(self, work: Work, data: Mapping[str, str]) -> Outcome:
        self.given.append(data)
        return self._answer("callback", work)

    def poll(self, work: Work) -> Outcome:
        return self._answer("poll", work)

    def cancel(self, work: Work) -> None:
        self.asked.append(("cancel", work))

    def _answer(self, verb: str, work: Work) -> Outcome:
        self.asked.append((verb, work))
        words = self._words.get(f"{work.node}.{verb}") or self._words[work.node]
        word = words.popleft() if words else "done"
        if isinstance(word, MusterError):
            raise word
        return outcome_of(word, work)


def outcome_of(word: str, work: Work) -> Outcome:
    soon, state = work.now + timedelta(minutes=10), {"ref": work.callback_ref}
    match word:
        case "no":
            return NotDone(SCRIPTED_NO)
        case "again":
            return NotDone(SCRIPTED_NO, retryable=True)
        case "form":
            return Pending(UserInputAction((InputField("code", "Code"),)), state)
        case "poll":
            return Pending(PollAction(work.now + timedelta(seconds=5)), state)
        case "redirect":
            return Pending(RedirectAction("https://idp.example/", work.callback_ref, soon), state)
        case "wait":
            return Pending(WaitForCallbackAction(work.callback_ref, soon), state)
    return done_by(work)


def done_by(work: Work) -> Done:
    """As sure as its definition lets it be."""
    return Done(
        HIGHEST,
        MethodEvidence("script", work.definition.type, work.now),
        (Identifier("SUBJECT_ID", f"subject-of-{work.node}"),),
        {f"{work.node}.seen": True},
        (work.definition.type,),
    )
