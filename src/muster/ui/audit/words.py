"""What the trail is called in the window's language."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from string import hexdigits

from muster.domain.registration import Step
from muster.domain.review import Flag
from muster.domain.review_decision import Decision, Reason
from muster.ui import names
from muster.ui.language import say, tr, word
from muster.workstation.trail import Verdict
from muster.workstation.trail_story import StoryLine, Tone

_SHORT, _LONG = 40, 80
_HEXADECIMAL = frozenset(hexdigits)


def moment(at: datetime) -> str:
    """In the station's own time, to the second; each digit at its place in Arabic as well."""
    return f"\u2066{at.astimezone():%Y-%m-%d %H:%M:%S}\u2069"


def moment_anywhere(at: datetime) -> str:
    """The same with its difference to UTC, for paper that is read in other places."""
    local = at.astimezone()
    offset = f"{local:%z}"
    return f"\u2066{local:%Y-%m-%d %H:%M:%S} {offset[:3]}:{offset[3:5]}\u2069"


def title_of(line: StoryLine) -> str:
    if line.tone is Tone.PAUSE:
        return tr("Nothing happened for {time}", time=duration(line.lasted or timedelta(0)))
    return word(line.title)


def facts_of(facts: Iterable[tuple[str, str]]) -> str:
    """What a record says, by its own names; of digests the beginning."""
    return " · ".join(f"{name}: {_short(value)}" for name, value in facts if value)


def _short(value: str) -> str:
    """Digests stand in the trail whole; the number of a packet differs from others in its last digits only."""
    is_digest = len(value) > _SHORT and set(value) <= _HEXADECIMAL
    if is_digest:
        return f"{value[:16]}…"
    return f"{value[:_LONG]}…" if len(value) > _LONG else value


def duration(lasted: timedelta) -> str:
    minutes = round(lasted.total_seconds() / 60)
    if minutes < 1:
        return tr("{seconds} s", seconds=round(lasted.total_seconds()))
    if minutes < 120:
        return tr("{minutes} min", minutes=minutes)
    return tr("{hours} h", hours=round(minutes / 60))


def verdict_words(verdict: Verdict) -> str:
    if not verdict.valid:
        return tr(
            "The trail is BROKEN at record {number}: what stands from there on proves nothing.",
            number=verdict.first_bad or 0,
        )
    return tr(
        "The trail is unbroken: {count} records, signed by this station's key up to record {upto}.",
        count=verdict.records,
        upto=verdict.vouched_for,
    )


def flag_words(flag: Flag) -> str:
    detail = dict(flag.detail)
    if "step" in detail:
        detail["step"] = names.step_name(Step(str(detail["step"])))
    return say(flag.sign.code, detail)


def decision_words(decision: Decision) -> str:
    return {
        Decision.APPROVE: tr("approved"),
        Decision.REJECT: tr("rejected"),
        Decision.HOLD: tr("held"),
        Decision.SEND_BACK: tr("sent back"),
    }[decision]


def reason_words(reason: Reason) -> str:
    return tr(reason.words)
