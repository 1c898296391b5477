"""Writing a set-up file: what a station would be told, for one that cannot ask."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

from muster.clock import Clock
from muster.crypto.jws import sign_compact
from muster.errors import BadInput, Code
from muster.formats.bundle import Bundle, KeptAnswer
from muster.receiver.operations import Receiver
from muster.receiver.served import Served
from muster.receiver.storage import Storage
from muster.receiver.sync_data import SyncService

BUNDLE_STATION_UNKNOWN = Code(
    "BUNDLE_STATION_UNKNOWN", "No station of this number is registered here, so no set-up file can be made for it."
)

CERTIFICATE_PATH = "/v1/syncdata/getCertificate"
VALID_DAYS = 30


def make_bundle(storage: Storage, clock: Clock, ref_id: str, valid_days: int = VALID_DAYS) -> str:
    """Raises ``BadInput`` for a station that is not registered here."""
    machine = storage.machine(ref_id)
    if machine is None:
        raise BadInput(BUNDLE_STATION_UNKNOWN)
    receiver, service = (
        Receiver(storage, clock),
        SyncService(storage, Served(storage.folder, storage.documents), clock),
    )
    query = {"keyindex": machine.key_index}
    said: dict[str, Callable[[], dict[str, Any]]] = {
        path.format(**query): partial(operation, query) for path, operation in service.operations().items()
    }
    said[f"{CERTIFICATE_PATH}/REGISTRATION"] = partial(receiver.certificate, "REGISTRATION", ref_id)
    answers = {path: _kept(storage, say()) for path, say in said.items()}
    now = clock()
    bundle = Bundle(ref_id, now, now + timedelta(days=valid_days), answers)
    return sign_compact(storage.signer.key, bundle.encode(), storage.signer.certificate)


def _kept(storage: Storage, content: dict[str, Any]) -> KeptAnswer:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return KeptAnswer(body, storage.signer.sign_answer(body))
