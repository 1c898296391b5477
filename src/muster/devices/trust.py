"""Believing a device that signs for itself: its signatures, and who vouches for its certificates."""

from __future__ import annotations

from muster.crypto.jws import VerifiedJws as VerifiedJws  # noqa: PLC0414 - for drivers, which see this floor only
from muster.crypto.jws import verify_compact as verify_compact  # noqa: PLC0414
from muster.crypto.trust import Domain as Domain  # noqa: PLC0414
from muster.crypto.trust import Standing as Standing  # noqa: PLC0414
from muster.crypto.trust import TrustStore as TrustStore  # noqa: PLC0414
from muster.crypto.trust import days_left as days_left  # noqa: PLC0414
from muster.crypto.trust import expires_at as expires_at  # noqa: PLC0414
