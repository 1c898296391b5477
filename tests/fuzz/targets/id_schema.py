"""ID schemas. What parses is what its annotations say: the form, the packet and the export trust it."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

from fuzz.mutation import deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster.formats.id_schema import IdSchema

mutate = mutate_json
OFFSETS = False  # text, not octets
LONGEST = 16_384
_FIELDS = {
    "fullName": {"$ref": "#/definitions/simpleType", "fieldCategory": "pvt", "validators": [
        {"type": "regex", "validator": "^.{1,50}$", "langCode": "eng"}]},
    "dateOfBirth": {"type": "string", "fieldCategory": "kyc"},
    "individualBiometrics": {"$ref": "#/definitions/biometricsType", "bioAttributes": ["leftEye", "face"]},
}  # fmt: skip


def seeds(reference: Path | None) -> Iterator[bytes]:
    identity = {"properties": _FIELDS, "required": ["fullName"]}
    yield json.dumps({"idVersion": 0.1, "properties": {"identity": identity}}).encode()
    for name, value in (
        ("fieldCategory", ["x"]), ("bioAttributes", "face"),
        ("bioAttributes", [1]), ("validators", [{"type": "regex", "validator": 5}]),
        ("validators", [{"type": "regex", "validator": "(" }]), ("type", {}), ("$ref", [1]),
    ):  # fmt: skip
        fields = {"a": {"type": "string", name: value}}
        yield json.dumps({"properties": {"identity": {"properties": fields}}}).encode()
    for version in ("x", 10**400, None, float("nan"), True):
        yield json.dumps({"idVersion": version, "properties": {"identity": identity}}).encode()
    yield from deep_texts(
        b'{"properties":{"identity":{"properties":{"a":{"type":"string","fieldCategory":"@"}}}}}'
    )
    if reference:
        with (reference / "mosip" / "identity_schema.csv").open(encoding="utf-8") as file:
            yield from (row["schema_json"].encode() for row in csv.DictReader(file))


def run(content: bytes) -> None:
    assert_well_typed(IdSchema.parse(content.decode("utf-8", "replace")))
