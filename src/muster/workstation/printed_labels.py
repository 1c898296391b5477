"""What a printed form says: labels it is known to print, and the values beside or below them.

Never silently trusted. The networks lose accents and mistake letters with great sureness, so names and addresses
stay suggestions; a date that could be read either way round does as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from muster.analysis.printed_text import TextLine
from muster.domain.prefill import Origin
from muster.workstation.prefill_words import DATES, NAMES, SourceWords, Told, Word, in_our_form, title_cased

_TRUSTED: Mapping[Word, float] = {
    Word.SEX: 0.85,
    Word.POSTAL_CODE: 0.8,
    Word.PHONE: 0.8,
    **dict.fromkeys(DATES, 0.88),
}
_OTHERWISE = 0.65
_EITHER_WAY = 0.8
_SURE_FROM = 0.5
_FAR = 14.0  # heights of a line between a label and what stands beside it
_BELOW = 2.2
_DATE = re.compile(r"[0-9]{1,4}\s?[-/.]\s?[0-9]{1,2}\s?[-/.]\s?[0-9]{2,4}")
# With full stops the day comes first wherever they are used.
_AMBIGUOUS = re.compile(r"(0?[1-9]|1[0-2])\s?[-/]\s?(0?[1-9]|1[0-2])\s?[-/]\s?[0-9]{4}")

Labels = Mapping[Word, Iterable[str]]


@dataclass(frozen=True, slots=True)
class _Label:
    """A line that is a label; ``rest`` is what follows on the same line."""

    word: Word
    line: TextLine
    rest: str


def of_printed(lines: Sequence[TextLine], labels: Labels) -> SourceWords:
    """Of several places that say the same kind of thing the first counts."""
    known = {_plain(name): word for word, names in labels.items() for name in names}
    found = [label for line in lines if line.sureness >= _SURE_FROM for label in _label(line, known)]
    taken = {id(each.line) for each in found}
    others = [each for each in lines if id(each) not in taken and each.sureness >= _SURE_FROM]
    words: dict[Word, Told] = {}
    for label in found:
        if label.word not in words and (told := _value(label, others)) is not None:
            words[label.word] = told
    return SourceWords(Origin.PRINTED_TEXT, words)


def _label(line: TextLine, known: Mapping[str, Word]) -> Iterator[_Label]:
    """``Surname``, ``Surname / Nom``, ``Surname: Mustermann``."""
    head, colon, rest = line.text.partition(":")
    words = [known[plain] for part in re.split(r"[/|]", head) if (plain := _plain(part)) in known]
    if words and (colon or len(words) == len([part for part in re.split(r"[/|]", head) if _plain(part)])):
        yield _Label(words[0], line, rest.strip())


def _value(label: _Label, others: Sequence[TextLine]) -> Told | None:
    if label.rest:
        return _told(label.word, label.rest, label.line.sureness)
    line = _beside(label.line, others) or _below(label.line, others)
    return _told(label.word, line.text, min(line.sureness, label.line.sureness)) if line else None


def _beside(label: TextLine, others: Sequence[TextLine]) -> TextLine | None:
    """The nearest on the same row; forms written from the right have it on the left."""
    row = [each for each in others if abs(each.middle - label.middle) < 0.6 * max(label.height, each.height)]
    gaps = [(max(each.left - label.right, label.left - each.right), each) for each in row]
    near = [(gap, each) for gap, each in gaps if -label.height < gap < _FAR * label.height]
    return min(near, key=lambda each: each[0])[1] if near else None


def _below(label: TextLine, others: Sequence[TextLine]) -> TextLine | None:
    under = [
        each
        for each in others
        if 0 < each.middle - label.middle < _BELOW * max(label.height, each.height)
        and min(each.right, label.right) > max(each.left, label.left)
    ]
    return min(under, key=lambda each: each.middle) if under else None


def _told(word: Word, text: str, sureness: float) -> Told | None:
    sure = sureness * _TRUSTED.get(word, _OTHERWISE)
    if word in DATES:
        found = _DATE.search(text)
        if found is None:
            return None
        if _AMBIGUOUS.fullmatch(found[0]):
            sure *= _EITHER_WAY
        text = re.sub(r"\s", "", found[0])
    plain = in_our_form(word, text.strip(" .:-_"))
    if word in NAMES and plain.isupper():
        plain = title_cased(plain)
    return Told(plain, sure) if plain else None


def _plain(text: str) -> str:
    """Letters and digits alone: the networks lose accents and spaces."""
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in apart if each.isalnum())
