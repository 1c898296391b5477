"""What the receiver tells stations: a deployment's files where there are some, else the demo country's.

::

    served/configuration.json     {"globalConfiguration": {...}, "registrationConfiguration": {...}}
    served/client_settings.json   [{"entityName", "entityType", "data": [...]}]
    served/id_schema.json         what latestidschema answers: idVersion, schemaJson, forms by name
    served/users.json             [{"userId", ...}]
    served/ca_certificates.json   [{"certId", "partnerDomain", "certData", "createdtimes"}]

Each may be absent, or published for all processes of a hub (``documents``). The demo country's lists are the
ones a new station brings, put into MOSIP's rows; they are read as files, since the receiver knows nothing of a
workstation.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from muster.receiver.documents import Documents

_DEMO = files("muster") / "workstation" / "defaults"
_FORMS = {
    "ui_spec.json": "newProcess",
    "ui_spec_update.json": "updateProcess",
    "ui_spec_lost.json": "lostProcess",
    "ui_spec_correction.json": "biometricCorrectionProcess",
}
_CONFIGURATION = {
    "globalConfiguration": {
        "mosip.registration.masterSyncJob.frequency": "190",
        "reg_pak_max_cnt_apprv_limit": "100",
        "reg_pak_max_time_apprv_limit": "50",
        "packet.maximum.count.offline.frequency": "500",
        "last_export_registration_config_time": "100",
        "sync_transaction_no_of_days_limit": "30",
        "pre_reg_no_of_days_limit": "7",
        "pre_reg_deletion_configured_days": "1",
    },
    "registrationConfiguration": {"disk_space_size": "100"},
}

_Row = Mapping[str, Any]


class Served:
    """``documents`` are what was published for all processes of a hub."""

    def __init__(self, folder: Path, documents: Documents | None = None) -> None:
        self._folder = folder / "served"
        self._documents = documents

    def configuration(self) -> dict[str, Any]:
        return dict(self._own("configuration.json") or _CONFIGURATION)

    def client_settings(self) -> list[dict[str, Any]]:
        own = self._own("client_settings.json")
        return list(own) if own is not None else list(_entities(_demo("master_data.json")))

    def id_schema(self) -> dict[str, Any]:
        own = self._own("id_schema.json")
        if own is not None:
            return dict(own)
        schema = _demo("id_schema.json")
        forms = {name: _demo(file) for file, name in _FORMS.items()}
        text = json.dumps(schema, ensure_ascii=False)
        return {"id": "muster-demo", "idVersion": schema.get("idVersion", 0.1), "schemaJson": text, **forms}

    def users(self) -> list[dict[str, Any]] | None:
        """Nothing when no file says who."""
        own = self._own("users.json")
        return None if own is None else list(own)

    def ca_certificates(self) -> list[dict[str, Any]]:
        return list(self._own("ca_certificates.json") or [])

    def _own(self, name: str) -> Any:
        path = self._folder / name
        if path.exists():
            return json.loads(path.read_bytes())
        content = self._documents.content(name) if self._documents is not None else None
        return None if content is None else json.loads(content)


def _demo(name: str) -> Any:
    return json.loads((_DEMO / name).read_text(encoding="utf-8"))


def _entities(master: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """MOSIP's tables: a row for each language."""
    documents: Mapping[str, list[_Row]] = master["documentTypes"]
    types = {each["code"]: each for entries in documents.values() for each in entries}
    levels: Mapping[str, Mapping[str, str]] = master.get("locationLevels", {})
    rows: dict[str, Iterable[_Row]] = {
        "Location": (
            {
                **row,
                "hierarchyLevel": each["level"],
                "hierarchyName": levels.get(str(each["level"]), {}).get(row["langCode"], ""),
                "parentLocCode": each.get("parent"),
            }
            for each in master["locations"]
            for row in _by_language(each)
        ),
        "BlocklistedWords": (
            {"word": word, "langCode": language, "isActive": True}
            for language, words in master.get("blocklistedWords", {}).items()
            for word in words
        ),
        "DocumentType": (row for each in types.values() for row in _by_language(each)),
        "ValidDocument": (
            {"docTypeCode": each["code"], "docCategoryCode": category, "isActive": True}
            for category, entries in documents.items()
            for each in entries
        ),
        "DynamicField": (row for name, entries in master["dynamic"].items() for row in _field_rows(name, entries)),
    }
    for name, listed in rows.items():
        kind = "dynamic" if name == "DynamicField" else "structured"
        yield {"entityName": name, "entityType": kind, "data": list(listed)}


def _by_language(entry: _Row) -> Iterator[_Row]:
    for language, name in entry["names"].items():
        yield {"code": entry["code"], "name": name, "langCode": language, "isActive": True}


def _field_rows(name: str, entries: list[_Row]) -> Iterator[_Row]:
    for language in entries[0]["names"]:
        values = [{"code": each["code"], "value": each["names"][language]} for each in entries]
        yield {"name": name, "langCode": language, "fieldVal": values, "isActive": True}
