"""What documents, chips, codes and pre-registrations say about the person, beside what was typed.

Rules:

1. Whatever a source said is kept as it said it (``PrefilledField``), also where nobody took it over.
2. What is typed stays. Only an empty field is filled, or one that a less sure source filled and nobody changed.
3. What is not sure enough is never filled in: it is a suggestion until somebody takes it.
4. Where a source says something else than what stands in the form there is a conflict, until somebody decides;
   what was decided stays, for the supervisor, and holds for these two values alone.

All of it is computed from what was said and what stands there, lists by the codes of their entries. Whether two
texts mean the same is decided mildly: passports know neither small letters nor accents.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from muster.domain.applicant import Demographics, DemographicValue, LocalizedText


class Origin(Enum):
    """Where a value comes from. The values are kept."""

    PASSPORT_ZONE = "passport_zone"
    CHIP = "chip"
    BARCODE = "barcode"
    PRE_REGISTRATION = "pre_registration"
    PRINTED_TEXT = "printed_text"
    PROOF = "proof"
    TYPED = "typed"
    SUGGESTED = "suggested"


_USUALLY: Mapping[Origin, float] = {
    Origin.CHIP: 0.99,  # signed by whoever issued it
    Origin.PASSPORT_ZONE: 0.95,  # under check digits
    Origin.PROOF: 0.95,
    Origin.BARCODE: 0.95,
    Origin.PRE_REGISTRATION: 0.8,  # the person's own word
    Origin.PRINTED_TEXT: 0.6,
    Origin.SUGGESTED: 0.5,  # made from another field, by transliteration
    Origin.TYPED: 1.0,
}


@dataclass(frozen=True, slots=True)
class PrefilledField:
    """What one source says of one field: a code for a list, year/month/day for a date, only the languages it
    knows for a text in several. ``confidence`` is 0..1, None where the source does not say; ``document`` the field
    of the document, the number of the pre-registration or the proof's execution. A zone too narrow for a name
    says only how it begins (``cut_off``)."""

    field: str
    value: DemographicValue
    origin: Origin
    confidence: float | None = None
    document: str = ""
    cut_off: bool = False

    @property
    def sureness(self) -> float:
        return _USUALLY[self.origin] if self.confidence is None else self.confidence


class Resolution(Enum):
    """What somebody decided where a source and the form differ."""

    TOOK_DOCUMENT = "took_document"
    KEPT_TYPED = "kept_typed"


@dataclass(frozen=True, slots=True)
class Conflict:
    """``said`` differs from what stands in the form; ``resolution`` is None until somebody decided."""

    said: PrefilledField
    standing: DemographicValue
    resolution: Resolution | None = None

    @property
    def field(self) -> str:
        return self.said.field


@dataclass(frozen=True, slots=True)
class FieldMark:
    """What is to be seen beside one field: where its value comes from (``filled``; None where it was typed or is
    empty), what says something else, and what may be taken into an empty field."""

    origin: Origin | None = None
    filled: PrefilledField | None = None
    conflicts: tuple[Conflict, ...] = ()
    suggestion: PrefilledField | None = None


Filled = Mapping[str, PrefilledField]


def marks(
    values: Demographics, said: Iterable[PrefilledField], filled: Filled, decided: Iterable[Conflict] = ()
) -> dict[str, FieldMark]:
    """By field, for those that have something to show."""
    said, decided = tuple(said), tuple(decided)
    names = dict.fromkeys((*values, *(each.field for each in said)))
    open_or_not = conflicts(values, said, decided)
    found = {
        name: FieldMark(
            _origin(name, values, filled),
            filled.get(name) if _is_untouched(name, values, filled) else None,
            tuple(each for each in open_or_not if each.field == name),
            None if _is_standing(values.get(name)) else _surest(said, name),
        )
        for name in names
    }
    return {name: mark for name, mark in found.items() if mark != FieldMark()}


def fill(
    values: Demographics, said: Iterable[PrefilledField], filled: Filled, fill_from: float
) -> tuple[Demographics, tuple[PrefilledField, ...]]:
    """``values`` with what may be filled in by rules 2 and 3, and what was. What is less sure than ``fill_from``
    is left for people to take."""
    said = tuple(said)
    after, taken = dict(values), []
    for name in dict.fromkeys(each.field for each in said):
        best = _surest(said, name)
        if best is None or best.sureness < fill_from:
            continue
        before = values.get(name)
        was = filled.get(name)
        if before is not None and was is None and _differs(best, before):
            continue  # also of a text in other languages: half of one name and half of another is nobody's
        may_replace = was is not None and _is_untouched(name, values, filled) and best.sureness > was.sureness
        value = _taken_over(None if may_replace and best.value != before else before, best.value)
        if value is not None and value != before:
            after[name] = value
            taken.append(best)
    return after, tuple(taken)


def _taken_over(standing: DemographicValue | None, value: DemographicValue) -> DemographicValue | None:
    """``value`` where nothing stands, language by language; None where there is nothing to be filled."""
    if isinstance(standing, LocalizedText) and isinstance(value, LocalizedText):
        there = {code: text for code, text in standing.values if text.strip()}
        more = {code: text for code, text in value.values if code not in there and text.strip()}
        return LocalizedText((*there.items(), *more.items())) if more else None
    if standing is not None and _is_standing(standing):
        return None
    return value if _is_standing(value) else None


def conflicts(
    values: Demographics, said: Iterable[PrefilledField], decided: Iterable[Conflict] = ()
) -> tuple[Conflict, ...]:
    """Where a source says something else than what stands there, the surest first. What was decided holds while
    both still say what they said then."""
    decided = tuple(decided)
    differing = (each for each in said if (here := values.get(each.field)) is not None and _differs(each, here))
    found = [
        Conflict(each, values[each.field], _decision(each, values[each.field], decided)) for each in differing
    ]
    return tuple(sorted(found, key=lambda each: -each.said.sureness))


def _decision(
    said: PrefilledField, standing: DemographicValue, decided: tuple[Conflict, ...]
) -> Resolution | None:
    same = (each for each in decided if each.said.field == said.field and each.said.value == said.value)
    return next((each.resolution for each in same if _same(each.standing, standing)), None)


def _differs(said: PrefilledField, standing: DemographicValue) -> bool:
    """Whether both cannot be meant by one and the same: letters, accents, order of words and commas apart."""
    if isinstance(said.value, str) and isinstance(standing, str):
        return bool(standing.strip()) and not _means(said.value, standing, cut_off=said.cut_off)
    here = dict(standing.values) if isinstance(standing, LocalizedText) else {"": standing}
    there = dict(said.value.values) if isinstance(said.value, LocalizedText) else {"": said.value}
    both = [(text, here[code]) for code, text in there.items() if here.get(code, "").strip() and text.strip()]
    return any(not _means(text, other, cut_off=said.cut_off) for text, other in both)


def _origin(name: str, values: Demographics, filled: Filled) -> Origin | None:
    if not _is_standing(values.get(name)):
        return None
    return filled[name].origin if _is_untouched(name, values, filled) else Origin.TYPED


def _is_untouched(name: str, values: Demographics, filled: Filled) -> bool:
    """Whether the field still says what was filled in."""
    was, value = filled.get(name), values.get(name)
    if was is None or value is None or not _is_standing(value):
        return False
    if isinstance(was.value, LocalizedText) and isinstance(value, LocalizedText):
        here = dict(value.values)
        return all(here.get(code, "") == text for code, text in was.value.values)
    return was.value == value


def _surest(said: Iterable[PrefilledField], name: str) -> PrefilledField | None:
    """Of the equally sure ones the last."""
    found: PrefilledField | None = None
    for each in said:
        if each.field == name and (found is None or each.sureness >= found.sureness):
            found = each
    return found


def _is_standing(value: DemographicValue | None) -> bool:
    if isinstance(value, LocalizedText):
        return any(text.strip() for _, text in value.values)
    return bool(value and value.strip())


def _same(one: DemographicValue, other: DemographicValue) -> bool:
    if isinstance(one, LocalizedText) and isinstance(other, LocalizedText):
        return _written(one) == _written(other)
    return one == other


def _written(value: LocalizedText) -> dict[str, str]:
    return {code: text for code, text in value.values if text.strip()}


# --- whether two texts mean the same -----------------------------------------------------------------------------

# What states write for letters that a zone has not (Doc 9303-3, section 6); where there are two ways, both count.
_IN_ZONES = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "œ": "oe", "ß": "ss", "þ": "th", "ð": "d",
     "ĳ": "ij", "ł": "l", "đ": "d", "ı": "i", "ħ": "h", "ŧ": "t"}
)  # fmt: skip
_WITHOUT_SIGNS = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ß": "ss", "ł": "l", "đ": "d", "ı": "i", "ð": "d"})
_WORDS = re.compile(r"[^\W_]+")


def _means(said: str, standing: str, *, cut_off: bool) -> bool:
    for one in _spellings(said):
        for other in _spellings(standing):
            if "".join(one) == "".join(other) or (Counter(one) == Counter(other) and _is_of_letters(one)):
                return True
            if cut_off and "".join(other).startswith("".join(one)):
                return True
    return False


def _is_of_letters(words: list[str]) -> bool:
    """Names may stand in another order, the parts of a date may not."""
    return all(each.isalpha() for each in words)


def _spellings(text: str) -> Iterator[list[str]]:
    small = unicodedata.normalize("NFC", text).casefold()
    for letters in (small.translate(_IN_ZONES), small.translate(_WITHOUT_SIGNS)):
        apart = unicodedata.normalize("NFKD", letters)
        yield _WORDS.findall("".join(each for each in apart if not unicodedata.combining(each)))
