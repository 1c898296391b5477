"""What a secret's name in a proofing configuration stands for. The configuration itself never holds one.

Looked for in this order:

1. the environment: ``idv.oidc.corporate.client-id`` is ``MUSTER_SECRET_IDV_OIDC_CORPORATE_CLIENT_ID``
2. the desktop's keyring, where there is one and it is open: service ``muster``
3. the station's sealed settings, put there with ``muster proofing secret``
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from muster.audit.catalogue import AuditEvent
from muster.crypto.sealing import Sealer
from muster.domain.operators import Permission
from muster.errors import BadInput, Code, KeyUnavailable
from muster.workstation.journal import Journal

SECRET_MISSING = Code(
    "SECRET_MISSING",
    "A proofing method needs the secret {key}, which this station does not have. Tell your administrator.",
)
SECRET_EMPTY = Code("SECRET_EMPTY", "A secret has a name and at least one letter.")

_SERVICE = "muster"
_PREFIX = "proofing secret/"
_REMEMBERED = "what a proofing method remembers"


class ProofingSecrets:
    def __init__(self, journal: Journal, sealer: Sealer, environment: Mapping[str, str] = os.environ) -> None:
        self._journal = journal
        self._sealer = sealer
        self._environment = environment

    def find(self, key: str) -> str:
        """Raises ``KeyUnavailable(SECRET_MISSING)``, ``NotAuthentic`` when a sealed one was changed."""
        found = self._environment.get(variable_of(key)) or _in_keyring(key) or self._sealed(key)
        if not found:
            raise KeyUnavailable(SECRET_MISSING, key=key)
        return found

    def keep(self, key: str, secret: str) -> None:
        """Into the sealed settings, replacing an earlier one. Raises ``BadInput``, ``Refused``."""
        if not key or not secret:
            raise BadInput(SECRET_EMPTY)
        sealed = self._sealer.seal(secret.encode(), _PREFIX + key).hex()
        with self._journal.database.work() as work:
            self._journal.access.require(Permission.CHANGE_SETTINGS, work)
            work.settings.put(_PREFIX + key, sealed)
            work.record(AuditEvent.PROOFING_SECRET_KEPT, actor=self._journal.operator.user_id, key=key)

    def seal(self, text: str) -> str:
        """What a method remembers and only this station may read, as hex digits."""
        return self._sealer.seal(text.encode(), _REMEMBERED).hex()

    def unseal(self, text: str) -> str:
        """Raises ``NotAuthentic``."""
        return self._sealer.open(bytes.fromhex(text), _REMEMBERED).decode()

    def _sealed(self, key: str) -> str:
        with self._journal.database.read() as work:
            sealed = work.settings.get(_PREFIX + key)
        return self._sealer.open(bytes.fromhex(sealed), _PREFIX + key).decode() if sealed else ""


def variable_of(key: str) -> str:
    return "MUSTER_SECRET_" + re.sub(r"[^A-Z0-9]", "_", key.upper())


def _in_keyring(key: str) -> str:
    import keyring

    try:
        return keyring.get_password(_SERVICE, key) or ""
    except Exception:  # noqa: BLE001 - no desktop, a locked one, a stranger's program that faults: it has no secret
        return ""
