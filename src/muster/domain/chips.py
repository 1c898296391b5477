"""What is found out about the chip of a passport or identity card."""

from __future__ import annotations

from enum import Enum


class ChipAccess(Enum):
    """How a chip was opened."""

    PACE = "PACE"
    BAC = "BAC"


class ChipProof(Enum):
    """Whether a chip showed that it has the private key that its issuer put there, so that it is no copy."""

    PROVED = "proved"
    FAILED = "failed"
    NOT_OFFERED = "not offered"
    NOT_SPOKEN = "not spoken"  # offered in a way that this program does not know


class ChipAuthenticity(Enum):
    """What all checks together come to."""

    GENUINE = "genuine"  # signed by a state's authority that the station believes, unchanged; a copy is excluded
    UNCHANGED = "unchanged"  # the same, but nothing shows that the chip is not a copy
    NOT_SHOWN = "not shown"  # nothing is wrong, and it cannot be told who signed it
    FALSE = "false"
