"""What a supervisor sees of people who may be registered twice: who was compared, how alike, and both faces.

Faces are there until the content of a registration is destroyed, which follows its delivery. Of operators only a
template is kept. How alike two are is told in bands, since the number behind it means nothing without its network;
and a strong likeness does not prove that it is the same person.

Every look is audited (``duplicates.Duplicates.found``), one record for each registration that is shown or listed.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from types import MappingProxyType

from PIL import Image

from muster.analysis.api import Pixels
from muster.devices.records import picture_of
from muster.domain.biometrics import BiometricAttribute
from muster.domain.duplicates import Candidate, Look, Person, Whose
from muster.domain.operators import Permission
from muster.domain.registration import RegistrationId
from muster.errors import BadInput, Code, NotAuthentic, StorageUnavailable, Unavailable
from muster.workstation.analysing_face import chosen_recogniser
from muster.workstation.duplicates import Duplicates
from muster.workstation.journal import Journal

DUPLICATES_NOT_SOUGHT = Code(
    "DUPLICATES_NOT_SOUGHT", "This registration was not compared with others here, or it is too long ago."
)
FACES_UNWRITABLE = Code("FACES_UNWRITABLE", "The faces cannot be written into the folder {folder}.")

_STRONG_FROM = 90.0  # of the calibrated 0..100


class Likeness(Enum):
    """``POSSIBLE`` from the threshold of searching on."""

    POSSIBLE = "possible"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Resembling:
    """``name`` is a registration's number or an operator's user name; ``face`` the file with the picture."""

    whose: Whose
    name: str
    likeness: Likeness
    face: Path | None = None


@dataclass(frozen=True, slots=True)
class DuplicateReport:
    """One search: among how many, who was found, and the file with the picture of the registration's own face.
    ``reason`` is the code that says why nobody was searched for."""

    registration_id: str
    looked_at: datetime
    compared: int
    damaged: int
    reason: str | None
    candidates: tuple[Resembling, ...]
    face: Path | None = None


class DuplicateReview:
    """For who may see signs of fraud; everybody else is ``Refused``."""

    def __init__(self, journal: Journal, duplicates: Duplicates) -> None:
        self._journal = journal
        self._duplicates = duplicates

    def all(self) -> tuple[DuplicateReport, ...]:
        """Every search that found somebody or could not be made whole, the latest first. Raises ``Refused``,
        ``NotAuthentic`` (an answer that was changed)."""
        self._journal.access.require(Permission.SEE_INDICATORS)
        with self._journal.database.read() as work:
            sought = work.gallery.sought()
        found = ((each, self._duplicates.found(each)) for each in sought)
        return tuple(
            _report(each, look)
            for each, look in found
            if look is not None and (look.candidates or look.damaged or look.reason)
        )

    def one(self, registration_id: RegistrationId, faces: Path | None = None) -> DuplicateReport:
        """What the search for one registration found; the faces that are still here go into the folder ``faces``.

        Raises ``BadInput`` (there was no search), ``Refused``, ``NotAuthentic``, ``Unavailable`` (the folder).
        """
        look = self._duplicates.found(registration_id)
        if look is None:
            raise BadInput(DUPLICATES_NOT_SOUGHT)
        return _report(registration_id, look) if faces is None else self._with_faces(registration_id, look, faces)

    def face(self, person: Person) -> Pixels | None:
        """The picture that was taken of somebody; None where it is not here any more, or never was."""
        if person.whose is not Whose.REGISTRATION:
            return None
        registration_id = RegistrationId(person.name)
        sample = self._journal.load(registration_id).samples.get(BiometricAttribute.FACE)
        if sample is None:
            return None
        with suppress(StorageUnavailable, NotAuthentic):  # destroyed, or lost: there is nothing to be seen
            return picture_of(self._journal.read(registration_id, sample.record))
        return None

    def _with_faces(self, registration_id: RegistrationId, look: Look, folder: Path) -> DuplicateReport:
        own = Person(Whose.REGISTRATION, registration_id.text)
        files = {}
        for person in (own, *(each.person for each in look.candidates)):
            picture = self.face(person)
            if picture is not None:
                files[person] = _write(picture, folder / f"{person.name}.png")
        return _report(registration_id, look, files)


def _report(
    registration_id: RegistrationId, look: Look, files: Mapping[Person, Path] = MappingProxyType({})
) -> DuplicateReport:
    return DuplicateReport(
        registration_id.text,
        look.at,
        look.compared,
        look.damaged,
        look.reason.name if look.reason else None,
        tuple(
            Resembling(each.person.whose, each.person.name, _likeness(each), files.get(each.person))
            for each in look.candidates
        ),
        files.get(Person(Whose.REGISTRATION, registration_id.text)),
    )


def _likeness(candidate: Candidate) -> Likeness:
    value = chosen_recogniser().calibration.score(candidate.cosine).value
    return Likeness.STRONG if value >= _STRONG_FROM else Likeness.POSSIBLE


def _write(picture: Pixels, file: Path) -> Path:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(file)
    except OSError as error:
        raise Unavailable(FACES_UNWRITABLE, folder=file.parent.name) from error
    return file
