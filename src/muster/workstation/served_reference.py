"""The station's forms and lists out of what a server said: MOSIP's entities in our words. Pure.

What a server does not tell (the wording of the consent, a list nobody keeps) stays as the station brought it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from muster.domain.age_groups import PROPERTY as AGE_GROUPS_PROPERTY
from muster.domain.age_groups import AgeGroups
from muster.domain.registration import Process
from muster.errors import BadInput, MalformedData
from muster.formats.id_schema import IdSchema
from muster.formats.mosip_sync import SYNC_ANSWER_UNREADABLE, entities_of, schema_of
from muster.formats.ui_spec import UiSpec
from muster.workstation.reference import Choice, Choices, ReferenceData

_Row = Mapping[str, Any]


def with_schema(reference: ReferenceData, content: bytes) -> ReferenceData:
    """``reference`` with the schema and the forms of a server. Raises ``MalformedData``."""
    text, version, forms = schema_of(content)
    specs = sorted((UiSpec.parse(each.text) for each in forms), key=lambda each: each.order)
    processes = {each.value: each for each in Process}
    served = {processes[each.id]: each for each in specs if each.id in processes}
    schema = IdSchema.parse(text, version)
    return replace(reference, schema=schema, ui_specs=served if Process.NEW in served else reference.ui_specs)


def with_master_data(reference: ReferenceData, content: bytes) -> ReferenceData:
    """``reference`` with the lists of a server. Raises ``MalformedData``."""
    entities = {
        name: [row for row in rows if row.get("isActive") is not False]
        for name, rows in entities_of(content).items()
    }
    try:
        return replace(
            reference,
            dynamic={**reference.dynamic, **_dynamic(entities.get("DynamicField", []))},
            locations=_locations(entities.get("Location", [])) or reference.locations,
            document_types=_documents(entities) or reference.document_types,
            levels={**reference.levels, **_levels(entities)},
            blocklisted=_blocklisted(entities) or reference.blocklisted,
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedData(SYNC_ANSWER_UNREADABLE, part="data") from error


def with_configuration(reference: ReferenceData, configuration: Mapping[str, str]) -> ReferenceData:
    """``reference`` with what a server configures about forms. Age groups that cannot be told apart leave those
    that were there: told when the configuration comes."""
    groups, handles = configuration.get(AGE_GROUPS_PROPERTY), configuration.get(HANDLES_PROPERTY)
    if groups:
        with suppress(BadInput):
            reference = replace(reference, age_groups=AgeGroups.parse(groups))
    if handles is not None:
        names = tuple(each.strip() for each in handles.split(",") if each.strip())
        reference = replace(reference, handles=names)
    return replace(reference, region=configuration.get(_REGION, reference.region).strip().upper())


HANDLES_PROPERTY = "mosip.registration.default-selected-handle-fields"
_REGION = "muster.registration.phone_region"  # ours beside MOSIP's: "MA"


def known_machines(content: bytes) -> frozenset[str]:
    """Names of the signing keys of the centre's machines (``signKeyIndex``). Raises ``MalformedData``."""
    rows = entities_of(content).get("Machine", [])
    indexes = (row.get("signKeyIndex") for row in rows if row.get("isActive") is not False)
    return frozenset(each.lower() for each in indexes if isinstance(each, str))


def _locations(rows: Iterable[_Row]) -> dict[int, tuple[Choice, ...]]:
    """One row a place and language. The country, level 0, is nobody's choice."""
    levels: dict[int, list[_Row]] = {}
    for row in rows:
        if int(row["hierarchyLevel"]) > 0:
            levels.setdefault(int(row["hierarchyLevel"]), []).append(row)
    return {level: Choices(_choices(levels[level], "parentLocCode")) for level in sorted(levels)}


def _dynamic(rows: Iterable[_Row]) -> dict[str, tuple[Choice, ...]]:
    """One row a field and language, with all its values in it."""
    fields: dict[str, list[_Row]] = {}
    for row in rows:
        fields.setdefault(row["name"], []).extend(
            {"code": value["code"], "name": value["value"], "langCode": row["langCode"]}
            for value in row["fieldVal"]
        )
    return {name: _choices(values) for name, values in fields.items()}


def _documents(entities: Mapping[str, list[dict[str, Any]]]) -> dict[str, tuple[Choice, ...]]:
    """Types by category, joined as MOSIP joins them."""
    types = {each.code: each for each in _choices(entities.get("DocumentType", []))}
    categories: dict[str, dict[str, Choice]] = {}
    for row in entities.get("ValidDocument", []):
        if row["docTypeCode"] in types:
            categories.setdefault(row["docCategoryCode"], {})[row["docTypeCode"]] = types[row["docTypeCode"]]
    return {category: tuple(choices.values()) for category, choices in categories.items()}


def _levels(entities: Mapping[str, list[dict[str, Any]]]) -> dict[str, int]:
    """The levels' names, from their own entity or from the places themselves."""
    named = [(row, "hierarchyLevelName") for row in entities.get("LocationHierarchy", [])]
    named += [(row, "hierarchyName") for row in entities.get("Location", [])]
    return {
        row[name].casefold(): int(row["hierarchyLevel"])
        for row, name in named
        if row.get(name) and int(row["hierarchyLevel"]) > 0
    }


def _blocklisted(entities: Mapping[str, list[dict[str, Any]]]) -> dict[str, frozenset[str]]:
    """Older servers call the entity otherwise."""
    words: dict[str, set[str]] = {}
    for row in (*entities.get("BlocklistedWords", []), *entities.get("BlacklistedWords", [])):
        words.setdefault(row["langCode"], set()).add(row["word"])
    return {language: frozenset(listed) for language, listed in words.items()}


def _choices(rows: Iterable[_Row], parent: str = "") -> tuple[Choice, ...]:
    """Rows of one code in several languages are one choice."""
    labels: dict[str, dict[str, str]] = {}
    parents: dict[str, str | None] = {}
    for row in rows:
        labels.setdefault(row["code"], {})[row["langCode"]] = row["name"]
        parents.setdefault(row["code"], row.get(parent))
    return tuple(Choice(code, names, parents[code]) for code, names in labels.items())
