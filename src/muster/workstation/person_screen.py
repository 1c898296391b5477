"""What the person who is registered is shown on a screen of theirs, and what they answer.

Rules:

1. What is shown is a value (``Shown``): the screen draws it and adds nothing. Its digest stands in the event of
   the answer, so that anybody who has the registration can say what was before the person's eyes.
2. An answer counts for what is true now: shown before a correction and answered after it, it is refused.
3. Whoever does not agree is not registered: the answer and the end of the registration are one transaction.
4. Nothing of the officer's is shown: no quality, no sign of fraud, nobody else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from muster.audit.catalogue import AuditEvent
from muster.domain.biometrics import Modality
from muster.domain.lifecycle import BlobRef, ConsentGiven, PersonAnswered, Registration
from muster.domain.person import Question, Reply
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, MalformedData, Refused
from muster.formats.handwriting import Handwriting, Point, Stroke
from muster.formats.image_codec import Pixels
from muster.workstation.journal import Entry, Journal
from muster.workstation.reference import ConsentText, is_right_to_left, label_in
from muster.workstation.summary import Summary, SummaryLine
from muster.workstation.words_for_people import screen_words

SHOWN_OUTDATED = Code(
    "SHOWN_OUTDATED", "What the person saw has changed since. Show it again and let the person answer."
)
SIGNATURE_NEEDED = Code("SIGNATURE_NEEDED", "The person signs here to agree. Ask them to sign.")
PERSON_SAID_WRONG = Code(
    "PERSON_SAID_WRONG",
    "The person said that something is wrong. Ask what it is, correct it and show it to them again.",
)

__all__ = ["Handwriting", "PersonScreen", "Pixels", "Point", "Shown", "ShownLine", "Signing", "Stroke"]

CONSENT_REFUSED_REASON = "the person did not agree"


@dataclass(frozen=True, slots=True)
class ShownLine:
    """``label`` is empty in running text."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Signing:
    """The field to sign in: the words at it, those on what takes all away again, whether it must be used, and then
    the words of somebody who cannot."""

    hint: str
    clear: str
    required: bool
    unable: str = ""

    @property
    def words(self) -> list[str]:
        """All that is read there."""
        return [self.hint, self.clear, *([self.unable] if self.unable else [])]


@dataclass(frozen=True, slots=True)
class Shown:
    """One page before the person's eyes, in ``language`` (ISO 639-2). ``picture`` is the SHA-256 (hex) of the
    record whose picture is shown beside the lines, empty without one; ``replies`` are the words on the two
    buttons, the agreeing one first; ``version`` that of the wording."""

    question: Question
    language: str
    title: str
    lines: tuple[ShownLine, ...]
    asked: str
    replies: tuple[str, str]
    picture: str = ""
    version: str = ""
    signing: Signing | None = None

    @property
    def right_to_left(self) -> bool:
        return is_right_to_left(self.language)

    @property
    def digest(self) -> str:
        """Lower-case hex SHA-256 over canonical JSON of all of it."""
        content = {
            "question": self.question.value,
            "language": self.language,
            "title": self.title,
            "lines": [[each.label, each.text] for each in self.lines],
            "asked": self.asked,
            "replies": list(self.replies),
            "picture": self.picture,
            "version": self.version,
            "signing": self.signing.words if self.signing else [],
        }
        canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


class PersonScreen:
    """``consent_text`` and ``summary`` say what there is to show, ``refuse`` ends a registration with one last
    entry; ``signature_required`` is the policy's."""

    def __init__(
        self,
        journal: Journal,
        consent_text: Callable[[str], ConsentText],
        summary: Callable[[Registration], Summary],
        refuse: Callable[[RegistrationId, str, Entry], None],
        *,
        signature_required: bool = False,
    ) -> None:
        self._journal = journal
        self._consent_text = consent_text
        self._summary = summary
        self._refuse = refuse
        self.must_sign = signature_required

    # What is shown

    def consent(self, language: str) -> Shown:
        return shown_consent(self._consent_text(language), language, must_sign=self.must_sign)

    def data(self, state: Registration, language: str) -> Shown:
        """Pure."""
        return shown_data(self._summary(state), state, language)

    def saw_this(self, state: Registration) -> bool:
        """Whether what the person called right is what stands here now, word for word. Pure."""
        answer = state.answers.get(Question.DATA)
        return answer is not None and answer.shown == self.data(state, answer.language).digest

    # What is answered

    def answer_consent(
        self,
        registration_id: RegistrationId,
        shown: Shown,
        *,
        agrees: bool,
        own_screen: bool,
        signature: Handwriting | None = None,
        cannot_sign: bool = False,
    ) -> Registration:
        """The person's yes is the consent; their no ends the registration. Where one must sign, who says that they
        cannot agrees without; a supervisor reads that. Raises ``BadInput`` (not signed, nothing written),
        ``Refused`` (outdated, finished)."""
        self._require_current(shown, self.consent(shown.language))
        if not agrees:
            answer = self._answer(Reply.REFUSED, shown, own_screen=own_screen)
            self._refuse(registration_id, CONSENT_REFUSED_REASON, answer)
            return self._journal.load(registration_id)
        unable = self.must_sign and signature is None and cannot_sign
        if self.must_sign and signature is None and not unable:
            raise BadInput(SIGNATURE_NEEDED)
        blob = None if signature is None else self._journal.keep(registration_id, signature.encode())
        answer = self._answer(Reply.AGREED, shown, own_screen=own_screen, signature=blob, unable=unable)
        consent = ConsentGiven(self._journal.now(), shown.language, shown.version)
        detail = {"language": shown.language, "text": shown.version}
        return self._journal.commit(registration_id, Entry(consent, AuditEvent.CONSENT_GIVEN, detail), answer)

    def answer_data(
        self, registration_id: RegistrationId, shown: Shown, *, is_right: bool, own_screen: bool
    ) -> Registration:
        """Raises ``Refused`` (outdated, finished)."""
        reply = Reply.RIGHT if is_right else Reply.WRONG
        entry = self._answer(reply, shown, own_screen=own_screen)
        return self._journal.commit(registration_id, entry, check=partial(self._require_shown, shown))

    def require_no_complaint(self, state: Registration) -> None:
        """Before the preview ends. Raises ``Refused``: what the person called wrong is not right by the
        officer's word."""
        answer = state.answers.get(Question.DATA)
        if answer is not None and answer.reply is Reply.WRONG:
            raise Refused(PERSON_SAID_WRONG)

    def signature(self, state: Registration) -> Handwriting | None:
        """What the person signed with. Raises ``NotAuthentic`` for a changed file."""
        return handwriting_of(self._journal, state)

    def signature_picture(self, state: Registration) -> Pixels | None:
        """(h, w) grey; nothing where nobody signed or it cannot be read."""
        try:
            written = self.signature(state)
        except MalformedData:
            return None
        return written.draw() if written else None

    def _require_shown(self, shown: Shown, state: Registration) -> None:
        self._require_current(shown, self.data(state, shown.language))

    @staticmethod
    def _require_current(shown: Shown, now: Shown) -> None:
        if shown != now:
            raise Refused(SHOWN_OUTDATED)

    def _answer(
        self,
        reply: Reply,
        shown: Shown,
        *,
        own_screen: bool,
        signature: BlobRef | None = None,
        unable: bool = False,
    ) -> Entry:
        event = PersonAnswered(
            self._journal.now(), reply, shown.language, shown.digest, own_screen, signature, unable
        )
        audit = AuditEvent.CONSENT_REFUSED if reply is Reply.REFUSED else AuditEvent.PERSON_ANSWERED
        detail = {
            "reply": reply.value,
            "language": shown.language,
            "shown": shown.digest,
            "own_screen": str(own_screen).lower(),
            **({"signature": signature.digest} if signature else {}),
            **({"cannot_sign": "true"} if unable else {}),
        }
        return Entry(event, audit, detail, signature)


def handwriting_of(journal: Journal, state: Registration) -> Handwriting | None:
    """Raises ``NotAuthentic``, ``MalformedData``."""
    blob = next((each.signature for each in state.answers.values() if each.signature), None)
    return None if blob is None else Handwriting.parse(journal.read(state.id, blob))


def shown_consent(text: ConsentText, language: str, *, must_sign: bool = False) -> Shown:
    words = screen_words(language)
    return Shown(
        Question.CONSENT,
        language,
        text.title,
        tuple(ShownLine(paragraph) for paragraph in text.paragraphs),
        words["ask_consent"],
        (words["agree"], words["refuse"]),
        version=text.version,
        signing=(
            Signing(words["must_sign"], words["clear"], True, words["cannot_sign"])
            if must_sign
            else Signing(words["sign"], words["clear"], False)
        ),
    )


def shown_data(summary: Summary, state: Registration, language: str) -> Shown:
    """The person's own answers and papers, and of the captures that they were made: how good they are is the
    officer's business."""
    words = screen_words(language)
    lines = [_line(each, language) for each in summary.lines]
    papers = [_line(each, language).text for each in summary.documents]
    if papers:
        lines.append(ShownLine(" · ".join(papers), words["papers"]))
    kinds = [attribute.modality for attribute, _, _ in summary.captured]
    fingers, irises = kinds.count(Modality.FINGER), kinds.count(Modality.IRIS)
    if fingers or irises:
        lines.append(ShownLine(words["biometrics"].format(fingers=fingers, irises=irises), words["captured"]))
    elif kinds:
        lines.append(ShownLine(words["face"], words["captured"]))
    if summary.exceptions:
        missing = words["missing"].format(count=len(summary.exceptions))
        lines.append(ShownLine(missing, words["captured"] if not kinds else ""))
    face = next((each for at, each in state.samples.items() if at.modality is Modality.FACE), None)
    return Shown(
        Question.DATA,
        language,
        words["check"],
        tuple(lines),
        words["ask_data"],
        (words["right"], words["wrong"]),
        picture=face.record.digest if face else "",
    )


def _line(line: SummaryLine, language: str) -> ShownLine:
    """In the person's language where it is written in it; else as it is."""
    texts = dict(line.read_in(language))
    text = texts.get(language) or next(iter(texts.values()), "")
    return ShownLine(text, label_in(line.labels, language, line.field))


def languages_of(state: Registration) -> tuple[str, ...]:
    """In which the person may be shown things: first the one they agreed in."""
    spoken = (state.consent.language,) if state.consent else ()
    return tuple(dict.fromkeys((*spoken, *state.started.languages)))
