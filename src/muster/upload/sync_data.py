"""Asking a server what it tells its stations: configuration, master data, schema, users, certificates of issuers.

One call each, whole and not what changed since: a version is kept as one, and what the reference client loses by
adding differences up (a row that went) cannot be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from muster.crypto.machine_data import decrypt_machine_data
from muster.crypto.machine_key import MachineKey
from muster.errors import BadInput, Code, MalformedData, NotAuthentic
from muster.formats import mosip_sync
from muster.formats.mosip_sync import Said
from muster.upload.refusals import raise_refusal
from muster.upload.transport import Exchange

SYNC_REFUSED = Code(
    "SYNC_REFUSED",
    "The server does not tell this station what it asks for (its code: {server_code}). Tell your administrator.",
)
SYNC_FOR_ANOTHER_KEY = Code(
    "SYNC_FOR_ANOTHER_KEY",
    "What the server sent cannot be opened with this station's key. Have the one in its folder 'keys' registered "
    "there.",
)


class Kind(StrEnum):
    """What there is to be asked; the values are how it is kept."""

    CONFIGURATION = "configuration"
    MASTER_DATA = "master_data"
    ID_SCHEMA = "id_schema"
    USERS = "users"
    CA_CERTIFICATES = "ca_certificates"


class SyncData:
    """``center`` is the registration centre's number."""

    def __init__(self, server: Exchange, key: MachineKey, center: str) -> None:
        self._server = server
        self._key = key
        self._center = center

    def fetch(self, kind: Kind) -> Said:
        """Raises ``NetworkUnavailable``, ``SignInWanted``, ``ServerNotAuthentic``, ``Refused``, ``MalformedData``,
        and ``NotAuthentic`` for what was encrypted to another machine."""
        index = self._key.key_index
        calls: Mapping[Kind, Callable[[], Said]] = {
            Kind.CONFIGURATION: lambda: mosip_sync.read_configuration(
                self._get(f"{mosip_sync.CONFIGURATION_PATH}/{index}"), self._decrypt
            ),
            Kind.MASTER_DATA: lambda: mosip_sync.read_master_data(
                self._get(mosip_sync.MASTER_DATA_PATH, keyindex=index, version="0.1", regcenterId=self._center),
                self._decrypt,
            ),
            Kind.ID_SCHEMA: lambda: mosip_sync.read_id_schema(
                self._get(mosip_sync.ID_SCHEMA_PATH, schemaVersion="0")
            ),
            Kind.USERS: lambda: mosip_sync.read_users(
                self._get(mosip_sync.USERS_PATH, keyindex=index), self._decrypt
            ),
            Kind.CA_CERTIFICATES: lambda: mosip_sync.read_ca_certificates(
                self._get(mosip_sync.CA_CERTIFICATES_PATH)
            ),
        }
        return calls[kind]()

    def _get(self, path: str, **parameters: str) -> dict[str, Any]:
        answer = self._server.get(path, parameters)
        raise_refusal(answer, SYNC_REFUSED)
        return answer

    def _decrypt(self, sealed: bytes) -> bytes:
        try:
            return decrypt_machine_data(self._key, sealed)
        except MalformedData:
            raise
        except (BadInput, NotAuthentic) as error:
            raise NotAuthentic(SYNC_FOR_ANOTHER_KEY) from error
