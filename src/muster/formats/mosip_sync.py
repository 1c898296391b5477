"""What MOSIP's syncdata service tells a station about the world (section 7 of the packet notes, calls 5 to 10).

Answers are read into what is kept: JSON octets of one kind each, decrypted where the server encrypted them to the
machine. What stands in them is looked at when it is used.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from muster import base64url
from muster.errors import Code, MalformedData
from muster.formats.json_part import JsonPart, as_text

SYNC_ANSWER_UNREADABLE = Code(
    "SYNC_ANSWER_UNREADABLE",
    "What the server sent for this station cannot be read: {part} is missing or has a wrong form.",
)

CONFIGURATION_PATH = "/v1/syncdata/configs"
MASTER_DATA_PATH = "/v1/syncdata/v2/clientsettings"
ID_SCHEMA_PATH = "/v1/syncdata/latestidschema"
USERS_PATH = "/v1/syncdata/v2/userdetails"
CA_CERTIFICATES_PATH = "/v1/syncdata/getcacertificates"

Decrypt = Callable[[bytes], bytes]


@dataclass(frozen=True, slots=True)
class Said:
    """One kind of what a server said. ``version`` is its own word for it, a time or a number."""

    version: str
    content: bytes


def read_configuration(answer: Mapping[str, Any], decrypt: Decrypt) -> Said:
    """``{"global": {...}, "registration": {...}}``, values as text. Raises ``MalformedData`` and what ``decrypt``
    does."""
    detail = _response(answer).part("configDetail")
    if detail is None:
        raise _part(answer).malformed("response.configDetail")
    parts = {
        ours: JsonPart.of(decrypt(_octets(detail, theirs)), SYNC_ANSWER_UNREADABLE).all_texts()
        for ours, theirs in (("global", "globalConfiguration"), ("registration", "registrationConfiguration"))
    }
    return Said(_part(answer).text("responsetime"), _canonical(parts))


def read_master_data(answer: Mapping[str, Any], decrypt: Decrypt) -> Said:
    """``[{"name", "type", "rows"}]``. Entities to be downloaded from elsewhere (``...-url``) are left out."""
    response = _response(answer)
    entities = [
        {
            "name": each.text("entityName"),
            "type": each.text("entityType"),
            "rows": _rows(decrypt(_octets(each, "data")), each),
        }
        for each in response.parts("dataToSync")
        if each.text("entityType") in ("structured", "dynamic")
    ]
    return Said(response.text("lastSyncTime"), _canonical(sorted(entities, key=lambda each: str(each["name"]))))


def read_id_schema(answer: Mapping[str, Any]) -> Said:
    """The whole of what was answered: ``idVersion``, ``schemaJson`` and the forms by whatever name they have."""
    response = _response(answer)
    if not response.text("schemaJson"):
        raise response.malformed("schemaJson")
    return Said(response.scalar("idVersion"), _canonical(response.values))


def read_users(answer: Mapping[str, Any], decrypt: Decrypt) -> Said:
    response = _response(answer)
    rows = _rows(decrypt(_octets(response, "userDetails")), response)
    return Said(response.text("lastSyncTime") or _part(answer).text("responsetime"), _canonical(rows))


def read_ca_certificates(answer: Mapping[str, Any]) -> Said:
    """Sorted by their time, as they are to be imported: an issuer was there before what it issued."""
    response = _response(answer)
    listed = response.parts("certificateDTOList")
    rows = [
        {"id": each.text("certId"), "domain": each.text("partnerDomain"), "pem": each.text("certData")}
        for each in sorted(listed, key=lambda each: (each.time("createdtimes"), each.text("certId")))
    ]
    return Said(response.text("lastSyncTime"), _canonical(rows))


# --- what was kept, read again ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Form:
    """A UI specification as it came, with the name it had."""

    name: str
    text: str


def schema_of(content: bytes) -> tuple[str, float, tuple[Form, ...]]:
    """The schema's JSON, its version, and the forms beside it. Raises ``MalformedData``."""
    part = JsonPart.of(content, SYNC_ANSWER_UNREADABLE)
    version = part.scalar("idVersion")
    try:
        number = float(version)
    except ValueError as error:
        raise part.malformed("idVersion") from error
    forms = (_form(name, value) for name, value in part.values.items())
    return part.text("schemaJson"), number, tuple(form for form in forms if form is not None)


def _form(name: str, value: object) -> Form | None:
    """Versions differ in how a form stands there: as an object, or as its text."""
    if isinstance(value, str) and '"screens"' in value:
        return Form(name, value)
    return Form(name, json.dumps(value)) if isinstance(value, dict) and "screens" in value else None


def entities_of(content: bytes) -> dict[str, list[dict[str, Any]]]:
    """Rows of master data by the entity's name. Raises ``MalformedData``."""
    try:
        return {as_text(each["name"]): _objects(each["rows"]) for each in json.loads(content)}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise MalformedData(SYNC_ANSWER_UNREADABLE, part="dataToSync") from error


def configuration_of(content: bytes) -> dict[str, str]:
    """What counts for this station: its own values before the general ones. Raises ``MalformedData``."""
    part = JsonPart.of(content, SYNC_ANSWER_UNREADABLE)
    return {**part.texts("global"), **part.texts("registration")}


def authorities_of(content: bytes) -> dict[str, list[bytes]]:
    """Certificates (PEM) of partners' authorities by MOSIP's domain. Raises ``MalformedData``."""
    found: dict[str, list[bytes]] = {}
    for row in _rows(content, JsonPart("certificateDTOList", {}, SYNC_ANSWER_UNREADABLE)):
        found.setdefault(str(row.get("domain", "")), []).append(str(row.get("pem", "")).encode())
    return found


def _part(answer: Mapping[str, Any]) -> JsonPart:
    return JsonPart("answer", answer, SYNC_ANSWER_UNREADABLE)


def _response(answer: Mapping[str, Any]) -> JsonPart:
    part = _part(answer).part("response")
    if part is None:
        raise _part(answer).malformed("response")
    return part


def _octets(part: JsonPart, name: str) -> bytes:
    try:
        octets = base64url.decode(part.text(name))
    except ValueError as error:
        raise part.malformed(name) from error
    if not octets:
        raise part.malformed(name)
    return octets


def _rows(content: bytes, part: JsonPart) -> list[dict[str, Any]]:
    try:
        return _objects(json.loads(content))
    except (ValueError, TypeError, RecursionError) as error:
        raise part.malformed("data") from error


def _objects(value: object) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise TypeError("a list of objects")
    return value


def _canonical(value: object) -> bytes:
    """The same said twice must be the same octets, or every day would bring a new version."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
