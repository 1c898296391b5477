"""Weeks of registrations in a station's trail, of invented people, with devices and officers as good as wanted.

Only the trail is written: it is all that figures are made from.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from muster.audit.catalogue import AuditEvent
from muster.domain.registration import RegistrationId
from muster.store.database import Database, Work

_FINGERS = {"leftIndex": 62, "leftLittle": 48, "rightIndex": 64, "rightThumb": 70}


@dataclass
class Hands:
    """A clock that somebody sets."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now


@dataclass(frozen=True)
class Weeks:
    """``lost`` are points of quality that are missing, told by officer, device and the number of the day."""

    days: int = 24
    a_day: int = 4  # registrations of each officer
    officers: tuple[str, ...] = ("amadou", "erika", "hans", "leila")
    devices: tuple[str, ...] = ("R1", "R2", "R3")
    lost: Callable[[str, str, int], float] = field(default=lambda officer, device, day: 0.0)
    seed: int = 7


def write(database: Database, clock: Hands, weeks: Weeks) -> None:
    """From so many days before the clock's time up to it; the clock stands there again afterwards."""
    chance, until, sequence = random.Random(weeks.seed), clock.now, 0
    for day in range(weeks.days):
        with database.work() as work:
            for officer in weeks.officers:
                device = chance.choice(weeks.devices)
                for number in range(weeks.a_day):
                    sequence += 1
                    hour = 7 + int(9 * number / weeks.a_day)
                    midnight = (until - timedelta(days=weeks.days - day)).replace(hour=hour, minute=0, second=0)
                    clock.now = midnight + timedelta(minutes=chance.randrange(30))
                    missing = weeks.lost(officer, device, day)
                    _register(work, clock, chance, officer, device, missing, sequence)
    clock.now = until


def _register(
    work: Work, clock: Hands, chance: random.Random, officer: str, device: str, lost: float, sequence: int
) -> None:
    subject = RegistrationId.compose("10001", "10001", sequence, clock.now).text

    def say(after_s: float, event: AuditEvent, by: str = officer, **detail: str) -> None:
        clock.now += timedelta(seconds=after_s * chance.uniform(0.7, 1.6))
        work.record(event, actor=by, subject=subject, **detail)

    say(0, AuditEvent.REGISTRATION_STARTED, process="NEW")
    say(8, AuditEvent.CONSENT_GIVEN)
    say(90 if officer == "erika" else 45, AuditEvent.DEMOGRAPHICS_ENTERED)
    say(20, AuditEvent.DOCUMENT_ATTACHED)
    person = chance.gauss(0, 9)
    for attribute, usual in {"face": 75, **_FINGERS}.items():
        if attribute == "leftLittle" and chance.random() < 0.06:
            kind = "Permanent" if chance.random() < 0.6 else "Temporary"
            say(3, AuditEvent.EXCEPTION_MARKED, attribute=attribute, kind=kind)
            continue
        missing = 0.0 if attribute == "face" else lost
        quality = min(max(usual + person - missing + chance.gauss(0, 7), 0.0), 100.0)
        attempt = 1 if quality > 42 else 2
        name = "CAM-1" if attribute == "face" else device
        facts = {"attribute": attribute, "quality": f"{quality:.1f}", "device": name, "attempt": str(attempt)}
        say(7 * attempt, AuditEvent.SAMPLE_CAPTURED, **facts, forced="false", sha256=f"{sequence}{attribute}")
    say(12, AuditEvent.REGISTRATION_SIGNED)
    say(1, AuditEvent.PACKET_SEALED, packet=subject)
    say(1, AuditEvent.DUPLICATES_SOUGHT)
    if chance.random() < 0.02:
        say(0, AuditEvent.DUPLICATES_FOUND, candidates="1")
    if chance.random() < 0.9:
        say(60, AuditEvent.PACKET_UPLOADED, packet=subject)
    drawn = chance.random()
    if drawn < 0.15:
        decision, reason = ("approve", "-") if drawn < 0.1 else ("reject", chance.choice(("POC", "DOC", "IAD")))
        say(1, AuditEvent.REVIEW_SIGNED, by="max", decision=decision, reason=reason)
