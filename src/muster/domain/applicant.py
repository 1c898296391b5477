"""The person being enrolled, as far as they are text: demographics, consent, documents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class LocalizedText:
    """One value in several languages; languages are ISO 639-2 codes, as MOSIP writes them."""

    values: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, **values: str) -> LocalizedText:
        return cls(tuple(values.items()))

    def in_language(self, language: str) -> str:
        """The text in ``language``, or the first there is, or nothing."""
        texts = dict(self.values)
        return texts.get(language) or next((text for text in texts.values() if text), "")


DemographicValue = str | LocalizedText
Demographics = Mapping[str, DemographicValue]


@dataclass(frozen=True, slots=True)
class FormChoices:
    """What the officer said about a form beside its values.

    ``groups`` of fields are what an update changes. ``words_kept`` are fields (``fullName``, ``fullName.eng``)
    whose blocklisted words stay, each with the officer's reason. ``handles`` are the fields the person shall be
    able to sign in by elsewhere; None leaves it to the deployment. ``suggested`` are fields of a draft that nobody
    looked at yet, named like those of ``words_kept``.
    """

    groups: tuple[str, ...] = ()
    words_kept: Mapping[str, str] = field(default_factory=dict)
    handles: tuple[str, ...] | None = None
    suggested: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentFacts:
    """Everything about one document except its bytes.

    ``field`` is the schema's field (``proofOfIdentity``), ``type_code`` the kind of document
    (``DOC001``), ``format`` how its bytes are read (``pdf``, ``jpg``), ``reference`` the number
    printed on it, when the officer typed it.
    """

    field: str
    type_code: str
    format: str
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it goes into the packet."""

    facts: DocumentFacts
    content: bytes
