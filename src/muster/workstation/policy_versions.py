"""The policy of a station in versions: what was changed, by whom, since when it counts, and that nobody changed it
otherwise.

Rules:

1. A version holds every setting that differs from what the program came with, so that it is understood alone. It
   names the one before it by its digest, and the machine key signs it: a version that somebody wrote into the
   database does not hold, and nothing after it counts. That one was taken out shows in the trail, which knows the
   last one's digest. The next change puts aside what does not hold.
2. A version counts from a moment on, for whoever signs in then: nobody's registration changes its rules half way.
   Of those whose moment has come the highest number counts, so a new one goes before all that were planned. A
   moment that the trail has seen has come: a clock set back brings no older settings back.
3. What the server decides goes before it (``ByServer``). The patience with wrong passwords is needed before a
   version can be read, so the one that counts is kept beside the database, too (``lockouts.KeptPatience``).
4. Who changes it shows who they are, and says why. The reason is kept with the version, not in the trail.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from types import MappingProxyType
from typing import Any

from muster import base64url
from muster.audit.catalogue import AuditEvent
from muster.clock import parse_rfc3339, rfc3339
from muster.crypto.machine_key import MachineKey
from muster.crypto.signing import verify as is_signed
from muster.domain.operators import Action, Permission
from muster.errors import BadInput, Code, Refused
from muster.workstation.journal import Journal
from muster.workstation.policy import Policy
from muster.workstation.policy_settings import LIMITS, SETTINGS, Setting, ToldFrom, Untold, Value, setting
from muster.workstation.proving import Proof, Proving, words

POLICY_SAME = Code("POLICY_SAME", "These settings are as they were. Nothing was changed.")
POLICY_REASON_NEEDED = Code("POLICY_REASON_NEEDED", "Say in a few words why the settings change.")
POLICY_TOO_EARLY = Code("POLICY_TOO_EARLY", "A change counts from now on or later.")
POLICY_VERSION_UNKNOWN = Code("POLICY_VERSION_UNKNOWN", "There is no version {number} of the settings.")
POLICY_NOT_SIGNED = Code(
    "POLICY_NOT_SIGNED",
    "The settings were changed past this program: version {number} is missing or not as this station signed it. "
    "What was set before it counts. Look into the trail, then set them anew.",
)

SUBJECT = "policy"  # in the trail

_VERSIONS = "policy_versions"
_LONGEST_REASON = 300
_NOBODY_KNOWS_WHEN = datetime.fromtimestamp(0, UTC)

Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """``values`` are the settings that differ from the program's own, by their names; ``previous`` the digest of
    the version before, empty for the first."""

    number: int
    made_at: datetime
    made_by: str
    counts_from: datetime
    values: Values
    because: str
    previous: str
    signature: bytes = b""

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of what is signed."""
        return hashlib.sha256(self.statement).hexdigest()

    @property
    def statement(self) -> bytes:
        """What the machine key signs: a title, then JSON with sorted names and no blanks (UTF-8)."""
        said = json.dumps(_told(self), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return f"muster policy\n{said}".encode()


@dataclass(frozen=True, slots=True)
class VersionLine:
    """``holds`` says that this station signed it and every one before it; ``counts`` that people work by it."""

    version: PolicyVersion
    holds: bool
    counts: bool


@dataclass(frozen=True, slots=True)
class Difference:
    setting: Setting
    was: Value
    becomes: Value


@dataclass(frozen=True, slots=True)
class SettingLine:
    """``shipped`` is what it would be without any version, ``by_server`` says that the server decides it."""

    setting: Setting
    value: Value
    shipped: Value
    by_server: bool


class PolicyBook:
    """The versions as they lie there. ``shipped`` is the policy the program was started with."""

    def __init__(self, journal: Journal, key: MachineKey, shipped: Policy) -> None:
        self._journal = journal
        self._signed = partial(is_signed, key.signing_public)
        self._shipped = shipped

    def history(self) -> tuple[VersionLine, ...]:
        """The newest first."""
        with self._journal.database.read() as work:
            versions = _read(work.settings.get(_VERSIONS))
            newest = work.trail.newest()
        good, before, lines = True, "", []
        for version in versions:
            good = good and version.previous == before and self._signed(version.statement, version.signature)
            before = version.digest
            lines.append(VersionLine(version, holds=good, counts=False))
        now = self._journal.now()
        if newest is not None:
            now = max(now, newest.at)
        due = [n for n, each in enumerate(lines) if each.holds and each.version.counts_from <= now]
        if due:
            lines[due[-1]] = replace(lines[due[-1]], counts=True)
        return tuple(reversed(lines))

    def trouble(self) -> int | None:
        """The number of the first version that is missing or does not hold, if there is one."""
        lines = self.history()
        bad = [each.version.number for each in lines if not each.holds]
        with self._journal.database.read() as work:
            changes = work.trail.about(SUBJECT, [AuditEvent.POLICY_CHANGED])
        last = changes[-1].detail if changes else {}
        if not bad and last and (not lines or lines[0].version.digest != last.get("sha256")):
            return int(last.get("number", "0"))
        return min(bad, default=None)

    def in_force(self) -> Policy:
        """By which whoever signs in now works."""
        counting = next((each.version for each in self.history() if each.counts), None)
        return self.policy_of(counting.values if counting else {})

    def policy_of(self, values: Values) -> Policy:
        policy = self._shipped
        for name, value in values.items():
            if name in SETTINGS:  # one that a newer version of the program had says nothing here
                policy = SETTINGS[name].put(policy, value)
        return policy


@dataclass(frozen=True, slots=True)
class ByServer:
    """What the server decides instead of the station; None where it leaves that to the station. ``limits`` are
    those that it sets, by MOSIP's names."""

    approval: bool | None = None
    drivers: frozenset[str] | None = None
    limits: Mapping[str, float] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """Of the settings."""
        said = {"review.required": self.approval is not None, "drivers": self.drivers is not None}
        said |= {f"limits.{name}": mosip in self.limits for name, mosip in LIMITS.items()}
        return frozenset(name for name, is_said in said.items() if is_said)

    def over(self, policy: Policy) -> Policy:
        if self.approval is not None:
            policy = replace(policy, review=replace(policy.review, required=self.approval))
        if self.limits:
            policy = replace(policy, limits=MappingProxyType({**policy.limits, **self.limits}))
        return policy if self.drivers is None else replace(policy, drivers=self.drivers)


@dataclass(frozen=True, slots=True)
class Tried:
    """What would count with some changes, beside what does, and in which settings they differ."""

    before: Policy
    after: Policy
    differences: tuple[Difference, ...]

    @property
    def untold(self) -> tuple[Setting, ...]:
        """Those of which no rehearsal can tell what they would have changed."""
        return tuple(each.setting for each in self.differences if isinstance(each.setting.told_by, Untold))

    @property
    def told_from(self) -> frozenset[ToldFrom]:
        """From what a rehearsal tells something; from nothing where it can tell nothing."""
        found = (each.setting.told_by for each in self.differences)
        return frozenset(each for each in found if isinstance(each, ToldFrom))


class PolicyVersions:
    """``counts_now`` is told which policy counts for whoever signs in next, as soon as that changes."""

    def __init__(
        self,
        journal: Journal,
        key: MachineKey,
        proving: Proving,
        book: PolicyBook,
        by_server: ByServer,
        counts_now: Callable[[Policy], None] = lambda policy: None,
    ) -> None:
        self._journal = journal
        self._key = key
        self._proving = proving
        self._book = book
        self._by_server = by_server
        self._counts_now = counts_now

    def history(self) -> tuple[VersionLine, ...]:
        """The newest first. Raises ``Refused``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        return self._book.history()

    def trouble(self) -> Refused | None:
        """What to tell about versions that somebody changed or took out, if there are any. Raises ``Refused``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        number = self._book.trouble()
        return None if number is None else Refused(POLICY_NOT_SIGNED, number=number)

    def settings(self, number: int | None = None) -> tuple[SettingLine, ...]:
        """As they count for whoever signs in now, or as a version has them; 0 is what the program came with. What
        the server decides is as it decided. Raises ``Refused``, ``BadInput``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        policy = self._by_server.over(self._policy(number))
        shipped = self._book.policy_of({})
        return tuple(
            SettingLine(each, each.get(policy), each.get(shipped), each.name in self._by_server.names)
            for each in SETTINGS.values()
        )

    def diff(self, one: int, other: int) -> tuple[Difference, ...]:
        """What changes from the one version to the other. Raises ``Refused``, ``BadInput``."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        return tuple(_differences(self._policy(one), self._policy(other)))

    def try_out(self, changes: Mapping[str, str]) -> Tried:
        """These settings, as they are typed, instead of the newest version's, for whoever wants to look first.
        Raises ``BadInput``."""
        before, after, differences = self._with(changes)
        return Tried(self._by_server.over(before), self._by_server.over(after), differences)

    def _with(self, changes: Mapping[str, str]) -> tuple[Policy, Policy, tuple[Difference, ...]]:
        before = after = self._newest_policy()
        for name, text in changes.items():
            after = setting(name).put(after, setting(name).parse(text))
        return before, after, tuple(_differences(before, after))

    def change(
        self, changes: Mapping[str, str], because: str, proof: Proof, counts_from: datetime | None = None
    ) -> PolicyVersion:
        """A new version, from now on or from then. Raises ``Refused``, ``BadInput``, ``SignInRefused``,
        ``KeyUnavailable``."""
        return self._set(lambda: self._with(changes), because, proof, counts_from)

    def go_back_to(
        self, number: int, because: str, proof: Proof, counts_from: datetime | None = None
    ) -> PolicyVersion:
        """A new version that says what an old one did. Raises as :meth:`change`."""

        def as_it_was() -> tuple[Policy, Policy, tuple[Difference, ...]]:
            before, after = self._newest_policy(), self._policy(number)
            return before, after, tuple(_differences(before, after))

        return self._set(as_it_was, because, proof, counts_from)

    def _set(
        self,
        wanted: Callable[[], tuple[Policy, Policy, tuple[Difference, ...]]],
        because: str,
        proof: Proof,
        counts_from: datetime | None,
    ) -> PolicyVersion:
        """``wanted`` is asked again in the transaction: somebody else may have changed something meanwhile."""
        self._journal.access.require(Permission.CHANGE_SETTINGS)
        if not wanted()[2]:
            raise BadInput(POLICY_SAME)
        because = " ".join(because.split())[:_LONGEST_REASON]
        if not because:
            raise BadInput(POLICY_REASON_NEEDED)
        me = self._journal.operator.user_id
        way = self._proving.prove(Action.CONFIRM, me, proof)
        shipped = self._book.policy_of({})
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.CHANGE_SETTINGS, work)
            _, after, differences = wanted()
            if not differences:
                raise BadInput(POLICY_SAME)
            lines = tuple(reversed(self._book.history()))
            versions = [each.version for each in lines if each.holds]
            aside = [each.version.number for each in lines if not each.holds]
            last = versions[-1] if versions else None
            number = max((0, *(each.version.number for each in lines), self._book.trouble() or 0)) + 1
            now = self._journal.now()
            since = counts_from or now
            if since < now.replace(microsecond=0):
                raise BadInput(POLICY_TOO_EARLY)
            values = {
                each.name: each.get(after) for each in SETTINGS.values() if each.get(after) != each.get(shipped)
            }
            previous = last.digest if last else ""
            version = PolicyVersion(number, now, me, since, values, because, previous)
            version = replace(version, signature=self._key.sign(version.statement))
            work.settings.put(_VERSIONS, json.dumps([_stored(each) for each in (*versions, version)]))
            work.record(
                AuditEvent.POLICY_CHANGED,
                actor=me,
                subject=SUBJECT,
                number=str(version.number),
                changes="; ".join(map(_in_words, differences)),
                counts_from=rfc3339(since),
                sha256=version.digest,
                put_aside=",".join(map(str, aside)),
                by=words(way),
            )
        self._counts_now(self._book.in_force())
        return version

    def _newest_policy(self) -> Policy:
        newest = next((each.version for each in self._book.history() if each.holds), None)
        return self._book.policy_of(newest.values if newest else {})

    def _policy(self, number: int | None) -> Policy:
        if number is None:
            return self._book.in_force()
        if number == 0:
            return self._book.policy_of({})
        for each in self._book.history():
            if each.version.number == number:
                return self._book.policy_of(each.version.values)
        raise BadInput(POLICY_VERSION_UNKNOWN, number=number)


def _differences(one: Policy, other: Policy) -> Iterator[Difference]:
    for each in SETTINGS.values():
        was, becomes = each.get(one), each.get(other)
        if was != becomes:
            yield Difference(each, was, becomes)


def _in_words(difference: Difference) -> str:
    its = difference.setting
    return f"{its.name}: {its.text(difference.was)} > {its.text(difference.becomes)}"


def _told(version: PolicyVersion) -> dict[str, Any]:
    values = {name: list(value) if isinstance(value, tuple) else value for name, value in version.values.items()}
    return {
        "number": version.number,
        "madeAt": rfc3339(version.made_at),
        "madeBy": version.made_by,
        "countsFrom": rfc3339(version.counts_from),
        "values": values,
        "because": version.because,
        "previous": version.previous,
    }


def _stored(version: PolicyVersion) -> dict[str, Any]:
    return {**_told(version), "signature": base64url.encode(version.signature)}


def _read(text: str | None) -> tuple[PolicyVersion, ...]:
    """One that cannot be read is there, and does not hold."""
    try:
        stored = json.loads(text or "[]")
        return tuple(_version(said, number) for number, said in enumerate(stored, 1))
    except (ValueError, TypeError):
        return (_version(None, 1),)


def _version(said: Any, number: int) -> PolicyVersion:
    try:
        return PolicyVersion(
            said["number"],
            parse_rfc3339(said["madeAt"]),
            said["madeBy"],
            parse_rfc3339(said["countsFrom"]),
            {name: tuple(value) if isinstance(value, list) else value for name, value in said["values"].items()},
            said["because"],
            said["previous"],
            base64url.decode(said["signature"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError):
        return PolicyVersion(number, _NOBODY_KNOWS_WHEN, "", _NOBODY_KNOWS_WHEN, {}, "", "")
