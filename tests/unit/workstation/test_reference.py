"""The demo country's files fit one another and the ID schema."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from muster.domain.registration import Process
from muster.errors import MalformedData
from muster.formats.id_schema import FieldType
from muster.workstation import reference
from muster.workstation.forms import build_form
from muster.workstation.reference import LANGUAGES, ReferenceData

REFERENCE = ReferenceData.load()
CODES = {language.code for language in LANGUAGES}


def test_every_field_on_a_screen_is_in_the_schema() -> None:
    shown = {field.id for screen in REFERENCE.ui_specs[Process.NEW].screens for field in screen.fields}
    assert shown <= set(REFERENCE.schema.fields)


def test_every_field_the_schema_requires_is_on_a_screen() -> None:
    shown = {field.id for screen in REFERENCE.ui_specs[Process.NEW].screens for field in screen.fields}
    required = {field.id for field in REFERENCE.schema.fields.values() if field.required}
    assert required - shown == {"IDSchemaVersion"}


def test_what_the_schema_requires_the_form_requires() -> None:
    for field in build_form(REFERENCE):
        assert field.required or not REFERENCE.schema.fields[field.id].required


def test_every_list_a_screen_asks_for_has_entries() -> None:
    lists = [field for field in build_form(REFERENCE) if field.id in ("gender", "residenceStatus", "city")]
    assert len(lists) == 3
    assert all(field.choices for field in lists)


def test_every_entry_has_a_name_in_every_language() -> None:
    entries = [
        *(choice for choices in REFERENCE.dynamic.values() for choice in choices),
        *(choice for choices in REFERENCE.locations.values() for choice in choices),
        *(choice for choices in REFERENCE.document_types.values() for choice in choices),
    ]
    assert [each.code for each in entries if set(each.labels) != CODES or not all(each.labels.values())] == []


def test_every_place_lies_in_a_place_one_level_above() -> None:
    for level, places in REFERENCE.locations.items():
        above = {place.code for place in REFERENCE.locations.get(level - 1, ())}
        assert all(place.parent in above if above else place.parent is None for place in places)


def test_every_place_but_a_postal_code_has_a_place_below_it() -> None:
    lowest = max(REFERENCE.locations)
    for level in range(1, lowest):
        parents = {place.parent for place in REFERENCE.locations[level + 1]}
        assert {place.code for place in REFERENCE.locations[level]} <= parents


def test_the_postal_codes_pass_the_schemas_own_rule() -> None:
    (rule,) = REFERENCE.schema.fields["postalCode"].validators
    assert all(re.fullmatch(rule.pattern, place.code) for place in REFERENCE.locations[5])


def test_the_consent_is_written_in_every_language() -> None:
    assert set(REFERENCE.consent) == CODES
    assert all(text.title and text.paragraphs for text in REFERENCE.consent.values())
    assert len({len(text.paragraphs) for text in REFERENCE.consent.values()}) == 1


def test_every_document_on_a_screen_is_a_document_with_types_to_choose_from() -> None:
    fields = [
        f for screen in REFERENCE.ui_specs[Process.NEW].screens for f in screen.fields if f.control == "fileupload"
    ]
    assert {REFERENCE.schema.fields[field.id].type for field in fields} == {FieldType.DOCUMENT}
    assert all(REFERENCE.document_types[field.sub_type] for field in fields)


def test_every_field_on_a_screen_has_a_label_in_every_language() -> None:
    assert all(set(field.labels) == CODES and all(field.labels.values()) for field in build_form(REFERENCE))


def test_a_schema_that_cannot_be_read_is_refused_with_a_sentence(tmp_path: Path) -> None:
    for path in (Path(reference.__file__).parent / "defaults").glob("*.json"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "id_schema.json").write_text(json.dumps({"properties": {}}))
    with pytest.raises(MalformedData) as caught:
        ReferenceData.load(tmp_path)
    assert caught.value.code.name == "ID_SCHEMA_UNREADABLE"


def test_everybody_is_told_for_how_many_days_a_face_can_be_found_again() -> None:
    for text in REFERENCE.consent.values():
        told = text.telling(30)
        assert sum("30" in each for each in told.paragraphs) == 1
        assert not any("{" in each for each in told.paragraphs)


def test_where_no_face_is_kept_nothing_is_said_of_it() -> None:
    for text in REFERENCE.consent.values():
        assert text.telling(0).paragraphs == tuple(each for each in text.paragraphs if "{days}" not in each)
        assert len(text.telling(0).paragraphs) == len(text.paragraphs) - 1


def test_who_agreed_to_thirty_days_did_not_agree_to_more() -> None:
    text = next(iter(REFERENCE.consent.values()))
    assert len({text.telling(days).version for days in (0, 30, 300)}) == 3
