"""A deployment's files about forms, in whatever shape MOSIP hands them out, read to be looked over.

JSON: a UI specification, an ID schema, or the server's answer that holds both. CSV: the tables of MOSIP's master
data, one row a specification (``json_spec``), a schema (``schema_json``), a place or a word; what else a table
holds is left alone. Properties: MOSIP's configuration, of which the age groups and the handles are about forms.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from muster.domain.age_groups import AGE_GROUPS, AgeGroups
from muster.domain.age_groups import PROPERTY as AGE_GROUPS_PROPERTY
from muster.domain.assessment import Severity
from muster.domain.registration import Process
from muster.errors import BadInput, Code, Detail, MalformedData
from muster.formats.id_schema import ID_SCHEMA_UNREADABLE, IdSchema
from muster.formats.mosip_sync import schema_of
from muster.formats.ui_spec import UiSpec
from muster.workstation.inspection import read_file
from muster.workstation.reference import ReferenceData
from muster.workstation.served_reference import HANDLES_PROPERTY, with_configuration, with_master_data
from muster.workstation.spec_linting import Surroundings, lint_form
from muster.workstation.spec_remarks import SPEC_HANDLE_UNKNOWN, Remark, blocks, warns

SPEC_NOTHING_FOUND = Code(
    "SPEC_NOTHING_FOUND",
    "There is neither a UI specification nor an ID schema in {file}. Name MOSIP's JSON, or its table as CSV.",
)
SPEC_NOT_TEXT = Code("SPEC_NOT_TEXT", "{file} is not plain text in UTF-8. Save it as UTF-8.")

_LARGEST_CELL = 10_000_000  # a specification stands in one cell; Python's reader allows 131,072
_ENTITIES = {"hierarchy_level": "Location", "word": "BlocklistedWords"}
_COLUMNS = {
    "lang_code": "langCode", "hierarchy_level": "hierarchyLevel", "hierarchy_level_name": "hierarchyName",
    "parent_loc_code": "parentLocCode", "is_active": "isActive",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormFile:
    """``place`` is the file, and the row where it is a table."""

    place: str
    text: str


@dataclass(frozen=True, slots=True)
class SpecFiles:
    """``reference`` is the station's own with the schema and the lists of the files, where they had any; then
    ``with_places`` says that the places are theirs. ``configuration`` is by MOSIP's names."""

    forms: tuple[FormFile, ...]
    schema: IdSchema | None
    reference: ReferenceData
    with_places: bool
    configuration: Mapping[str, str]
    broken: tuple[tuple[str, Remark], ...]


def read_spec_files(paths: Iterable[Path]) -> SpecFiles:
    """Raises ``BadInput`` for a file that cannot be read at all, or that holds nothing about forms."""
    forms: list[FormFile] = []
    entities: dict[str, list[dict[str, Any]]] = {}
    configuration: dict[str, str] = {}
    schema: IdSchema | None = None
    broken: list[tuple[str, Remark]] = []
    for path in paths:
        found = _read(path)
        forms += found.forms
        configuration |= found.configuration
        for name, rows in found.entities.items():
            entities.setdefault(name, []).extend(rows)
        for text in found.schemas:
            try:
                schema = IdSchema.parse(text)
            except MalformedData:
                broken.append((path.name, blocks("$", ID_SCHEMA_UNREADABLE)))
    reference = ReferenceData.load()
    if schema is not None:
        reference = replace(reference, schema=schema)
    content = [{"name": name, "rows": rows} for name, rows in entities.items()]
    reference = with_master_data(reference, json.dumps(content).encode())
    return SpecFiles(tuple(forms), schema, reference, "Location" in entities, configuration, tuple(broken))


def reference_of(files: SpecFiles) -> ReferenceData:
    """What a station would work by that had these files from its server. Raises ``MalformedData``."""
    specs = [UiSpec.parse(each.text) for each in files.forms]
    by_process = {process: spec for spec in specs if (process := _process(spec)) is not None}
    ordered = dict(sorted(by_process.items(), key=lambda each: each[1].order))
    return replace(files.reference, ui_specs=ordered or files.reference.ui_specs)


def lint_files(
    paths: Iterable[Path], languages: tuple[str, ...], ages: AgeGroups | None = None
) -> tuple[tuple[str, Remark], ...]:
    """Everything about the files, each remark with the file (and row) it is about. ``ages`` count before those of
    a file. Raises ``BadInput``."""
    files = read_spec_files(paths)
    told = list(files.broken)
    groups = files.configuration.get(AGE_GROUPS_PROPERTY)
    if ages is None and groups:
        try:
            ages = AgeGroups.parse(groups)
        except BadInput as error:
            told.append(("", Remark(Severity.BLOCKS, AGE_GROUPS_PROPERTY, error.code, _words(error.detail))))
    told += [("", each) for each in _handles(files)]
    known = (*files.reference.levels, *map(str, files.reference.locations))
    levels = frozenset(known) if files.with_places else None
    around = Surroundings(files.schema, ages or AGE_GROUPS, languages, None, levels)
    return (*told, *((form.place, each) for form in files.forms for each in lint_form(form.text, around)))


def _handles(files: SpecFiles) -> Iterator[Remark]:
    """A field by which people are to sign in has to be marked so in the schema."""
    wanted = with_configuration(replace(files.reference, handles=()), files.configuration).handles
    for name in wanted if files.schema else ():
        known = files.schema.fields.get(name) if files.schema else None
        if known is None or not known.is_handle:
            yield warns(HANDLES_PROPERTY, SPEC_HANDLE_UNKNOWN, field=name)


def _words(detail: Detail) -> dict[str, str | int]:
    return {key: value if isinstance(value, int) else str(value) for key, value in detail.items()}


def lint_answer(content: bytes, reference: ReferenceData) -> tuple[tuple[str, Remark], ...]:
    """The forms a server sent, by name, against the schema that came with them and the lists there are. Raises
    ``MalformedData``."""
    text, version, forms = schema_of(content)
    levels = frozenset((*reference.levels, *map(str, reference.locations)))
    lists = frozenset(reference.dynamic)
    around = Surroundings(IdSchema.parse(text, version), reference.age_groups, ("eng",), lists, levels)
    return tuple((form.name, each) for form in forms for each in lint_form(form.text, around))


def _process(spec: UiSpec) -> Process | None:
    return next((each for each in Process if each.value == spec.id), None)


@dataclass(frozen=True, slots=True)
class _Found:
    forms: tuple[FormFile, ...] = ()
    schemas: tuple[str, ...] = ()
    entities: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    configuration: Mapping[str, str] = field(default_factory=dict)


def _read(path: Path) -> _Found:
    try:
        text = read_file(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(SPEC_NOT_TEXT, file=path.name) from error
    read = {".csv": _table, ".properties": _properties}.get(path.suffix.lower(), _document)
    found = read(path.name, text)
    if found == _Found():
        raise BadInput(SPEC_NOTHING_FOUND, file=path.name)
    return found


def _document(place: str, text: str) -> _Found:
    """What is no JSON is taken for a specification: what is wrong with it is then told with its place."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return _Found((FormFile(place, text),))
    if isinstance(content, dict) and isinstance(content.get("response"), dict):
        content = content["response"]
    if not isinstance(content, dict):
        return _Found()
    if "schemaJson" in content:
        told, _, forms = schema_of(json.dumps(content).encode())
        return _Found(tuple(FormFile(f"{place}: {each.name}", each.text) for each in forms), (told,))
    if "screens" in content:
        return _Found((FormFile(place, text),))
    return _Found(schemas=(text,)) if "properties" in content else _Found()


def _table(place: str, text: str) -> _Found:
    csv.field_size_limit(_LARGEST_CELL)
    try:
        rows = [{key: value for key, value in row.items() if key} for row in csv.DictReader(io.StringIO(text))]
    except csv.Error as error:
        raise BadInput(SPEC_NOTHING_FOUND, file=place) from error
    columns = set(rows[0]) if rows else set()
    forms = [
        FormFile(f"{place}, row {number}", row["json_spec"])
        for number, row in enumerate(rows, start=2)
        if str(row.get("type")).endswith("Process") and row.get("json_spec")
    ]
    schemas = tuple(row["schema_json"] for row in rows if row.get("schema_json"))
    entities = {name: _entity(rows) for column, name in _ENTITIES.items() if column in columns}
    return _Found(tuple(forms), schemas, entities)


def _properties(place: str, text: str) -> _Found:
    """Of MOSIP's registration-default.properties only what is about forms."""
    pairs = (line.partition("=") for line in text.splitlines() if not line.lstrip().startswith(("#", "!")))
    named = {name.strip(): value.strip() for name, _, value in pairs}
    return _Found(
        configuration={name: named[name] for name in (AGE_GROUPS_PROPERTY, HANDLES_PROPERTY) if name in named}
    )


def _entity(rows: Iterable[Mapping[str, str]]) -> list[dict[str, Any]]:
    """Rows as the server sends them: other names, and a flag where the table has a word."""
    named = [{_COLUMNS.get(key, key): value for key, value in row.items()} for row in rows]
    return [
        {**row, "isActive": str(row.get("isActive")).lower() in ("true", "t", "1")}
        for row in named
        if row.get("langCode")
    ]
