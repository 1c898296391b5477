"""What a CBEFF file must be before MOSIP takes it, beyond the published schema (``cbeff_schema``).

``rule_problems`` is MOSIP's ``CbeffValidator`` and the first half of its signature validator, which look at
the children of the root only, and what no honest writer says: an index that stands twice, an exception with a
record, a number of attempts that is no number. Whether a signature is right is not asked here.

Files of 1.1.5 have neither ``others`` nor signatures, and nothing is wrong with that (``is_of_1_1_5``).

Nothing is raised, whatever the tree holds. Problems name the place, never the text that stands there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from muster.errors import Code
from muster.formats.cbeff import EXCEPTION, FORCE_CAPTURED, RETRIES, SDK_SCORE, read_children
from muster.formats.cbeff_schema import BLANK, CbeffProblem, read_score, tag

CBEFF_RECORD_ABSENT = Code(
    "CBEFF_RECORD_ABSENT", "A sample in the biometric file has no record and is not marked as an exception."
)
CBEFF_INFO_ABSENT = Code("CBEFF_INFO_ABSENT", "A sample in the biometric file has no description.")
CBEFF_TYPE_ABSENT = Code("CBEFF_TYPE_ABSENT", "A sample in the biometric file does not say what was captured.")
CBEFF_FORMAT_WRONG = Code(
    "CBEFF_FORMAT_WRONG", "A sample in the biometric file names a format that does not fit what was captured."
)
CBEFF_OTHERS_ABSENT = Code(
    "CBEFF_OTHERS_ABSENT", "A sample in the biometric file lacks the list of how it was captured."
)
CBEFF_INDEX_TWICE = Code("CBEFF_INDEX_TWICE", "Two samples in the biometric file have the same index.")
CBEFF_EXCEPTION_WITH_RECORD = Code(
    "CBEFF_EXCEPTION_WITH_RECORD",
    "A sample in the biometric file is marked as an exception, and has a record all the same.",
)
CBEFF_OTHERS_WRONG = Code(
    "CBEFF_OTHERS_WRONG", "What the biometric file says of how a sample was captured has a wrong form."
)

# BDBInfo Format/Type that CbeffValidator takes for each Type; 2 is finger minutiae.
FORMATS: Mapping[str, frozenset[str]] = {
    "Finger": frozenset({"7", "2"}),
    "Iris": frozenset({"9"}),
    "Face": frozenset({"8"}),
    "ExceptionPhoto": frozenset({"8"}),
}

# Empty text is met everywhere and says nothing.
_FLAG = re.compile("(?i:true|false)?")
_OTHERS: Mapping[str, re.Pattern[str]] = {
    EXCEPTION: _FLAG,
    FORCE_CAPTURED: _FLAG,
    RETRIES: re.compile("[0-9]{0,9}"),
    SDK_SCORE: re.compile("(-?[0-9]+([.][0-9]+)?(E-?[0-9]+)?)?"),  # as Java writes a double
}


@dataclass(frozen=True, slots=True)
class SampleFacts:
    """What a child BIR says about itself; ``quality`` is nothing when there is no usable score."""

    type: str
    subtype: str
    quality: int | None
    format: str
    is_exception: bool


def is_of_1_1_5(root: etree._Element) -> bool:
    """Whether nothing in the file claims to be newer than 1.1.5, whose schema has no ``others``, no photos of
    exceptions, and whose client wrote no ``SB``."""
    newer = (tag("others"), tag("SB"))
    children = list(read_children(root))
    if any(element.find(name) is not None for element in (root, *children) for name in newer):
        return False
    return not any(sample_facts(child).type == "ExceptionPhoto" for child in children)


def rule_problems(root: etree._Element) -> Iterator[CbeffProblem]:
    """What is wrong in the samples although the schema allows it."""
    needs_others = not is_of_1_1_5(root)
    seen: set[str] = set()
    for number, child in enumerate(read_children(root), 1):
        place = f"BIR[{number}]"
        yield from _sample_problems(child, place)
        if needs_others and child.find(tag("others")) is None:
            yield CbeffProblem(CBEFF_OTHERS_ABSENT, place)
        for key, text in _entries(child).items():
            if key in _OTHERS and not _OTHERS[key].fullmatch(text.strip()):
                yield CbeffProblem(CBEFF_OTHERS_WRONG, f"{place}/others/{key}")
        # The same UUID in either case; packet_meta_info.json names samples by it (birindex).
        index = _below(child.find(tag("BDBInfo")), "Index").lower()
        if index in seen:
            yield CbeffProblem(CBEFF_INDEX_TWICE, f"{place}/BDBInfo/Index")
        if index:
            seen.add(index)


def _sample_problems(child: etree._Element, place: str) -> Iterator[CbeffProblem]:
    facts = sample_facts(child)
    has_record = bool(_text_of(child.find(tag("BDB"))).strip(BLANK))
    if facts.is_exception and has_record:
        yield CbeffProblem(CBEFF_EXCEPTION_WITH_RECORD, f"{place}/BDB")
    if not facts.is_exception and not has_record:
        yield CbeffProblem(CBEFF_RECORD_ABSENT, place)
    if child.find(tag("BDBInfo")) is None:
        yield CbeffProblem(CBEFF_INFO_ABSENT, place)
    elif not facts.type:
        yield CbeffProblem(CBEFF_TYPE_ABSENT, place)
    # As MOSIP does, by the first word of the list.
    elif facts.format not in FORMATS.get(facts.type.split()[0], frozenset()):
        yield CbeffProblem(CBEFF_FORMAT_WRONG, place)


def sample_facts(element: etree._Element) -> SampleFacts:
    info = element.find(tag("BDBInfo"))
    return SampleFacts(
        type=_below(info, "Type"),
        subtype=_below(info, "Subtype"),
        quality=read_score(_below(info, "Quality", "Score")),
        format=_below(info, "Format", "Type"),
        is_exception=_entries(element).get(EXCEPTION, "").lower() == "true",
    )


def _entries(element: etree._Element) -> dict[str, str]:
    entries = element.findall(f"{tag('others')}/{tag('entry')}")
    return {entry.get("key", ""): _text_of(entry) for entry in entries}


def _text_of(element: etree._Element | None) -> str:
    return "" if element is None else element.text or ""


def _below(element: etree._Element | None, *path: str) -> str:
    """The text at ``path`` below ``element``, without white space around it."""
    found = None if element is None else element.find("/".join(tag(name) for name in path))
    return _text_of(found).strip()
