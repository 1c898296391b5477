"""The people who work at a station."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """MOSIP's role names."""

    OFFICER = "REGISTRATION_OFFICER"
    SUPERVISOR = "REGISTRATION_SUPERVISOR"


@dataclass(frozen=True, slots=True)
class Operator:
    user_id: str
    role: Role
