"""The acknowledgement slip as a value: what it says, in each of the person's languages.

How it looks on paper is the window's business (``ui.slip_pdf``): only Qt shapes Arabic and Devanagari.
The QR code holds the registration number alone, as MOSIP's does, so that its scanners read it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from muster.devices.frames import Pixels
from muster.domain.applicant import LocalizedText
from muster.domain.lifecycle import Registration
from muster.formats.image_codec import encode_png
from muster.workstation.forms import FormField

# What the slip itself says. Kept beside its use: a slip is in the person's languages, not in the
# language of the officer's window, which is what the window's translation files are for.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "eng": {
        "title": "Registration acknowledgement",
        "number": "Registration number",
        "date": "Date",
        "station": "Centre and machine",
        "captured": "Captured",
        "face": "Face",
        "biometrics": "Face, {fingers} fingers, {irises} eyes",
        "footer": "Keep this slip. You will be told when your identity number is ready; ask at any "
        "registration centre and bring this number.",
    },
    "fra": {
        "title": "Accusé de réception de l'inscription",
        "number": "Numéro d'inscription",
        "date": "Date",
        "station": "Centre et poste",
        "captured": "Enregistré",
        "face": "Visage",
        "biometrics": "Visage, {fingers} doigts, {irises} yeux",
        "footer": "Conservez ce reçu. Vous serez informé quand votre numéro d'identité sera prêt ; "
        "renseignez-vous dans tout centre d'inscription avec ce numéro.",
    },
    "ara": {
        "title": "إشعار استلام التسجيل",
        "number": "رقم التسجيل",
        "date": "التاريخ",
        "station": "المركز والجهاز",
        "captured": "ما تم تسجيله",
        "face": "الوجه",
        "biometrics": "الوجه، عدد الأصابع {fingers}، عدد العيون {irises}",
        "footer": "احتفظ بهذا الإشعار. سنبلغك عندما يصبح رقم هويتك جاهزًا، ويمكنك الاستفسار في أي مركز "
        "تسجيل مع إحضار هذا الرقم.",
    },
    "hin": {
        "title": "पंजीकरण की पावती",
        "number": "पंजीकरण संख्या",
        "date": "दिनांक",
        "station": "केंद्र और मशीन",
        "captured": "दर्ज किया गया",
        "face": "चेहरा",
        "biometrics": "चेहरा, {fingers} उँगलियाँ, {irises} आँखें",
        "footer": "यह पावती सँभालकर रखें। आपकी पहचान संख्या तैयार होने पर आपको सूचित किया जाएगा; किसी भी "
        "पंजीकरण केंद्र पर यह संख्या लेकर पूछें।",
    },
}
_SHOWN_FIELDS = ("fullName", "dateOfBirth", "gender")


@dataclass(frozen=True, slots=True)
class SlipSection:
    """The slip in one language (ISO 639-2)."""

    language: str
    title: str
    rows: tuple[tuple[str, str], ...]
    footer: str


@dataclass(frozen=True, slots=True)
class Slip:
    """``photo_png`` may be empty; ``qr_text`` is what the code holds."""

    registration_id: str
    created_at: datetime
    station: str
    photo_png: bytes
    qr_text: str
    sections: tuple[SlipSection, ...]


def compose_slip(state: Registration, form: Iterable[FormField], photo: Pixels | None) -> Slip:
    """The slip for a registration that was sealed (or at least signed)."""
    fields = {field.id: field for field in form}
    at = state.sealed.at if state.sealed else state.started.at
    return Slip(
        registration_id=state.filed_under.text,
        created_at=at,
        station=f"{state.id.center} / {state.id.machine}",
        photo_png=b"" if photo is None else encode_png(photo),
        qr_text=state.filed_under.text,
        sections=tuple(
            _section(language, state, fields, at) for language in state.started.languages if language in _WORDS
        ),
    )


def _section(language: str, state: Registration, fields: Mapping[str, FormField], at: datetime) -> SlipSection:
    words = _WORDS[language]
    rows = [(words["number"], state.filed_under.text)]
    for name in _SHOWN_FIELDS:
        value = state.demographics.get(name)
        if value and name in fields:
            text = value.in_language(language) if isinstance(value, LocalizedText) else value
            rows.append((fields[name].labels.get(language, name), text))
    groups = [attribute.modality.value for attribute in state.samples]
    fingers, irises = groups.count("finger"), groups.count("iris")
    captured = words["biometrics"].format(fingers=fingers, irises=irises) if fingers or irises else words["face"]
    rows += [
        (words["captured"], captured),
        (words["date"], f"{at:%Y-%m-%d %H:%M} UTC"),
        (words["station"], f"{state.id.center} / {state.id.machine}"),
    ]
    return SlipSection(language, words["title"], tuple(rows), words["footer"])
