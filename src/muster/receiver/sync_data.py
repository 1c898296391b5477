"""The syncdata service in small: what stations are told, encrypted to whoever asks (calls 5 to 10)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from muster import base64url
from muster.clock import Clock, rfc3339
from muster.crypto.machine_data import encrypt_machine_data
from muster.formats import mosip_sync
from muster.receiver.answers import answered
from muster.receiver.checks import Refusal
from muster.receiver.machines import Machine
from muster.receiver.served import Served
from muster.receiver.storage import Storage

_UNKNOWN = Refusal("KER-SNC-155", "Machine not found")


class SyncService:
    """Each operation takes what stood in the query."""

    def __init__(self, storage: Storage, served: Served, clock: Clock) -> None:
        self._storage = storage
        self._served = served
        self._clock = clock

    def operations(self) -> Mapping[str, Callable[[Mapping[str, str]], dict[str, Any]]]:
        """By path; braces name what stands in it."""
        return {
            f"{mosip_sync.CONFIGURATION_PATH}/{{keyindex}}": self.configuration,
            mosip_sync.MASTER_DATA_PATH: self.client_settings,
            mosip_sync.ID_SCHEMA_PATH: self.id_schema,
            mosip_sync.USERS_PATH: self.users,
            mosip_sync.CA_CERTIFICATES_PATH: self.ca_certificates,
        }

    def configuration(self, query: Mapping[str, str]) -> dict[str, Any]:
        machine = self._machine(query)
        if machine is None:
            return answered(self._clock, None, [_UNKNOWN])
        parts = self._served.configuration()
        detail = {name: _sealed(machine, value) for name, value in parts.items()}
        return answered(self._clock, {"configDetail": detail})

    def client_settings(self, query: Mapping[str, str]) -> dict[str, Any]:
        machine = self._machine(query)
        if machine is None:
            return answered(self._clock, None, [_UNKNOWN])
        entities = [*self._served.client_settings(), self._machines()]
        listed = [{**each, "data": _sealed(machine, each["data"])} for each in entities]
        return answered(self._clock, {"lastSyncTime": rfc3339(self._clock()), "dataToSync": listed})

    def id_schema(self, query: Mapping[str, str]) -> dict[str, Any]:
        return answered(self._clock, self._served.id_schema())

    def users(self, query: Mapping[str, str]) -> dict[str, Any]:
        machine = self._machine(query)
        if machine is None:
            return answered(self._clock, None, [_UNKNOWN])
        users = self._served.users()
        if users is None:
            users = [{"userId": each, "isActive": True} for each in self._storage.user_ids()]
        return answered(self._clock, {"userDetails": _sealed(machine, users)})

    def ca_certificates(self, query: Mapping[str, str]) -> dict[str, Any]:
        listed = self._served.ca_certificates()
        return answered(self._clock, {"lastSyncTime": rfc3339(self._clock()), "certificateDTOList": listed})

    def _machines(self) -> dict[str, Any]:
        """Whose packets a station may take from a drive: the machines of all centres, there being one table."""
        rows = [
            {"name": ref_id, "signKeyIndex": index, "isActive": True}
            for ref_id, index in self._storage.machines().items()
        ]
        return {"entityName": "Machine", "entityType": "structured", "data": rows}

    def _machine(self, query: Mapping[str, str]) -> Machine | None:
        """Named by the key that decrypts, in lower case or not."""
        return self._storage.machine_that_opens(query.get("keyindex", "").lower())


def _sealed(machine: Machine, value: object) -> str:
    content = json.dumps(value, ensure_ascii=False).encode()
    return base64url.encode(encrypt_machine_data(machine.encryption_key, content))
