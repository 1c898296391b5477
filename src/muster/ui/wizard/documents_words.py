"""What reading a document came to, as the officer reads it. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from muster.domain.chips import ChipAuthenticity
from muster.domain.prefill import PrefilledField
from muster.ui.language import say_finding, tr
from muster.workstation.prefill import ChipOffer, Offer


@dataclass(frozen=True, slots=True)
class Said:
    """``tone`` as notes have it: ``plain``, ``good``, ``warn`` or ``bad``."""

    words: str = ""
    tone: str = "plain"


def said_of(offer: Offer, names: Mapping[str, str]) -> Said:
    """``names`` are the fields' names in the window's language. That nothing could be read is said as well:
    whoever was told that the form fills itself in would wait for it."""
    told = _told(offer, names)
    if told.words:
        return told
    open_to_doubt = {each.field for each in offer.conflicts} | {each.field for each in offer.fillable}
    agrees = [each for each in offer.read if each.field not in open_to_doubt]
    if agrees:
        return Said(tr("It says the same as the form: {fields}.", fields=_listed(agrees, names)), "good")
    if offer.read or offer.type_code or offer.number:
        return told
    return Said(tr("Nothing on it could be read by the station: look whether kind and number are right."))


def _told(offer: Offer, names: Mapping[str, str]) -> Said:
    parts = []
    if offer.filled:
        parts.append(tr("Filled in: {fields}.", fields=_listed(offer.filled, names)))
    if offer.suggested:
        parts.append(tr("Not sure enough to be filled in: {fields}.", fields=_listed(offer.suggested, names)))
    open_ones = [each.said for each in offer.conflicts if each.resolution is None]
    if open_ones:
        parts.append(
            tr("Says something else than the form: {fields}. Decide in Details.", fields=_listed(open_ones, names))
        )
    if offer.has_expired:
        parts.append(tr("By its date it has expired."))
    if offer.booking:
        parts.append(tr("This is the letter of a pre-registration."))
    tone = "warn" if open_ones or offer.has_expired else "good" if offer.filled else "plain"
    return Said(" ".join(parts), tone)


def said_of_chip(found: ChipOffer, names: Mapping[str, str]) -> Said:
    """What the chip is worth comes first: one that is false fills nothing in."""
    if found.authenticity is ChipAuthenticity.FALSE:
        worth = tr("Something is wrong with the chip. Nothing was taken from it. Call your supervisor.")
    elif found.authenticity is ChipAuthenticity.NOT_SHOWN:
        worth = tr("The chip was read; who signed it is not known at this station.")
    else:
        worth = tr("The chip was read and is signed by its issuer.")
    told = _told(found.offer, names)
    portrait = (tr("Its portrait is compared with the face that is captured."),) if found.has_portrait else ()
    findings = dict.fromkeys(say_finding(each) for each in found.findings)
    words = " ".join(each for each in (worth, told.words, *portrait, *findings) if each)
    is_false = found.authenticity is ChipAuthenticity.FALSE
    return Said(words, "bad" if is_false else "warn" if findings or told.tone == "warn" else "good")


def _listed(fields: Iterable[PrefilledField], names: Mapping[str, str]) -> str:
    return ", ".join(dict.fromkeys(names.get(each.field, each.field) for each in fields))
