"""The files a deployment brings: ID schema, form description, master data, consent wording.

The defaults beside this module were written for the demo country; a deployer replaces them with MOSIP's
own files of the same form. Everything here is read once, at the first use.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from muster.domain.age_groups import AGE_GROUPS, AgeGroups
from muster.domain.registration import Process
from muster.errors import MalformedData
from muster.formats.id_schema import IdSchema
from muster.formats.ui_spec import UI_SPEC_UNREADABLE, UiSpec

_DEFAULTS = Path(__file__).parent / "defaults"
_DAYS = "{days}"

Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a list: its code, its names by language, and the entry it hangs on, if any."""

    code: str
    labels: Labels
    parent: str | None = None


class Choices(tuple[Choice, ...]):
    """The entries of a list in their order, found by code or name without going through all of them: there are
    countries with a hundred thousand places."""

    @classmethod
    def of(cls, listed: Iterable[Choice]) -> Choices:
        """The same one again where it is one already, with its index."""
        return listed if isinstance(listed, Choices) else cls(listed)

    @cached_property
    def _by_text(self) -> Mapping[str, tuple[Choice, ...]]:
        found: dict[str, dict[int, Choice]] = {}
        for place, choice in enumerate(self):
            for text in (choice.code, *choice.labels.values()):
                found.setdefault(text, {})[place] = choice
        return {text: tuple(entries.values()) for text, entries in found.items()}

    def meant(self, text: str, language: str | None = None) -> list[Choice]:
        """The entries meant by ``text``: by code, or by name (in ``language`` where one is given)."""
        return [
            choice
            for choice in self._by_text.get(text, ())
            if language is None or text in (choice.code, choice.labels.get(language))
        ]


@dataclass(frozen=True, slots=True)
class Language:
    """ISO 639-2 code, the language's own name, its script (ISO 15924), and whether it runs from the right."""

    code: str
    name: str
    script: str = "Latn"
    right_to_left: bool = False


LANGUAGES = (
    Language("eng", "English"),
    Language("fra", "Français"),
    Language("ara", "العربية", "Arab", right_to_left=True),
    Language("hin", "हिन्दी", "Deva"),
)


def is_right_to_left(code: str) -> bool:
    """Whether the language of that code runs from the right; an unknown one does not."""
    return any(language.right_to_left for language in LANGUAGES if language.code == code)


def label_in(labels: Labels, language: str, otherwise: str) -> str:
    """The label in ``language``, else in English, else ``otherwise`` (a code)."""
    return labels.get(language) or labels.get("eng") or otherwise


@dataclass(frozen=True, slots=True)
class ConsentText:
    """What is read to the person. A paragraph with ``{days}`` in it is about the template of the face that is kept
    at this station."""

    version: str
    title: str
    paragraphs: tuple[str, ...]

    def telling(self, days: int) -> ConsentText:
        """The wording where a template is kept for so many days (0: none is, and nothing is said of it). They
        belong to the version: who agreed to thirty did not agree to three hundred."""
        told = tuple(each.replace(_DAYS, str(days)) for each in self.paragraphs if days or _DAYS not in each)
        return replace(self, version=f"{self.version}/{days}", paragraphs=told)


@dataclass(frozen=True, slots=True)
class ReferenceData:
    """``ui_specs`` by process in the order a station offers them, ``dynamic`` lists by field id, ``locations`` by
    level of the hierarchy, ``document_types`` by category (POI, POA).

    ``levels`` are the levels' numbers by their names in any language, small letters: MOSIP's forms say ``Region``,
    not 1. ``blocklisted`` are words by language. ``rule_sentences`` is what a deployment says about a broken rule,
    by the rule's code and language. ``handles`` are the fields people sign in by elsewhere, unless they say
    otherwise. ``region`` (ISO 3166, two letters) is where telephone numbers without a country belong; empty where
    nobody said it.
    """

    schema: IdSchema
    ui_specs: Mapping[Process, UiSpec]
    dynamic: Mapping[str, tuple[Choice, ...]]
    locations: Mapping[int, tuple[Choice, ...]]
    document_types: Mapping[str, tuple[Choice, ...]]
    consent: Mapping[str, ConsentText]
    levels: Mapping[str, int] = field(default_factory=dict)
    blocklisted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    rule_sentences: Mapping[str, Labels] = field(default_factory=dict)
    age_groups: AgeGroups = AGE_GROUPS
    handles: tuple[str, ...] = ("email", "phone")  # MOSIP's default-selected-handle-fields
    region: str = ""

    @classmethod
    def load(cls, folder: Path = _DEFAULTS) -> ReferenceData:
        master = json.loads((folder / "master_data.json").read_text(encoding="utf-8"))
        consent = json.loads((folder / "consent.json").read_text(encoding="utf-8"))
        levels = sorted({int(each["level"]) for each in master["locations"]})
        return cls(
            schema=IdSchema.parse((folder / "id_schema.json").read_text(encoding="utf-8")),
            ui_specs={
                _process(spec): spec
                for spec in sorted(
                    (UiSpec.parse(path.read_text(encoding="utf-8")) for path in folder.glob("ui_spec*.json")),
                    key=lambda spec: spec.order,
                )
            },
            dynamic=_choices_by_name(master["dynamic"]),
            locations={
                level: Choices(_choice(each) for each in master["locations"] if int(each["level"]) == level)
                for level in levels
            },
            document_types=_choices_by_name(master["documentTypes"]),
            consent={
                language: ConsentText(consent["version"], text["title"], tuple(text["paragraphs"]))
                for language, text in consent["languages"].items()
            },
            levels={
                name.casefold(): int(level)
                for level, names in master.get("locationLevels", {}).items()
                for name in names.values()
            },
            blocklisted={
                language: frozenset(words) for language, words in master.get("blocklistedWords", {}).items()
            },
            rule_sentences=master.get("ruleSentences", {}),
        )


def _process(spec: UiSpec) -> Process:
    try:
        return Process(spec.id)
    except ValueError as error:
        raise MalformedData(UI_SPEC_UNREADABLE) from error


def _choices_by_name(content: Mapping[str, Any]) -> Mapping[str, tuple[Choice, ...]]:
    return {name: tuple(_choice(each) for each in entries) for name, entries in content.items()}


def _choice(content: Mapping[str, Any]) -> Choice:
    return Choice(content["code"], dict(content["names"]), content.get("parent"))
