"""The numbers a deployment decides. Defaults follow MOSIP's where it has one, safer where said so."""

from __future__ import annotations

from dataclasses import dataclass

from muster.domain.biometrics import CaptureGroup, Modality
from muster.domain.registration import Step


@dataclass(frozen=True, slots=True)
class Policy:
    """``thresholds`` are per finger and per eye, not an average: one unusable finger must not hide
    behind three good ones, as it does with MOSIP's slap average."""

    steps: tuple[Step, ...] = tuple(Step)
    finger_threshold: int = 40
    iris_threshold: int = 60
    attempts: int = 3
    capture_timeout_s: float = 10.0
    scan_resolution_dpi: int = 200
    face_good_for_s: float = 0.8
    minimum_password_length: int = 8
    minimum_free_bytes: int = 100 * 1024 * 1024
    slip_kept_for_h: int = 24  # how long content outlives a delivery whose receipt was never left (a crash)
    capture_valid_for_min: int = 30  # MOSIP's device validator refuses older captures (trap 12)
    maximum_packet_bytes: int = 5 * 1024 * 1024  # MOSIP's default limit (trap 18)

    def threshold(self, group: CaptureGroup) -> int:
        return {
            Modality.FACE: 0,  # a face is judged by findings, not by one number
            Modality.FINGER: self.finger_threshold,
            Modality.IRIS: self.iris_threshold,
        }[group.modality]
