"""Form descriptions. What parses is what its annotations say: the window is built from it."""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from fuzz.mutation import deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster.errors import MalformedData
from muster.formats.ui_spec import UiSpec
from muster.workstation.reference import ReferenceData
from muster.workstation.spec_linting import Surroundings, lint_form

mutate = mutate_json
OFFSETS = False  # text, not octets
LONGEST = 32_768
_FIELD = {"id": "region", "controlType": "dropdown", "type": "simpleType", "label": {"eng": "Region"},
          "required": True, "locationHierarchy": "1", "groupLabel": {"eng": "Address"}, "group": "Address",
          "fieldType": "dynamic", "subType": "Region"}  # fmt: skip


def _spec(**changes: object) -> bytes:
    field = {**_FIELD, **changes}
    below = {**_FIELD, "id": "province", "locationHierarchy": "2"}
    screen = {"name": "Demographics", "order": "1", "label": {"eng": "Demographics"}, "fields": [field, below]}
    return json.dumps({"id": "NEW", "flow": "NEW", "label": {"eng": "New"}, "screens": [screen]}).encode()


def seeds(reference: Path | None) -> Iterator[bytes]:
    yield _spec()
    yield _spec(locationHierarchy="²")
    yield _spec(locationHierarchy="9" * 5000)
    yield _spec(id=[1], label={"eng": 5})
    yield _spec(label=["ab"], parent=5, controlType={}, group=[1])
    shown = {"engine": "MVEL", "expr": "identity.get('region') == nil"}
    rules = [{"type": "regex", "validator": "(a+)+["}]
    yield _spec(
        visible=shown, requiredOn=[{"expr": "("}], validators=rules, minimum=-1, maximum="9", format="upper"
    )
    yield _spec(visible=[], requiredOn=[5], validators=[[]], minimum=1e999, bioAttributes="face")
    yield _spec(
        conditionalBioAttributes=[{"ageGroup": "INFANT", "validationExpr": "face ||", "bioAttributes": []}]
    )
    yield from deep_texts(_spec(id="@", group="@"))
    if reference:
        csv.field_size_limit(sys.maxsize)
        with (reference / "mosip" / "ui_spec.csv").open(encoding="utf-8") as file:
            yield from (
                row["json_spec"].encode() for row in csv.DictReader(file) if row["type"].endswith("Process")
            )


_AROUND = Surroundings(ReferenceData.load().schema, lists=frozenset(), levels=frozenset({"region"}))


def run(content: bytes) -> None:
    """Whatever it is, it is remarked on; and what cannot be read is remarked on as such."""
    text = content.decode("utf-8", "replace")
    remarks = lint_form(text, _AROUND)
    try:
        spec = UiSpec.parse(text)
    except MalformedData:
        assert remarks
        raise
    assert_well_typed(spec)
