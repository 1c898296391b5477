"""The numbers a deployment decides. Defaults follow MOSIP's where it has one, safer where said so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from types import MappingProxyType

from muster.domain.biometrics import BiometricAttribute, Modality
from muster.domain.confirmation import Cause
from muster.domain.lifecycle import Registration
from muster.domain.operators import NEEDS_PASSWORD, PERMISSIONS, WAYS, Factor, Permissions, Ways
from muster.domain.registration import Process, Step
from muster.domain.review import ReviewRules
from muster.packet.contents import Position
from muster.workstation.lockouts import Patience

# What a process does not ask for. An update proves by a face who wants it; whoever lost a number has fingers and
# eyes to be found by; a correction takes captures alone.
_NOT_ASKED: Mapping[Process, tuple[Step, ...]] = {
    Process.NEW: (),
    Process.UPDATE: (Step.LEFT_SLAP, Step.RIGHT_SLAP, Step.THUMBS, Step.IRISES, Step.EXCEPTION_PHOTO),
    Process.LOST: (Step.DOCUMENTS,),
    Process.BIOMETRIC_CORRECTION: (Step.DEMOGRAPHICS, Step.DOCUMENTS),
}
# What keeps a portrait from being taken: not one face, or one that is cut off, too small or large, turned away, or
# with closed eyes. Light, sharpness and the rest warn: rooms differ, and people are not to be sent home for them.
_FACE_BLOCKS = frozenset(
    {
        "FACE_ABSENT", "FACE_SEVERAL", "FACE_HIDDEN", "FACE_AT_EDGE", "FACE_TOO_FAR", "FACE_TOO_CLOSE",
        "FACE_MOVE_LEFT", "FACE_MOVE_RIGHT", "FACE_SIT_LOWER", "FACE_SIT_HIGHER", "FACE_TURN_LEFT",
        "FACE_TURN_RIGHT", "FACE_CHIN_UP", "FACE_CHIN_DOWN", "FACE_TILT_LEFT", "FACE_TILT_RIGHT",
        "FACE_EYES_CLOSED",
    }
)  # fmt: skip
# Lossless records of ISO/IEC 19794 at 500 dpi and in portrait size, rounded up.
_TYPICAL_RECORDS = MappingProxyType({Modality.FACE: 210_000, Modality.FINGER: 100_000, Modality.IRIS: 56_000})


class QualityRule(Enum):
    """Whose quality is held against the threshold, and whether the station judges at all."""

    DEVICE_ALONE = "device alone"  # nothing is judged here: MOSIP's quality_check_with_sdk=N
    DEVICE = "device"  # judged here, for what to say; only a picture of nothing and the same one twice are refused
    STATION = "station"  # MOSIP's replace_sdk_quality_score=Y
    LOWER = "lower"  # both have to reach it

    @property
    def judges(self) -> bool:
        return self is not QualityRule.DEVICE_ALONE

    @property
    def needs_judgement(self) -> bool:
        """Whether nothing is sealed before the station has judged."""
        return self in (QualityRule.STATION, QualityRule.LOWER)

    def deciding(self, device: float, station: float | None) -> float:
        """The quality that counts, 0..100; ``station`` is None where the station could not say."""
        if station is None or self in (QualityRule.DEVICE_ALONE, QualityRule.DEVICE):
            return device
        return station if self is QualityRule.STATION else min(device, station)


class LivenessDemand(Enum):
    """What is asked of a face, to be taken for a living one."""

    NONE = "none"
    WATCH = "watch"  # over a second or so, the person doing nothing for it
    CHALLENGE = "challenge"  # the person turns the head and shuts the eyes as asked


UNJUDGED: Mapping[Modality, QualityRule] = MappingProxyType(dict.fromkeys(Modality, QualityRule.DEVICE_ALONE))
"""``quality_rules`` of a station too slow to judge, or whose devices are believed."""

# Both scores of a finger are NFIQ 2's, so that a device that praises itself is found out. For eyes every maker has
# a scale of its own, and the one here was set on two. A face is judged before, by findings.
_QUALITY_RULES = MappingProxyType(
    {
        Modality.FACE: QualityRule.DEVICE_ALONE,
        Modality.FINGER: QualityRule.LOWER,
        Modality.IRIS: QualityRule.DEVICE,
    }
)
# What stops a station, by MOSIP's names and with its numbers, but for two. 70 packets are two busy days and five
# days are less than a week in the field; both would stop people who do what they were sent to do.
_LIMITS: Mapping[str, float] = MappingProxyType(
    {
        "packet.maximum.count.offline.frequency": 500,
        "reg_pak_max_cnt_apprv_limit": 100,
        "reg_pak_max_time_apprv_limit": 50,
        "last_export_registration_config_time": 100,
        "sync_transaction_no_of_days_limit": 30,
        "mosip.registration.masterSyncJob.frequency": 190,
        "mosip.registration.synchConfigDataJob.frequency": 190,
        "mosip.registration.regUserMappingSyncJob.frequency": 190,
    }
)


@dataclass(frozen=True, slots=True)
class Policy:
    """``thresholds`` are per finger and per eye, not an average: one unusable finger must not hide
    behind three good ones, as it does with MOSIP's slap average. ``finger_thresholds`` names fingers with one of
    their own: little fingers are often worn where the others are not. ``quality_rules`` say by modality which
    quality is held against them, the device's or the one measured here. ``position`` is where the station stands,
    for packets to say so; ``typical_record_bytes`` what a capture that is still to come is counted at.

    ``proven`` are the processes in which people prove who they are before they are captured. A desk takes them
    from the station's proofing configuration; with ``demo_use_case`` a demo station that has none uses
    the one that is shipped.

    ``announce_contact`` puts name, phone and e-mail into the announcement, as far as the schema has such fields
    and the person gave them. Off by default: the packet carries them anyway, sealed to whoever processes it, while
    announcements are read and kept by the service in front, to write to people before their packet was opened.
    Once the plaintext is destroyed, a packet that is announced anew goes without them.

    ``packet_kept_for_days`` is how long a sealed packet stays after the server said that it was processed; before
    it says so, none is ever destroyed. ``None`` keeps all of them.

    ``face_blocks`` names the findings that keep a picture of the face from being taken; all others warn. Once the
    attempts are used up the officer may keep what there is all the same, unless it is one of ``face_never_kept``:
    a picture of somebody else beside the person.

    ``face_liveness`` is what is asked of a face, to be taken for a living one. By default the person does nothing
    for it, since an officer sits opposite and sees who is there. Where nobody looks on, ask for the challenge:
    without it a recording on a screen that stands still is often taken for a person.

    ``face_template_kept_for_days`` is how long a face can be found again at this station after it was sealed; 0
    keeps none and searches for nobody. Among more than ``faces_compared_each`` sketches are compared first, which
    can miss somebody who is not much alike. With ``faces_sought_at_center`` the center's hub searches, too, among
    the faces of all its stations.

    ``permissions`` is what each role may do, ``ways`` by what people show who they are for each action: any one of
    its ways is enough, and a way is all of its factors together. ``patience`` is how often anybody may be wrong.
    After ``idle_lock_min`` minutes without a key or a click the screen is locked over what is open, and it says so
    in the last ``idle_notice_min`` of them.
    ``confirmed_by_supervisor`` is what an officer may not decide alone.

    What a document says is filled in by itself with ``fills_at_once``, else when the officer asks for it; never
    what is less sure than ``prefill_from`` (0 to 1). ``reads_printed_text`` also reads pages that have neither
    lines nor a code: seconds each on a slow machine.

    ``hints_until`` is how many registrations an officer has sealed here before the hints on each page go away by
    themselves; 0 gives none to whoever did not ask for them.

    ``drivers`` are those of devices that may be loaded, unless the server names its own; None leaves out none.
    """

    steps: tuple[Step, ...] = tuple(Step)
    proven: frozenset[Process] = frozenset()
    demo_use_case: bool = False
    finger_threshold: int = 40
    finger_thresholds: Mapping[BiometricAttribute, int] = field(default_factory=dict)
    iris_threshold: int = 60
    quality_rules: Mapping[Modality, QualityRule] = field(default_factory=lambda: _QUALITY_RULES)
    attempts: int = 3
    capture_timeout_s: float = 10.0
    scan_resolution_dpi: int = 200
    face_good_for_s: float = 0.8
    face_blocks: frozenset[str] = _FACE_BLOCKS
    face_never_kept: frozenset[str] = frozenset({"FACE_SEVERAL"})
    face_liveness: LivenessDemand = LivenessDemand.WATCH
    minimum_password_length: int = 8
    minimum_free_bytes: int = 100 * 1024 * 1024
    slip_valid_for_days: int = 365  # until when the code on a slip is called valid
    consent_signature_required: bool = False  # whether nobody's consent counts who has not signed it
    slip_kept_for_h: int = 24  # how long content outlives a delivery whose receipt was never left (a crash)
    capture_valid_for_min: int = 30  # MOSIP's device validator refuses older captures (trap 12)
    maximum_packet_bytes: int = 5 * 1024 * 1024  # MOSIP's default limit (trap 18)
    announce_at_once: int = 10  # as many as the reference client announces in one call
    ask_at_once: int = 50
    announce_contact: bool = False
    packet_kept_for_days: int | None = 30
    drive_travels_for_days: int = 7  # then a packet that was handed over is sent from here after all
    limits: Mapping[str, float] = field(default_factory=lambda: _LIMITS)
    face_template_kept_for_days: int = 30
    faces_compared_each: int = 100_000
    faces_sought_at_center: bool = False
    candidates_shown: int = 5
    typical_record_bytes: Mapping[Modality, int] = field(default_factory=lambda: _TYPICAL_RECORDS)
    exception_photo_required: bool = True
    position: Position | None = None
    permissions: Permissions = field(default_factory=lambda: PERMISSIONS)
    ways: Ways = field(default_factory=lambda: WAYS)
    patience: Patience = field(default_factory=Patience)
    idle_lock_min: float = 15.0  # MOSIP's idle_time; it tells after refreshed_login_time, 10
    idle_notice_min: float = 5.0
    confirmed_by_supervisor: frozenset[Cause] = frozenset(Cause)
    fills_at_once: bool = True
    prefill_from: float = 0.75
    reads_printed_text: bool = True
    review: ReviewRules = field(default_factory=ReviewRules)
    hints_until: int = 5
    drivers: frozenset[str] | None = None

    def __post_init__(self) -> None:
        for action in NEEDS_PASSWORD:
            if any(Factor.PASSWORD not in way for way in self.ways[action]):
                raise ValueError(f"{action.value} needs the password: it alone opens the station's key")

    def steps_for(self, process: Process) -> tuple[Step, ...]:
        """The steps of one process, in their order, before anything is known of the person
        (``captures_asked.CapturesAsked.steps``)."""
        left_out = {*_NOT_ASKED[process], *(() if self.exception_photo_required else (Step.EXCEPTION_PHOTO,))}
        left_out.add(Step.INTRODUCER)
        if process not in self.proven:
            left_out.add(Step.PROOFING)
        return tuple(step for step in self.steps if step not in left_out)

    def threshold(self, attribute: BiometricAttribute) -> int:
        if attribute.modality is Modality.FINGER:
            return self.finger_thresholds.get(attribute, self.finger_threshold)
        return self.iris_threshold if attribute.modality is Modality.IRIS else 0  # a face is judged by findings

    def rule(self, attribute: BiometricAttribute) -> QualityRule:
        return self.quality_rules.get(attribute.modality, QualityRule.DEVICE_ALONE)

    def awaits_judgement(self, state: Registration, attribute: BiometricAttribute) -> bool:
        """Whether the station is still to look at a sample that is there: its device's number is none of ours."""
        return self.rule(attribute).judges and attribute not in state.judgements

    def quality_of(self, state: Registration, attribute: BiometricAttribute) -> float:
        """The quality that counts of a sample that is there, 0..100."""
        judgement = state.judgements.get(attribute)
        station = judgement.quality if judgement else None
        return self.rule(attribute).deciding(state.samples[attribute].facts.quality, station)
