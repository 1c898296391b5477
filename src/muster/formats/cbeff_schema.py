"""MOSIP's CBEFF schema (section 5 of the packet notes) as tables: which children, in which order, with which text.

``schema_problems`` gives the verdict a schema processor gives, with three differences that are meant:

* ``xsi:type`` is refused. The schema allows it where it repeats the declared type; nobody writes it.
* libxml2 skips what is not base64 inside base64Binary; the standard (XSD part 2, 3.2.16) and we refuse it.
* libxml2 refuses white space around a dateTime; the standard (4.3.6, collapse) and we accept it.

Nothing is raised, whatever the tree holds. Problems name the place, never the text that stands there.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from muster.errors import Code, Detail

CBEFF_ELEMENT_UNEXPECTED = Code(
    "CBEFF_ELEMENT_UNEXPECTED",
    "The biometric file has a part that does not belong there, stands in the wrong order or stands twice.",
)
CBEFF_ELEMENT_MISSING = Code("CBEFF_ELEMENT_MISSING", "The biometric file lacks a part its schema demands.")
CBEFF_TEXT_UNEXPECTED = Code("CBEFF_TEXT_UNEXPECTED", "The biometric file has text where only parts may stand.")
CBEFF_ATTRIBUTE_WRONG = Code(
    "CBEFF_ATTRIBUTE_WRONG", "A part of the biometric file has an attribute it must not have."
)
CBEFF_KEY_MISSING = Code("CBEFF_KEY_MISSING", "An entry of the biometric file does not say what it is about.")
CBEFF_NUMBER_WRONG = Code("CBEFF_NUMBER_WRONG", "A number in the biometric file is not one.")
CBEFF_SCORE_WRONG = Code("CBEFF_SCORE_WRONG", "A quality in the biometric file is not a number from 0 to 100.")
CBEFF_FLAG_WRONG = Code("CBEFF_FLAG_WRONG", "A yes or no in the biometric file is neither.")
CBEFF_TIME_WRONG = Code("CBEFF_TIME_WRONG", "A time in the biometric file is not one.")
CBEFF_BASE64_WRONG = Code("CBEFF_BASE64_WRONG", "Encoded data in the biometric file is damaged.")
CBEFF_INDEX_WRONG = Code("CBEFF_INDEX_WRONG", "An index in the biometric file does not have the form of a UUID.")
CBEFF_WORD_WRONG = Code("CBEFF_WORD_WRONG", "The biometric file uses a word that its schema does not know.")

NAMESPACE = "http://standards.iso.org/iso-iec/19785/-3/ed-2/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
NIL = f"{{{XSI}}}nil"
BLANK = " \t\r\n"

_ANYWHERE = frozenset({NIL, f"{{{XSI}}}schemaLocation", f"{{{XSI}}}noNamespaceSchemaLocation"})
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class CbeffProblem:
    """What is wrong and where: ``BIR[2]/BDBInfo/Quality/Score``, empty for the root itself."""

    code: Code
    place: str
    detail: Detail = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return self.code.say(self.detail)


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def schema_problems(root: etree._Element) -> Iterator[CbeffProblem]:
    """Where the tree below a root BIR departs from the schema; of one element, its children's order first."""
    # A stack, not recursion: BIRs may be nested deeper than Python's calls.
    waiting: list[_Matched] = [(root, _BIR, _Place())]
    while waiting:
        element, form, place = waiting.pop()
        yield from _attribute_problems(element, form, place)
        if form.is_nillable and read_flag(element.get(NIL, "")):
            if len(element) or element.text:
                yield place.problem(CBEFF_TEXT_UNEXPECTED)
        elif isinstance(form, _Text):
            yield from (place.problem(CBEFF_ELEMENT_UNEXPECTED, _local_name(child)) for child in element)
            if not form.is_right(element.text or ""):
                yield place.problem(form.code)
        else:
            if any(text.strip(BLANK) for text in (element.text or "", *(child.tail or "" for child in element))):
                yield place.problem(CBEFF_TEXT_UNEXPECTED)
            below: list[_Matched] = []
            for each in _match(element, form, place):
                if isinstance(each, CbeffProblem):
                    yield each
                else:
                    below.append(each)
            waiting += reversed(below)


def _local_name(element: etree._Element) -> str:
    return etree.QName(element).localname[:_LONGEST_NAME]


# What text may be (XSD part 2; white space is collapsed where the standard's type says so)


def _collapsed(text: str) -> str:
    return text.strip(BLANK)


def _words(text: str) -> list[str]:
    return [word for word in re.split(f"[{BLANK}]", text) if word]


def _is_anything(_: str) -> bool:
    return True


_UNSIGNED = re.compile(r"\+?0*([0-9]{1,10})|-0+")


def read_unsigned(text: str, limit: int = 2**32 - 1) -> int | None:
    """The number an unsignedInt stands for; nothing when it is none, or above ``limit``."""
    found = _UNSIGNED.fullmatch(_collapsed(text))
    number = int(found[1] or 0) if found else limit + 1
    return number if number <= limit else None


def read_score(text: str) -> int | None:
    return read_unsigned(text, 100)


def read_flag(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(_collapsed(text))


def _is_base64(text: str) -> bool:
    packed = "".join(_words(text))
    digits = packed.rstrip("=")
    padding = len(packed) - len(digits)
    if len(packed) % 4 or padding > 2 or not re.fullmatch("[A-Za-z0-9+/]*", digits):
        return False
    # Bits behind the last octet must be zero (3.2.16).
    return digits[-1:] in {0: digits[-1:], 1: "AEIMQUYcgkosw048", 2: "AQgw"}[padding]


_TIME = re.compile(
    r"(-?)([1-9][0-9]{4,16}|[0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"T(?:(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
    r"(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
)


def _is_time(text: str) -> bool:
    found = _TIME.fullmatch(_collapsed(text))
    if found is None:
        return False
    year, month, day = int(found[2]), int(found[3]), int(found[4])
    # In XSD 1.0 there is no year 0; -0004 is a leap year.
    return year > 0 and 1 <= month <= 12 and 1 <= day <= _days(year, month)


_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def _days(year: int, month: int) -> int:
    return 29 if month == 2 and calendar.isleap(year) else _DAYS[month - 1]


def _is_one_of(*words: str) -> Callable[[str], bool]:
    return lambda text: text in words


def _is_list_of(*choices: frozenset[str]) -> Callable[[str], bool]:
    """White space between words; all of them from the same one of ``choices``."""
    return lambda text: any(choice.issuperset(_words(text)) for choice in choices)


# The schema. "Ear " ends in a blank in the published list, so no list of words can ever hold it.

_TYPES = frozenset(
    {
        "Scent", "DNA", "Face", "Finger", "Foot", "HandGeometry", "Vein", "Iris", "Retina", "Voice", "Gait",
        "Keystroke", "LipMovement", "SignatureSign", "Palm", "BackOfHand", "Wrist", "ExceptionPhoto",
    }
)  # fmt: skip
_SUBTYPES = frozenset({"Left", "Right", "Thumb", "IndexFinger", "MiddleFinger", "RingFinger", "LittleFinger"})
_VEINS = frozenset({"LeftVein", "RightVein", "Palm", "BackOfHand", "Wrist", "Reserved1", "Reserved2"})
_UUID = re.compile(r"[a-fA-F0-9]{8}-(?:[a-fA-F0-9]{4}-){3}[a-fA-F0-9]{12}")


@dataclass(frozen=True, slots=True)
class _Text:
    """An element with text only; ``code`` is told when the text is not right."""

    code: Code
    is_right: Callable[[str], bool]
    is_nillable: bool = False
    has_key: bool = False


@dataclass(frozen=True, slots=True)
class _Part:
    """One place in a sequence: an element of one of the names (``forms``)."""

    forms: Mapping[str, _Parts | _Text]
    is_required: bool = False
    is_repeated: bool = False

    @property
    def name(self) -> str:
        return next(iter(self.forms))


@dataclass(slots=True)
class _Parts:
    """An element with children only, in this order. Not frozen: a BIR holds BIRs."""

    sequence: tuple[_Part, ...]
    is_nillable: bool = False
    has_key: bool = False


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an element stands. A chain, so that deep files do not cost a long text per element."""

    above: _Place | None = None
    step: str = ""

    def problem(self, code: Code, child: str = "") -> CbeffProblem:
        steps = [child] if child else []
        place: _Place | None = self
        while place is not None and place.step:
            steps.append(place.step)
            place = place.above
        return CbeffProblem(code, "/".join(reversed(steps)))


_Matched = tuple[etree._Element, _Parts | _Text, _Place]


def _optional(name: str, form: _Parts | _Text) -> _Part:
    return _Part({name: form})


def _required(name: str, form: _Parts | _Text) -> _Part:
    return _Part({name: form}, is_required=True)


def _repeated(name: str, form: _Parts | _Text) -> _Part:
    return _Part({name: form}, is_repeated=True)


_STRING = _Text(CBEFF_WORD_WRONG, _is_anything)
_NUMBER = _Text(CBEFF_NUMBER_WRONG, lambda text: read_unsigned(text) is not None)
_SCORE = _Text(CBEFF_SCORE_WRONG, lambda text: read_score(text) is not None)
_FLAG = _Text(CBEFF_FLAG_WRONG, lambda text: read_flag(text) is not None)
_MOMENT = _Text(CBEFF_TIME_WRONG, _is_time)
_BASE64 = _Text(CBEFF_BASE64_WRONG, _is_base64)
_INDEX = _Text(CBEFF_INDEX_WRONG, lambda text: _UUID.fullmatch(text) is not None)
_TYPE = _Text(CBEFF_WORD_WRONG, _is_list_of(_TYPES))
_SUBTYPE = _Text(CBEFF_WORD_WRONG, _is_list_of(_SUBTYPES, _VEINS))
_LEVEL = _Text(CBEFF_WORD_WRONG, _is_one_of("Raw", "Intermediate", "Processed"))
_PURPOSE = _Text(
    CBEFF_WORD_WRONG, _is_one_of("Verify", "Identify", "Enroll", "EnrollVerify", "EnrollIdentify", "Audit")
)
_ENTRY = _Text(CBEFF_WORD_WRONG, _is_anything, is_nillable=True, has_key=True)

_REGISTRY_ID = _Parts((_required("Organization", _STRING), _required("Type", _STRING)))
_VERSION = _Parts((_required("Major", _NUMBER), _required("Minor", _NUMBER)))
_VALIDITY = tuple(_optional(name, _MOMENT) for name in ("CreationDate", "NotValidBefore", "NotValidAfter"))
_BIR_INFO = _Parts(
    (
        _optional("Creator", _STRING),
        _optional("Index", _INDEX),
        _optional("Payload", _BASE64),
        _required("Integrity", _FLAG),
        *_VALIDITY,
    )
)
_QUALITY = _Parts(
    (
        _required("Algorithm", _REGISTRY_ID),
        _Part({"Score": _SCORE, "QualityCalculationFailed": _STRING}, is_required=True),
    )
)
_BDB_INFO = _Parts(
    (
        _optional("ChallengeResponse", _BASE64),
        _optional("Index", _INDEX),
        _optional("Format", _REGISTRY_ID),
        _optional("Encryption", _FLAG),
        *_VALIDITY,
        _optional("Type", _TYPE),
        _optional("Subtype", _SUBTYPE),
        _optional("Level", _LEVEL),
        _optional("Product", _REGISTRY_ID),
        _optional("CaptureDevice", _REGISTRY_ID),
        _optional("FeatureExtractionAlgorithm", _REGISTRY_ID),
        _optional("ComparisonAlgorithm", _REGISTRY_ID),
        _optional("CompressionAlgorithm", _REGISTRY_ID),
        _optional("Purpose", _PURPOSE),
        _optional("Quality", _QUALITY),
    )
)
_OTHERS = _Parts((_repeated("entry", _ENTRY),), is_nillable=True)
_BIR = _Parts(())
_BIR.sequence = (
    _optional("Version", _VERSION),
    _optional("CBEFFVersion", _VERSION),
    _required("BIRInfo", _BIR_INFO),
    _optional("BDBInfo", _BDB_INFO),
    _optional("SBInfo", _Parts((_optional("Format", _REGISTRY_ID),))),
    _repeated("BIR", _BIR),
    _optional("BDB", _BASE64),
    _optional("SB", _BASE64),
    _repeated("others", _OTHERS),
)


def _attribute_problems(element: etree._Element, form: _Parts | _Text, place: _Place) -> Iterator[CbeffProblem]:
    allowed = _ANYWHERE | {"key"} if form.has_key else _ANYWHERE
    names = {str(name) for name in element.attrib}
    nil_is_wrong = NIL in names and not (form.is_nillable and read_flag(element.get(NIL, "")) is not None)
    if nil_is_wrong or not names <= allowed:
        yield place.problem(CBEFF_ATTRIBUTE_WRONG)
    if form.has_key and "key" not in names:
        yield place.problem(CBEFF_KEY_MISSING)


def _match(element: etree._Element, form: _Parts, place: _Place) -> Iterator[CbeffProblem | _Matched]:
    """Each child with the form it must have, or the problem that it has none."""
    at = 0  # the place in the sequence the next child may take
    number = 0  # of children that took it, where it may be taken again and again
    for child in element:
        name = _local_name(child)
        is_ours = child.tag == tag(name)
        fits = next((n for n in range(at, len(form.sequence)) if is_ours and name in form.sequence[n].forms), None)
        if fits is None:
            yield place.problem(CBEFF_ELEMENT_UNEXPECTED, name)
            continue
        yield from _missing(form.sequence[at:fits], place)
        part = form.sequence[fits]
        number = number + 1 if fits == at else 1
        yield child, part.forms[name], _Place(place, f"{name}[{number}]" if part.is_repeated else name)
        if not part.is_repeated:
            fits, number = fits + 1, 0
        at = fits
    yield from _missing(form.sequence[at:], place)


def _missing(parts: tuple[_Part, ...], place: _Place) -> Iterator[CbeffProblem]:
    return (place.problem(CBEFF_ELEMENT_MISSING, part.name) for part in parts if part.is_required)
