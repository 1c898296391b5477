"""From the words of documents to the fields of the form: ``prefill.json``, which a deployment replaces by its own.

::

    {"fields": {"fullName": ["full_name", "given_names surname"], ...},  the first of them that are there
     "codes": {"sex": {"F": ["FLE", "Female"], ...}},                    entries of its list, by code or name
     "documents": {"passport": ["DOC001", "Passport"], ...},             kinds of documents, by code or name
     "labels": {"surname": ["family name", "nom"], ...}}                 how forms print what stands beside it

A field is named by its id. A text goes into the languages that are written in its letters; the others are left to
transliteration. A place that is found brings the places it lies in.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from muster.domain.applicant import DemographicValue, LocalizedText
from muster.domain.prefill import PrefilledField
from muster.errors import Code, MalformedData
from muster.workstation.forms import FieldKind, FormField
from muster.workstation.prefill_words import DATES, DocumentKind, SourceWords, Told, Word, day_in
from muster.workstation.reference import LANGUAGES, Choice

PREFILL_MAPPING_UNREADABLE = Code(
    "PREFILL_MAPPING_UNREADABLE",
    "The file that says which field a document fills in cannot be read. Ask your administrator.",
)

_DEFAULT = Path(__file__).parent / "defaults" / "prefill.json"
_LISTS = (FieldKind.CHOICE, FieldKind.LOCALIZED_CHOICE)

Languages = Collection[str]


@dataclass(frozen=True, slots=True)
class PrefillMapping:
    fields: Mapping[str, tuple[tuple[Word, ...], ...]]
    codes: Mapping[Word, Mapping[str, tuple[str, ...]]]
    documents: Mapping[DocumentKind, tuple[str, ...]]
    labels: Mapping[Word, tuple[str, ...]]

    @classmethod
    def load(cls, path: Path = _DEFAULT) -> PrefillMapping:
        """Raises ``MalformedData``."""
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            return cls(
                {
                    name: tuple(tuple(map(Word, each.split())) for each in ways)
                    for name, ways in content["fields"].items()
                },
                {
                    Word(word): {said: tuple(map(str, codes)) for said, codes in entries.items()}
                    for word, entries in content["codes"].items()
                },
                {DocumentKind(kind): tuple(map(str, names)) for kind, names in content["documents"].items()},
                {Word(word): tuple(map(str, names)) for word, names in content["labels"].items()},
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MalformedData(PREFILL_MAPPING_UNREADABLE) from error

    def fields_of(
        self, source: SourceWords, form: Iterable[FormField], languages: Languages, document: str = ""
    ) -> tuple[PrefilledField, ...]:
        """What ``source`` says of the form's fields, in its order, and the places above a place."""
        fields = {each.id: each for each in form}
        found = [
            said
            for each in fields.values()
            if (said := self._field(source, each, languages, document)) is not None
        ]
        return (*found, *_places_above(found, fields))

    def type_of(self, kind: DocumentKind, types: Sequence[Choice]) -> str | None:
        """The code of the first type that such a document is."""
        return next((each.code for name in self.documents.get(kind, ()) for each in _meant(types, name)), None)

    def _field(
        self, source: SourceWords, field: FormField, languages: Languages, document: str
    ) -> PrefilledField | None:
        own = source.fields.get(field.id) or source.fields.get(_plain(field.id))
        told = self._own(own, field, languages) if own else None
        told = told or self._worded(source, field, languages)
        if told is None:
            return None
        value, how = told
        return PrefilledField(field.id, value, source.origin, how.confidence, document, how.cut_off)

    def _worded(
        self, source: SourceWords, field: FormField, languages: Languages
    ) -> tuple[DemographicValue, Told] | None:
        for words in self.fields.get(field.id, ()):
            told = [source.words[word] for word in words if word in source.words]
            if len(told) < len(words):
                continue
            whole = Told(
                " ".join(each.text for each in told),
                min(each.confidence for each in told),
                any(each.cut_off for each in told),
            )
            value = self._value(whole.text, words[0], field, languages)
            if value is not None:
                return value, whole
        return None

    def _own(
        self, texts: Mapping[str, str], field: FormField, languages: Languages
    ) -> tuple[DemographicValue, Told] | None:
        """A field that the source calls as the form does."""
        word = next((words[0] for words in self.fields.get(field.id, ())), None)
        by_language = {code: text.strip() for code, text in texts.items() if code in languages and text.strip()}
        told = Told("", _OWN_WORDS)
        if field.kind is FieldKind.LOCALIZED and by_language:
            return LocalizedText(tuple(by_language.items())), told
        text = next((text for text in (*by_language.values(), *texts.values()) if text.strip()), "")
        value = self._value(text, word, field, languages) if text else None
        return None if value is None else (value, told)

    def _value(
        self, text: str, word: Word | None, field: FormField, languages: Languages
    ) -> DemographicValue | None:
        """``text`` as the field has it; None where it does not fit."""
        if field.kind is FieldKind.DATE or word in DATES:
            day = day_in(text)
            return f"{day:%Y/%m/%d}" if day else None
        if field.kind in _LISTS:
            names = self.codes.get(word, {}).get(text, (text,)) if word else (text,)
            meant = {each.code: each for name in names for each in _meant(field.choices, name)}
            return next(iter(meant)) if len(meant) == 1 or (meant and len(names) > 1) else None
        if field.kind is FieldKind.LOCALIZED:
            written = [code for code in languages if _SCRIPTS.get(code) == script_of(text)]
            return LocalizedText(tuple((code, text) for code in written)) if written else None
        return text


_OWN_WORDS = 0.75
_SCRIPTS = {each.code: each.script for each in LANGUAGES}
_NAMES_OF_SCRIPTS = {
    "LATIN": "Latn",
    "ARABIC": "Arab",
    "DEVANAGARI": "Deva",
    "ETHIOPIC": "Ethi",
    "CYRILLIC": "Cyrl",
    "GREEK": "Grek",
}


def script_of(text: str) -> str:
    """ISO 15924 of the letters, Latin where there are none; empty where they are of several, or of one that no
    language here has."""
    names = {unicodedata.name(each, "").split(" ")[0] for each in text if each.isalpha()}
    scripts = {_NAMES_OF_SCRIPTS.get(each, "") for each in names} or {"Latn"}
    return scripts.pop() if len(scripts) == 1 else ""


def _meant(choices: Iterable[Choice], name: str) -> list[Choice]:
    """By code, or by name in any language, small and large letters alike."""
    wanted = name.casefold().strip()
    return [
        each
        for each in choices
        if wanted == each.code.casefold() or wanted in (label.casefold() for label in each.labels.values())
    ]


def _places_above(found: Sequence[PrefilledField], fields: Mapping[str, FormField]) -> Iterator[PrefilledField]:
    there = {each.field for each in found}
    for said in found:
        here = said
        while (parent := fields[here.field].parent) is not None and parent in fields and parent not in there:
            above = next((each.parent for each in fields[here.field].choices if each.code == here.value), None)
            if above is None:
                break
            here = PrefilledField(parent, above, said.origin, said.confidence, said.document)
            there.add(parent)
            yield here


def _plain(name: str) -> str:
    return "".join(each for each in name.lower() if each.isalnum())


def in_codes(values: Mapping[str, DemographicValue], form: Iterable[FormField]) -> dict[str, DemographicValue]:
    """``values`` with the entries of lists by their codes, as the form's page has them and as sources say them."""
    fields = {each.id: each for each in form}
    return {name: _code(value, fields.get(name)) for name, value in values.items()}


def _code(value: DemographicValue, field: FormField | None) -> DemographicValue:
    if field is None or field.kind not in _LISTS:
        return value
    texts = dict(value.values) if isinstance(value, LocalizedText) else {"": value}
    meant = (
        choice.code
        for choice in field.choices
        for language, text in texts.items()
        if text and text in (choice.code, *([choice.labels.get(language)] if language else choice.labels.values()))
    )
    return next(meant, "" if isinstance(value, LocalizedText) else value)
