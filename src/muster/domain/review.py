"""What a supervisor should look at first, and why: signs, each with a weight, and rules that are data. Pure.

A sign is no accusation. Each says what was seen, in one sentence with its figures, so that whoever decides can
disagree with it; the sum of the weights only sorts the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from math import asin, cos, radians, sin, sqrt
from types import MappingProxyType

from muster.domain.biometrics import ExceptionKind, LivenessOutcome
from muster.domain.lifecycle import Event, PersonAnswered, Registration
from muster.domain.person import Reply
from muster.domain.registration import RegistrationId, Step
from muster.domain.review_decision import Decision, Reason
from muster.domain.step_times import step_times
from muster.errors import Code

SIGN_FORCED = Code("SIGN_FORCED", "Captures kept below the threshold: {count}; the lowest has quality {lowest}.")
SIGN_EXCEPTIONS = Code(
    "SIGN_EXCEPTIONS", "Fingers or eyes marked as not to be captured: {count}, of them for good: {permanent}."
)
SIGN_OFFICER_EXCEPTIONS = Code(
    "SIGN_OFFICER_EXCEPTIONS",
    "This officer marks exceptions in {share} % of {registrations} registrations; all others here in {others} %.",
)
SIGN_ATTESTED = Code(
    "SIGN_ATTESTED", "That a living person sat before the camera rests on the officer's word alone."
)
SIGN_LIVENESS_NEAR = Code(
    "SIGN_LIVENESS_NEAR", "A living face was confirmed, after it had been refused: {refused} times."
)
SIGN_LIVENESS_MARGIN = Code(
    "SIGN_LIVENESS_MARGIN", "That the face is a living one was close: {value}, where {threshold} is enough."
)
SIGN_QUICK = Code("SIGN_QUICK", "{step} took {seconds} seconds; usual is {least} at least.")
SIGN_SLOW = Code("SIGN_SLOW", "{step} took {minutes} minutes; usual is {most} at most.")
SIGN_DUPLICATES = Code("SIGN_DUPLICATES", "Earlier faces that look like this one: {count}. Compare them.")
SIGN_SAME_DOCUMENT = Code(
    "SIGN_SAME_DOCUMENT", "The same document was handed in for another registration here: {count}."
)
SIGN_CONFLICTS = Code(
    "SIGN_CONFLICTS", "Fields in which what was typed differs from what a document says: {count}."
)
SIGN_PORTRAIT = Code(
    "SIGN_PORTRAIT",
    "The portrait of a document does not look like the face that was captured: likeness {score}, the same from "
    "{threshold} on.",
)
SIGN_INTRODUCER = Code("SIGN_INTRODUCER", "Whoever introduced the person looks like the officer at the desk.")
SIGN_PERSON_DISAGREED = Code(
    "SIGN_PERSON_DISAGREED", "The person said on their screen that something is wrong: {count} times."
)
SIGN_WORDS = Code("SIGN_WORDS", "Fields in which blocklisted words stay, with a reason: {count}. Read why.")
SIGN_OUTSIDE = Code("SIGN_OUTSIDE", "Sealed {kilometres} km from where this station stands.")
SIGN_CLOCK = Code("SIGN_CLOCK", "This computer's clock was set back by {seconds} seconds meanwhile.")

_EARTH_KM = 6371.0


class Sign(Enum):
    """The values stand in the store and in reports."""

    FORCED = "forced"
    EXCEPTIONS = "exceptions"
    OFFICER_EXCEPTIONS = "officer_exceptions"
    ATTESTED = "attested"
    LIVENESS_NEAR = "liveness_near"
    LIVENESS_MARGIN = "liveness_margin"
    QUICK = "quick"
    SLOW = "slow"
    DUPLICATES = "duplicates"
    SAME_DOCUMENT = "same_document"
    CONFLICTS = "conflicts"
    PORTRAIT = "portrait"
    INTRODUCER = "introducer"
    PERSON_DISAGREED = "person_disagreed"
    WORDS = "words"
    OUTSIDE = "outside"
    CLOCK = "clock"

    @property
    def code(self) -> Code:
        return _CODES[self]


_CODES = {
    Sign.FORCED: SIGN_FORCED,
    Sign.EXCEPTIONS: SIGN_EXCEPTIONS,
    Sign.OFFICER_EXCEPTIONS: SIGN_OFFICER_EXCEPTIONS,
    Sign.ATTESTED: SIGN_ATTESTED,
    Sign.LIVENESS_NEAR: SIGN_LIVENESS_NEAR,
    Sign.LIVENESS_MARGIN: SIGN_LIVENESS_MARGIN,
    Sign.QUICK: SIGN_QUICK,
    Sign.SLOW: SIGN_SLOW,
    Sign.DUPLICATES: SIGN_DUPLICATES,
    Sign.SAME_DOCUMENT: SIGN_SAME_DOCUMENT,
    Sign.CONFLICTS: SIGN_CONFLICTS,
    Sign.PORTRAIT: SIGN_PORTRAIT,
    Sign.INTRODUCER: SIGN_INTRODUCER,
    Sign.PERSON_DISAGREED: SIGN_PERSON_DISAGREED,
    Sign.WORDS: SIGN_WORDS,
    Sign.OUTSIDE: SIGN_OUTSIDE,
    Sign.CLOCK: SIGN_CLOCK,
}

_WEIGHTS: Mapping[Sign, int] = MappingProxyType(
    {
        Sign.FORCED: 3,
        Sign.EXCEPTIONS: 3,
        Sign.OFFICER_EXCEPTIONS: 3,
        Sign.ATTESTED: 5,
        Sign.LIVENESS_NEAR: 3,
        Sign.LIVENESS_MARGIN: 3,
        Sign.QUICK: 2,
        Sign.SLOW: 1,
        Sign.DUPLICATES: 8,
        Sign.SAME_DOCUMENT: 6,
        Sign.CONFLICTS: 4,
        Sign.PORTRAIT: 6,
        Sign.INTRODUCER: 5,
        Sign.PERSON_DISAGREED: 3,
        Sign.WORDS: 2,
        Sign.OUTSIDE: 5,
        Sign.CLOCK: 4,
    }
)
# Quicker than anybody reads, types or lays a hand down; slower than anything but trouble. Demo stations and
# folders that are played are quicker than people, so that the figures are for people.
_LEAST_S = MappingProxyType({Step.CONSENT: 2, Step.DEMOGRAPHICS: 10, Step.PREVIEW: 3})
_MOST_S = MappingProxyType(dict.fromkeys((Step.DEMOGRAPHICS, Step.DOCUMENTS, Step.FACE, Step.IRISES), 900))


@dataclass(frozen=True, slots=True)
class ReviewRules:
    """What a deployment decides about reviews.

    With ``required`` nothing is sent before a supervisor approved it. Without, packets go at once, and a
    supervisor looks afterwards at whatever weighs ``look_from`` or more, and at ``sample`` of the rest (0 to 1).
    ``look_from`` counts with ``required`` too: what weighs as much, or was drawn, is not approved unseen.

    ``weights`` of 0 leave a sign out. An officer's exceptions are a sign from ``officer_least`` registrations in
    ``officer_days`` days on, where the lower end of the 95 % interval of the officer's share (Wilson's) lies above
    that of everybody else here. ``fence_km`` is how far from the policy's position a packet may be sealed; None
    asks nobody. A face that was taken for a living one by less than ``liveness_margin`` points is a sign.
    """

    required: bool = False
    sample: float = 0.1
    look_from: int = 5
    weights: Mapping[Sign, int] = field(default_factory=lambda: _WEIGHTS)
    least_s: Mapping[Step, int] = field(default_factory=lambda: _LEAST_S)
    most_s: Mapping[Step, int] = field(default_factory=lambda: _MOST_S)
    officer_least: int = 20
    officer_days: int = 30
    fence_km: float | None = None
    liveness_margin: float = 5.0
    clock_tolerance_s: int = 5

    def __post_init__(self) -> None:
        if not 0 <= self.sample <= 1:
            raise ValueError("a share goes from 0 to 1")


@dataclass(frozen=True, slots=True)
class Flag:
    """One sign that was seen: its weight, and the figures of its sentence."""

    sign: Sign
    weight: int
    detail: Mapping[str, str | int | float] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.sign.code.say(self.detail)


@dataclass(frozen=True, slots=True)
class Share:
    """``some`` of ``all``."""

    some: int = 0
    all: int = 0

    @property
    def percent(self) -> int:
        return round(100 * self.some / self.all) if self.all else 0

    @property
    def least(self) -> float:
        """The lower end of Wilson's 95 % interval (E. B. Wilson 1927): what is at least so, few cases or many."""
        if not self.all:
            return 0.0
        z, n, p = 1.96, self.all, self.some / self.all
        return max(0.0, (p + z * z / (2 * n) - z * sqrt(p * (1 - p) / n + z * z / (4 * n * n))) / (1 + z * z / n))


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the registration itself: the officer's registrations with exceptions and everybody
    else's, how many faces look alike, how many other registrations came with the same document, in how many fields
    documents say something else, how far away it was sealed, and how living the face was and had to be."""

    officer: Share = Share()
    others: Share = Share()
    alike: int = 0
    same_document: int = 0
    conflicts: int = 0
    away_km: float | None = None
    liveness: tuple[float, float] | None = None


def flags(state: Registration, events: Iterable[Event], around: Around, rules: ReviewRules) -> tuple[Flag, ...]:
    """The signs of one registration, the heaviest first."""
    events = tuple(events)
    seen = (
        *_of_captures(state),
        *_of_people(state, events),
        *_of_times(events, rules),
        *_of_others(around, rules),
    )
    weighed = [Flag(sign, rules.weights.get(sign, 0), detail) for sign, detail in seen]
    return tuple(sorted((each for each in weighed if each.weight), key=lambda each: -each.weight))


_Seen = tuple[Sign, Mapping[str, str | int | float]]


def _of_captures(state: Registration) -> Iterator[_Seen]:
    """The introducer's as well as the person's, as a supervisor confirms both (``causes_in``)."""
    both = (state, state.turned)
    forced = [each.facts for one in both for each in one.samples.values() if each.facts.forced]
    if forced:
        yield Sign.FORCED, {"count": len(forced), "lowest": round(min(each.quality for each in forced))}
    exceptions = [each for one in both for each in one.exceptions.values()]
    if exceptions:
        permanent = [each for each in exceptions if each.kind is ExceptionKind.PERMANENT]
        yield Sign.EXCEPTIONS, {"count": len(exceptions), "permanent": len(permanent)}
    if any(one.is_face_attested for one in both):
        yield Sign.ATTESTED, {}
    refused = sum(map(_refused_before, both))
    if refused:
        yield Sign.LIVENESS_NEAR, {"refused": refused}


def _refused_before(state: Registration) -> int:
    """How many times the face was refused that was taken for a living one then."""
    last = state.face_liveness
    if last is None or last.outcome is not LivenessOutcome.CONFIRMED:
        return 0
    return sum(each.outcome is LivenessOutcome.REFUSED for each in state.liveness)


def _of_people(state: Registration, events: Iterable[Event]) -> Iterator[_Seen]:
    if state.blocklisted:
        yield Sign.WORDS, {"count": len(state.blocklisted)}
    differing = next((each for each in state.portraits_compared if each.is_same is False), None)
    if differing is not None:
        yield Sign.PORTRAIT, {"score": f"{differing.score:.2f}", "threshold": f"{differing.threshold:.2f}"}
    if state.compared is not None and state.compared.is_operator:
        yield Sign.INTRODUCER, {}
    disagreed = sum(isinstance(each, PersonAnswered) and each.reply is Reply.WRONG for each in events)
    if disagreed:
        yield Sign.PERSON_DISAGREED, {"count": disagreed}


def _of_times(events: Iterable[Event], rules: ReviewRules) -> Iterator[_Seen]:
    times = step_times(events)
    for step, lasted in times.by_step.items():
        seconds = lasted.total_seconds()
        if seconds < rules.least_s.get(step, 0):
            yield Sign.QUICK, {"step": step.value, "seconds": round(seconds), "least": rules.least_s[step]}
        if seconds > rules.most_s.get(step, seconds):
            yield (
                Sign.SLOW,
                {"step": step.value, "minutes": round(seconds / 60), "most": rules.most_s[step] // 60},
            )
    if times.set_back > timedelta(seconds=rules.clock_tolerance_s):
        yield Sign.CLOCK, {"seconds": round(times.set_back.total_seconds())}


def _of_others(around: Around, rules: ReviewRules) -> Iterator[_Seen]:
    if around.officer.all >= rules.officer_least and around.officer.least > around.others.some / max(
        1, around.others.all
    ):
        yield (
            Sign.OFFICER_EXCEPTIONS,
            {
                "share": around.officer.percent,
                "registrations": around.officer.all,
                "others": around.others.percent,
            },
        )
    if around.alike:
        yield Sign.DUPLICATES, {"count": around.alike}
    if around.same_document:
        yield Sign.SAME_DOCUMENT, {"count": around.same_document}
    if around.liveness is not None and around.liveness[0] - around.liveness[1] < rules.liveness_margin:
        value, threshold = (round(each, 1) for each in around.liveness)
        yield Sign.LIVENESS_MARGIN, {"value": value, "threshold": threshold}
    if around.conflicts:
        yield Sign.CONFLICTS, {"count": around.conflicts}
    if rules.fence_km is not None and around.away_km is not None and around.away_km > rules.fence_km:
        yield Sign.OUTSIDE, {"kilometres": round(around.away_km, 1)}


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two places, latitude and longitude in degrees, along the great circle."""
    (north, east), (to_north, to_east) = [(radians(a), radians(b)) for a, b in (one, other)]
    half = sin((to_north - north) / 2) ** 2 + cos(north) * cos(to_north) * sin((to_east - east) / 2) ** 2
    return 2 * _EARTH_KM * asin(sqrt(min(1.0, half)))


def is_drawn(digest: str, share: float) -> bool:
    """Whether a packet is looked at as a sample: by its digest (hex), which nobody knows before it is sealed and
    anybody can check afterwards."""
    return int(digest[:8], 16) / 0x1_0000_0000 < share


class Standing(Enum):
    """How far the review of a registration is. ``NOT_ASKED`` is low risk that was not drawn, and gone already."""

    WAITING = "waiting"
    HELD = "held"
    DECIDED = "decided"  # and not signed off
    CLOSED = "closed"
    NOT_ASKED = "not_asked"

    @property
    def is_open(self) -> bool:
        return self in (Standing.WAITING, Standing.HELD, Standing.DECIDED)


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One registration in the list. ``must_be_seen`` says that it is not approved unseen; ``waits`` that it is not
    sent before it was. ``officer`` registered the person, ``decided_by`` decided. ``station`` is another one's
    name, of a registration that came to be reviewed here."""

    registration_id: RegistrationId
    packet_id: str
    sealed_at: datetime
    officer: str
    flags: tuple[Flag, ...]
    drawn: bool
    must_be_seen: bool
    waits: bool
    standing: Standing
    decision: Decision | None = None
    reason: Reason | None = None
    decided_by: str = ""
    decided_at: datetime | None = None
    station: str = ""

    @property
    def risk(self) -> int:
        return sum(each.weight for each in self.flags)


def outset(flags: tuple[Flag, ...], digest: str, rules: ReviewRules) -> tuple[Standing, bool, bool]:
    """Where the review of a new packet begins, whether it was drawn, and whether it must be seen."""
    drawn = is_drawn(digest, rules.sample)
    heavy = sum(each.weight for each in flags) >= rules.look_from
    asked = rules.required or drawn or heavy
    return Standing.WAITING if asked else Standing.NOT_ASKED, drawn, drawn or heavy
