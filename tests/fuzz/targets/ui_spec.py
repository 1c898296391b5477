"""Form descriptions. What parses is what its annotations say: the window is built from it."""

import csv
import json
import sys
from collections.abc import Iterator
from pathlib import Path

from fuzz.mutation import deep_texts, mutate_json
from fuzz.typed import assert_well_typed
from muster.formats.ui_spec import UiSpec

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
    yield from deep_texts(_spec(id="@", group="@"))
    if reference:
        csv.field_size_limit(sys.maxsize)
        with (reference / "mosip" / "ui_spec.csv").open(encoding="utf-8") as file:
            yield from (
                row["json_spec"].encode() for row in csv.DictReader(file) if row["type"].endswith("Process")
            )


def run(content: bytes) -> None:
    assert_well_typed(UiSpec.parse(content.decode("utf-8", "replace")))
