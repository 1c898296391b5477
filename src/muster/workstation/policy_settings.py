"""What of the policy a station's people may change, each setting with its name, its words and what it may be.

Names are MOSIP-like paths (``review.look_from``) and stand in the store and in files; a setting is never renamed.
What is not here is decided by whoever deploys the program. No value shuts a station: what stops registrations
leaves room for a weekend, and nobody waits longer to sign in than the program came with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from muster.domain.biometrics import BiometricAttribute, Modality
from muster.domain.review import Sign
from muster.errors import BadInput, Code
from muster.workstation.lockouts import FIRST_WAIT_S, FREE_ATTEMPTS, LONGEST_WAIT_S
from muster.workstation.policy import LivenessDemand, Policy

SETTING_UNKNOWN = Code("SETTING_UNKNOWN", "There is no setting called {name}.")
SETTING_VALUE_WRONG = Code("SETTING_VALUE_WRONG", "{name} cannot be {value}. It may be {allowed}.")

Value = int | float | bool | str | tuple[str, ...] | None

NEVER = "never"  # as it is typed: nothing, without an end, or whatever there is
_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")


class Group(Enum):
    """Where a setting stands on the page. The values are its words."""

    CAPTURE = "Captures"
    REVIEW = "Review"
    SIGNS = "Weights of the signs"
    RETENTION = "How long things are kept"
    DEVICES = "Devices"
    LIMITS = "Limits of the station"
    SIGN_IN = "Wrong passwords and the lock"

    @property
    def words(self) -> str:
        return self.value


class ToldFrom(Enum):
    """From what a rehearsal tells what a setting would have changed."""

    REGISTRATIONS = "registrations"  # one by one (``rehearsal``)
    STATION = "station"  # what lay and was heard at each moment (``rehearsal_limits``)
    SIGN_INS = "sign-ins"  # wrong attempts in a row (``rehearsal_waits``)
    LOCKS = "locks"  # of the screen by itself (``rehearsal_locks``)
    KEPT = "kept"  # what lies here now


class Untold(Enum):
    """Why no rehearsal tells it. The values are its words."""

    LATER = "it decides about no registration of before"
    CENTER = "nobody knows what the center would have answered"
    PEOPLE = "nobody knows what people would have done then"
    DEVICES = "nobody knows which other device would have been there"
    DISK = "how full the disk was is not kept"
    NOTICES = "when it was told that the screen is about to lock is not kept"
    SHARE = "the share of exceptions is kept over the days of then alone"

    @property
    def words(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Number:
    """Where ``nothing`` says in words what ``NEVER`` means, that is allowed too."""

    least: float
    most: float
    whole: bool = True
    nothing: str = ""

    @property
    def allowed(self) -> str:
        span = f"{self.least:g} – {self.most:g}"
        return f"{span}, {NEVER}" if self.nothing else span

    def parse(self, text: str) -> Value:
        """Raises ``ValueError``."""
        if self.nothing and text.casefold() == NEVER:
            return None
        number = float(text)
        if not (math.isfinite(number) and self.least <= number <= self.most):
            raise ValueError("outside")
        if self.whole and number != int(number):
            raise ValueError("no whole number")
        return int(number) if self.whole else number


@dataclass(frozen=True, slots=True)
class Switch:
    @property
    def allowed(self) -> str:
        return "yes, no"

    def parse(self, text: str) -> Value:
        """Raises ``ValueError``."""
        said = text.casefold()
        if said not in (*_YES, *_NO):
            raise ValueError("neither")
        return said in _YES


@dataclass(frozen=True, slots=True)
class Choice:
    options: tuple[str, ...]

    @property
    def allowed(self) -> str:
        return ", ".join(self.options)

    def parse(self, text: str) -> Value:
        """Raises ``ValueError``."""
        if text.casefold() not in self.options:
            raise ValueError("none of them")
        return text.casefold()


@dataclass(frozen=True, slots=True)
class Names:
    """Names with commas between; ``nothing`` says in words what ``NEVER`` means."""

    nothing: str

    @property
    def allowed(self) -> str:
        return f"a, b, c; {NEVER}"

    def parse(self, text: str) -> Value:
        """Raises ``ValueError``."""
        if text.casefold() == NEVER:
            return None
        names = tuple(sorted({each.strip() for each in text.split(",") if each.strip()}))
        if not names or not all(name.replace("_", "").replace("-", "").isalnum() for name in names):
            raise ValueError("no names")
        return names


Form = Number | Switch | Choice | Names


@dataclass(frozen=True, slots=True)
class Setting:
    """``words`` are what it is called, ``of`` whose it is of several (a finger, a sign)."""

    name: str
    words: str
    group: Group
    form: Form
    get: Callable[[Policy], Value]
    put: Callable[[Policy, Value], Policy]
    of: str = ""

    @property
    def told_by(self) -> ToldFrom | Untold:
        """From what a rehearsal can tell what it would have changed, or why it cannot."""
        own = _TOLD_BY.get(self.name)
        if own is not None:
            return own
        if self.name.startswith(("finger_threshold", "iris_threshold")):
            return ToldFrom.REGISTRATIONS
        return _TOLD_BY_GROUP[self.group]

    def parse(self, text: str) -> Value:
        """Raises ``BadInput``."""
        try:
            return self.form.parse(text.strip())
        except ValueError as error:
            raise BadInput(
                SETTING_VALUE_WRONG, name=self.name, value=text.strip()[:40], allowed=self.form.allowed
            ) from error

    def text(self, value: Value) -> str:
        """As :meth:`parse` reads it."""
        if value is None:
            return NEVER
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, tuple):
            return ", ".join(value)
        return f"{value:g}" if isinstance(value, float) else str(value)


_TOLD_BY_GROUP: Mapping[Group, ToldFrom | Untold] = MappingProxyType(
    {
        Group.CAPTURE: Untold.PEOPLE,
        Group.REVIEW: ToldFrom.REGISTRATIONS,
        Group.SIGNS: ToldFrom.REGISTRATIONS,
        Group.RETENTION: Untold.LATER,
        Group.DEVICES: Untold.DEVICES,
        Group.LIMITS: ToldFrom.STATION,
        Group.SIGN_IN: ToldFrom.SIGN_INS,
    }
)
_TOLD_BY: Mapping[str, ToldFrom | Untold] = MappingProxyType(
    {
        "exception_photo_required": ToldFrom.REGISTRATIONS,
        "consent_signature_required": ToldFrom.REGISTRATIONS,
        "packet_kept_for_days": ToldFrom.KEPT,
        "face_template_kept_for_days": ToldFrom.KEPT,
        "faces_sought_at_center": Untold.CENTER,
        "review.officer_days": Untold.SHARE,
        "limits.free_megabytes": Untold.DISK,
        "idle_lock_min": ToldFrom.LOCKS,
        "idle_notice_min": Untold.NOTICES,
    }
)

LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "packets_waiting": "packet.maximum.count.offline.frequency",
        "packets_in_review": "reg_pak_max_cnt_apprv_limit",
        "oldest_in_review": "reg_pak_max_time_apprv_limit",
        "days_without_sending": "last_export_registration_config_time",
        "master_data_age": "sync_transaction_no_of_days_limit",
        "job_configuration": "mosip.registration.synchConfigDataJob.frequency",
        "job_users": "mosip.registration.regUserMappingSyncJob.frequency",
    }
)
"""MOSIP's names of the limits that may be set here, by what ``muster limits`` calls them."""

_MASTER_DATA_JOB = "mosip.registration.masterSyncJob.frequency"
_MEBIBYTE = 1024 * 1024


def setting(name: str) -> Setting:
    """Raises ``BadInput``."""
    found = SETTINGS.get(name)
    if found is None:
        raise BadInput(SETTING_UNKNOWN, name=name[:60])
    return found


def _own(name: str, words: str, group: Group, form: Form) -> Setting:
    """A field of the policy itself."""

    def put(policy: Policy, to: Value) -> Policy:
        return replace(policy, **{name: to})  # type: ignore[arg-type]

    return Setting(name, words, group, form, lambda policy: getattr(policy, name), put)


def _of_review(field: str, words: str, form: Form) -> Setting:
    def put(policy: Policy, to: Value) -> Policy:
        return replace(policy, review=replace(policy.review, **{field: to}))  # type: ignore[arg-type]

    return Setting(f"review.{field}", words, Group.REVIEW, form, lambda policy: getattr(policy.review, field), put)


def _of_patience(field: str, words: str, form: Form) -> Setting:
    def put(policy: Policy, to: Value) -> Policy:
        return replace(policy, patience=replace(policy.patience, **{field: to}))  # type: ignore[arg-type]

    return Setting(
        f"patience.{field}", words, Group.SIGN_IN, form, lambda policy: getattr(policy.patience, field), put
    )


def _limit(name: str, words: str, form: Form) -> Setting:
    """One of ``LIMITS``, by our name."""
    mosip = LIMITS[name]

    def put(policy: Policy, to: Value) -> Policy:
        assert isinstance(to, int)
        limits = {**policy.limits, mosip: to}
        if name == "master_data_age":  # the job that fetches them has a limit of its own, which is not to be less
            limits[_MASTER_DATA_JOB] = max(to, limits[_MASTER_DATA_JOB])
        return replace(policy, limits=MappingProxyType(limits))

    def get(policy: Policy) -> Value:
        least = policy.limits[mosip]
        if name == "master_data_age":
            least = min(least, policy.limits[_MASTER_DATA_JOB])
        return int(least)

    return Setting(f"limits.{name}", words, Group.LIMITS, form, get, put)


def _room() -> Setting:
    def put(policy: Policy, to: Value) -> Policy:
        assert isinstance(to, int)
        return replace(policy, minimum_free_bytes=to * _MEBIBYTE)

    return Setting(
        "limits.free_megabytes",
        "Megabytes of the disk that have to be free",
        Group.LIMITS,
        Number(50, 10_000),
        lambda policy: policy.minimum_free_bytes // _MEBIBYTE,
        put,
    )


def _weight(sign: Sign) -> Setting:
    def put(policy: Policy, to: Value) -> Policy:
        assert isinstance(to, int)
        weights = MappingProxyType({**policy.review.weights, sign: to})
        return replace(policy, review=replace(policy.review, weights=weights))

    return Setting(
        f"review.weights.{sign.value}",
        "Weight of a sign",
        Group.SIGNS,
        Number(0, 20),
        lambda policy: policy.review.weights.get(sign, 0),
        put,
        sign.value,
    )


def _finger(attribute: BiometricAttribute) -> Setting:
    def put(policy: Policy, to: Value) -> Policy:
        others = {each: least for each, least in policy.finger_thresholds.items() if each is not attribute}
        own = {attribute: to} if isinstance(to, int) else {}
        return replace(policy, finger_thresholds=MappingProxyType({**others, **own}))

    return Setting(
        f"finger_thresholds.{attribute.value}",
        "Least quality of one finger",
        Group.CAPTURE,
        Number(0, 100, nothing="as of all fingers"),
        lambda policy: policy.finger_thresholds.get(attribute),
        put,
        attribute.value,
    )


def _liveness() -> Setting:
    return Setting(
        "face_liveness",
        "What is asked of a face to be taken for a living one",
        Group.CAPTURE,
        Choice(tuple(each.value for each in LivenessDemand)),
        lambda policy: policy.face_liveness.value,
        lambda policy, to: replace(policy, face_liveness=LivenessDemand(to)),
    )


def _drivers() -> Setting:
    return Setting(
        "drivers",
        "Drivers of devices that may be loaded",
        Group.DEVICES,
        Names("all that are installed"),
        lambda policy: None if policy.drivers is None else tuple(sorted(policy.drivers)),
        lambda policy, to: replace(policy, drivers=frozenset(to) if isinstance(to, tuple) else None),
    )


def _all() -> Iterator[Setting]:
    days = Number(0, 3650)
    yield _own("finger_threshold", "Least quality of a finger", Group.CAPTURE, Number(0, 100))
    yield from (_finger(each) for each in BiometricAttribute if each.modality is Modality.FINGER)
    yield _own("iris_threshold", "Least quality of an eye", Group.CAPTURE, Number(0, 100))
    yield _own("attempts", "Attempts before an officer may keep the best", Group.CAPTURE, Number(1, 10))
    yield _liveness()
    yield _own("exception_photo_required", "A photo of what cannot be captured", Group.CAPTURE, Switch())
    yield _own("consent_signature_required", "Consent counts only with a signature", Group.CAPTURE, Switch())
    yield _own("fills_at_once", "What a document says is filled in at once", Group.CAPTURE, Switch())
    yield _own("prefill_from", "How sure a reading has to be (0 to 1)", Group.CAPTURE, Number(0, 1, whole=False))
    yield _own("hints_until", "Registrations until hints go away by themselves", Group.CAPTURE, Number(0, 1000))
    yield _of_review("required", "Nothing is sent before a supervisor approved it", Switch())
    yield _of_review("sample", "Share of the rest that is looked at (0 to 1)", Number(0, 1, whole=False))
    yield _of_review("look_from", "Weight from which a supervisor has to look", Number(1, 100))
    yield _of_review("officer_least", "Registrations before an officer's exceptions are a sign", Number(1, 1000))
    yield _of_review("officer_days", "Days over which an officer's exceptions are counted", Number(1, 365))
    yield _of_review(
        "fence_km",
        "Kilometres from the station from which a packet is far away",
        Number(0, 20_000, nothing="nobody asks"),
    )
    yield _of_review("liveness_margin", "Points by which a living face may be close", Number(0, 100, whole=False))
    yield _of_review("clock_tolerance_s", "Seconds a clock may be set back", Number(0, 3600))
    yield from map(_weight, Sign)
    yield _own(
        "packet_kept_for_days",
        "Days a sealed packet stays after the server processed it",
        Group.RETENTION,
        Number(0, 3650, nothing="without an end"),
    )
    yield _own("face_template_kept_for_days", "Days a face can be found again here", Group.RETENTION, days)
    yield _own("faces_sought_at_center", "Faces are compared at the center, too", Group.RETENTION, Switch())
    yield _own(
        "slip_kept_for_h", "Hours content stays after delivery for its slip", Group.RETENTION, Number(0, 720)
    )
    yield _own("slip_valid_for_days", "Days the code on a slip is called valid", Group.RETENTION, days)
    yield _own(
        "drive_travels_for_days", "Days a packet may be on its way on a drive", Group.RETENTION, Number(1, 365)
    )
    yield _drivers()
    yield from _limits()
    yield _of_patience("free", "Wrong attempts in a row before anybody has to wait", Number(*FREE_ATTEMPTS))
    yield _of_patience(
        "first_wait_s", "Seconds of the first wait; the next ones are twice as long each", Number(*FIRST_WAIT_S)
    )
    yield _of_patience("longest_wait_s", "Seconds of the longest wait", Number(*LONGEST_WAIT_S))
    yield _own("idle_lock_min", "Minutes without a touch until the screen locks", Group.SIGN_IN, Number(2, 60))
    yield _own("idle_notice_min", "Minutes before the lock in which it is told", Group.SIGN_IN, Number(1, 10))


def _limits() -> Iterator[Setting]:
    packets, days = Number(10, 10_000), Number(3, 365)
    yield _limit("packets_waiting", "Packets that may wait to be sent", packets)
    yield _limit("packets_in_review", "Packets that may wait for review", packets)
    yield _limit("oldest_in_review", "Days a packet may wait for review", days)
    yield _limit("days_without_sending", "Days without sending while packets wait", days)
    yield _limit("master_data_age", "Days the server's lists may be old", days)
    yield _limit("job_configuration", "Days the server's settings may be old", days)
    yield _limit("job_users", "Days the server's list of people may be old", days)
    yield _room()


SETTINGS: Mapping[str, Setting] = MappingProxyType({each.name: each for each in _all()})
