"""A station whose server is MOSIP's sample country: its forms, schema and lists as they are, from the sync to the
packet that the server takes."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.assessment import Finding
from muster.domain.registration import Process
from muster.workstation.demo import demo_script
from muster.workstation.desk import Desk
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.master_data import Kind
from muster.workstation.script import ScriptedDocument
from muster.workstation.spec_files import read_spec_files
from muster.workstation.station import Station
from receivers import kept_packet
from unit.packet.independent_reader import read_packet
from unit.workstation.desks import desk_at, picture, play

_LOCATION = {
    "lang_code": "langCode", "code": "code", "name": "name", "hierarchy_level": "hierarchyLevel",
    "hierarchy_level_name": "hierarchyName", "parent_loc_code": "parentLocCode",
}  # fmt: skip


def _table(folder: Path, name: str) -> list[dict[str, str]]:
    csv.field_size_limit(10_000_000)
    with (folder / "mosip" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.DictReader(file) if row.get("is_active") != "FALSE"]


def _entity(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"entityName": name, "entityType": "structured", "data": [{**row, "isActive": True} for row in rows]}


@pytest.fixture(scope="module")
def served(new_station: Station, reference_data: Path) -> Iterator[Path]:
    """What the receiver tells, from MOSIP's tables; gone afterwards."""
    folder = new_station.folder.receiver / "served"
    folder.mkdir(exist_ok=True)
    forms = read_spec_files([reference_data / "mosip" / "ui_spec.csv"]).forms
    (schema,) = [row for row in _table(reference_data, "identity_schema") if row["schema_json"]]
    answer = {"id": "1001", "idVersion": 0.1, "schemaJson": schema["schema_json"]}
    answer |= {f"form{number}": json.loads(each.text) for number, each in enumerate(forms)}
    (folder / "id_schema.json").write_text(json.dumps(answer))
    types = [
        {"code": row["code"], "name": row["name"], "langCode": row["lang_code"]}
        for row in _table(reference_data, "doc_type")
        if row["code"]
    ]
    valid = {
        (row["doccat_code"], row["doctyp_code"]) for row in _table(reference_data, "applicant_valid_document")
    }
    entities = [
        _entity("Location", [
            {ours: row[theirs] for theirs, ours in _LOCATION.items()}
            for row in _table(reference_data, "location") if row["code"]
        ]),
        _entity("DocumentType", types),
        _entity("ValidDocument", [{"docCategoryCode": c, "docTypeCode": t} for c, t in sorted(valid) if c]),
        _entity("BlocklistedWords", [
            {"word": row["word"], "langCode": row["lang_code"]}
            for row in _table(reference_data, "blocklisted_words") if row["word"]
        ]),
    ]  # fmt: skip
    (folder / "client_settings.json").write_text(json.dumps(entities))
    yield folder
    for each in folder.iterdir():
        each.unlink()


@pytest.fixture(scope="module")
def desk_there(
    tmp_path_factory: pytest.TempPathFactory,
    new_station: Station,
    running_receiver: EmbeddedReceiver,
    served: Path,
) -> Iterator[Desk]:
    """The next sign-in after the sync."""
    root = tmp_path_factory.mktemp("mosip") / "station"
    shutil.copytree(new_station.folder.root, root)
    with desk_at(root, running_receiver) as desk:
        assert [desk.master_data.fetch(kind) for kind in (Kind.ID_SCHEMA, Kind.MASTER_DATA)] == [True, True]
        assert desk.master_data.form_remarks() == ()
    with desk_at(root, running_receiver) as desk:
        yield desk


def _same(text: str) -> LocalizedText:
    return LocalizedText.of(eng=text, fra=text)


ERIKA: dict[str, DemographicValue] = {
    "fullName": _same("Erika Mustermann"), "dateOfBirth": "1984/08/12", "gender": "FLE",
    "addressLine1": _same("12 Specimen Street"), "addressLine2": _same("Second floor"),
    "addressLine3": _same("Old town"), "region": "RSK", "province": "KTA", "city": "KNT", "zone": "MNAS",
    "postalCode": "14053", "phone": "0123456789", "email": "erika@mustermann.example",
}  # fmt: skip


def test_a_grown_up_of_mosip_s_country_is_enrolled_and_the_server_takes_the_packet(
    desk_there: Desk, new_station: Station
) -> None:
    page = picture("document.png")
    documents = tuple(
        ScriptedDocument(f"proofOf{kind}", code, "", page)
        for kind, code in (("Identity", "CIN"), ("Address", "RNC"))
    )
    script = replace(demo_script(), demographics=ERIKA, documents=documents, proof=())
    registration_id = play(desk_there, script=script)
    entry = desk_there.enrollment.submit(registration_id)
    assert not desk_there.sync.deliver(entry.packet_id).duplicate
    server = new_station.folder.receiver
    packet = kept_packet(server, entry.packet_id).read_bytes()
    parts = read_packet(packet, (server / "server.pem").read_bytes(), registration_id.text, "NEW")
    identity = parts["id"].identity
    assert identity["preferredLang"] == "eng"
    assert identity["postalCode"] == "14053"
    assert [each["value"] for each in identity["region"]] == ["Rabat Sale Kenitra", "Rabat-Salé-Kénitra"]
    assert "introducerName" not in parts["evidence"].identity


def _about(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(each.code.name, each.field) for each in findings]


def test_an_infant_there_needs_who_brings_it(desk_there: Desk) -> None:
    infant = {**ERIKA, "dateOfBirth": "2025/05/01"}
    check = desk_there.enrollment.check_demographics
    assert _about(check(infant, ("eng", "fra"))) == [
        ("FIELD_REQUIRED", "introducerName"), ("ONE_OF_TWO_NEEDED", "introducerRID"),
    ]  # fmt: skip
    brought = {**infant, "introducerName": _same("Max Mustermann"), "introducerUIN": "5213840762"}
    assert check(brought, ("eng", "fra")) == ()


def test_a_place_found_there_fills_the_form(desk_there: Desk) -> None:
    details = desk_there.enrollment.details
    (place, *_) = details.find_places("mnas")
    assert place.values(details.form(Process.NEW)) == {
        name: ERIKA[name] for name in ("region", "province", "city", "zone", "postalCode")
    }


def test_words_of_that_country_s_list_are_found(desk_there: Desk) -> None:
    named = {**ERIKA, "fullName": _same("Erika Damn")}
    found = desk_there.enrollment.check_demographics(named, ("eng", "fra"))
    assert _about(found) == [("WORD_BLOCKLISTED", "fullName.eng")]
