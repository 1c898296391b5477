"""What MOSIP's syncdata service says, as it is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from muster import base64url
from muster.errors import MalformedData
from muster.formats import mosip_sync


def _sealed(content: object) -> str:
    """As a machine would find it: what opens it here is nothing at all."""
    return base64url.encode(content if isinstance(content, bytes) else json.dumps(content).encode())


def _open(sealed: bytes) -> bytes:
    return sealed


def _configuration(registration: object, **changes: Any) -> dict[str, Any]:
    detail = {"globalConfiguration": _sealed({"a": 1}), "registrationConfiguration": _sealed(registration)}
    return {"responsetime": "t", "response": {"configDetail": {**detail, **changes}}}


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"response": None},
        {"response": {}},
        {"response": {"configDetail": {}}},
        _configuration([]),
        _configuration(b"{"),
        _configuration({}, globalConfiguration="%%"),
        _configuration({}, globalConfiguration=""),
        _configuration({}, globalConfiguration=3),
    ],
)
def test_a_configuration_that_is_none_is_refused(answer: dict[str, Any]) -> None:
    with pytest.raises(MalformedData):
        mosip_sync.read_configuration(answer, _open)


def test_the_stations_own_value_goes_before_the_general_one_and_is_text() -> None:
    said = mosip_sync.read_configuration(_configuration({"a": 2, "b": True}), _open)
    assert mosip_sync.configuration_of(said.content) == {"a": "2", "b": "true"}


@pytest.mark.parametrize("rows", [{}, [3], "text", b"["])
def test_master_data_that_is_no_table_is_refused(rows: object) -> None:
    entity = {"entityName": "Location", "entityType": "structured", "data": _sealed(rows)}
    with pytest.raises(MalformedData):
        mosip_sync.read_master_data({"response": {"dataToSync": [entity]}}, _open)


def test_what_is_to_be_downloaded_elsewhere_is_left_out() -> None:
    entities = [
        {"entityName": "Location", "entityType": "structured", "data": _sealed([{"code": "A"}])},
        {"entityName": "Template", "entityType": "structured-url", "data": _sealed({"url": "x"})},
    ]
    said = mosip_sync.read_master_data({"response": {"lastSyncTime": "t", "dataToSync": entities}}, _open)
    assert mosip_sync.entities_of(said.content) == {"Location": [{"code": "A"}]}


def test_the_same_in_another_order_is_the_same_version() -> None:
    def said(*names: str) -> bytes:
        entities = [
            {"entityName": each, "entityType": "dynamic", "data": _sealed([{"b": 1, "a": 2}])} for each in names
        ]
        return mosip_sync.read_master_data({"response": {"dataToSync": entities}}, _open).content

    assert said("A", "B") == said("B", "A")


def test_a_form_is_found_as_an_object_and_as_text() -> None:
    form = {"id": "NEW", "screens": []}
    response = {"idVersion": 1.2, "schemaJson": "{}", "newProcess": form, "lostProcess": json.dumps(form), "x": {}}
    said = mosip_sync.read_id_schema({"response": response})
    text, version, forms = mosip_sync.schema_of(said.content)
    assert (text, version, sorted(each.name for each in forms)) == ("{}", 1.2, ["lostProcess", "newProcess"])


def test_issuers_come_before_what_they_issued() -> None:
    listed = [
        {"certId": "leaf", "partnerDomain": "DEVICE", "certData": "B", "createdtimes": "2026-02-01T00:00:00.000Z"},
        {"certId": "root", "partnerDomain": "DEVICE", "certData": "A", "createdtimes": "2026-01-01T00:00:00.000Z"},
    ]
    said = mosip_sync.read_ca_certificates({"response": {"certificateDTOList": listed}})
    assert [each["id"] for each in json.loads(said.content)] == ["root", "leaf"]


def test_users_are_a_table() -> None:
    said = mosip_sync.read_users({"response": {"userDetails": _sealed([{"userId": "erika"}])}}, _open)
    assert json.loads(said.content) == [{"userId": "erika"}]
    with pytest.raises(MalformedData):
        mosip_sync.read_users({"response": {"userDetails": _sealed({"userId": "erika"})}}, _open)


@pytest.mark.parametrize("response", [None, {}, {"schemaJson": ""}, {"schemaJson": {}}])
def test_a_schema_that_is_none_is_refused(response: object) -> None:
    with pytest.raises(MalformedData):
        mosip_sync.read_id_schema({"response": response})


@pytest.mark.parametrize("version", ["", "one", None])
def test_a_schema_of_no_version_is_refused(version: object) -> None:
    with pytest.raises(MalformedData):
        mosip_sync.schema_of(json.dumps({"idVersion": version, "schemaJson": "{}"}).encode())


@pytest.mark.parametrize(
    "kept",
    [b"", b'{"a": 1}', b"[3]", b'[{"name": 3, "rows": []}]', b'[{"name": "A"}]', b'[{"name": "A", "rows": {}}]'],
)
def test_master_data_kept_in_another_form_is_refused(kept: bytes) -> None:
    with pytest.raises(MalformedData):
        mosip_sync.entities_of(kept)


@pytest.mark.parametrize("kept", [b"", b"{}", b"[3]"])
def test_certificates_kept_in_another_form_are_refused(kept: bytes) -> None:
    with pytest.raises(MalformedData):
        mosip_sync.authorities_of(kept)


def test_authorities_are_told_by_their_domain() -> None:
    listed = [
        {"certId": each, "partnerDomain": domain, "certData": each}
        for each, domain in (("A", "DEVICE"), ("B", "FTM"), ("C", "DEVICE"))
    ]
    kept = mosip_sync.read_ca_certificates({"response": {"certificateDTOList": listed}}).content
    assert mosip_sync.authorities_of(kept) == {"DEVICE": [b"A", b"C"], "FTM": [b"B"]}
