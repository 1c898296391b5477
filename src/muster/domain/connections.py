"""The services around the station that prove identities: which there are, and how it goes with each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from muster.domain.sharing import TokenStanding
from muster.errors import Code


class ConnectionState(Enum):
    AVAILABLE = "available"
    DOWNGRADED = "downgraded"  # it does not answer, or none of its sources does: people are spared the way there
    UNKNOWN = "unknown"  # nobody asked lately


@dataclass(frozen=True, slots=True)
class TokenView:
    """``registration`` is whose records it is for, empty for a token of the station's own. ``next_renewal`` is
    None where it is not renewed any more; ``dies_at`` holds unless it is."""

    id: str
    registration: str
    standing: TokenStanding
    given_at: datetime
    renewed_at: datetime
    age_days: int
    next_renewal: datetime | None
    dies_at: datetime
    final_at: datetime
    problem: Code | None


@dataclass(frozen=True, slots=True)
class ConnectionView:
    """``id`` is that of the method in the proofing configuration, ``kind`` its type (``mitrust``, ``id_and_v``,
    ``oidc``). ``sources`` could answer when it was looked last, where the service tells; ``problem`` is what went
    wrong then, or with a token since."""

    id: str
    name: str
    kind: str
    host: str
    state: ConnectionState
    checked_at: datetime | None
    sources: int | None
    tokens: tuple[TokenView, ...]
    next_renewal: datetime | None
    problem: Code | None
