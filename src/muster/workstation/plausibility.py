"""Telephone numbers and addresses that are well formed and still look mistyped: grounds to ask again, no more."""

from __future__ import annotations

from difflib import get_close_matches

import phonenumbers

_PROVIDERS = ("gmail.com", "googlemail.com", "hotmail.com", "icloud.com", "live.com", "outlook.com", "yahoo.com")
_CLOSE = 0.8  # of difflib's measure: gmial.com to gmail.com is 0.89, gmx.com to gmail.com 0.75


def is_likely_phone(text: str, region: str) -> bool:
    """Whether such a number can be in use. ``region`` (ISO 3166, two letters) is where it is dialled; where that
    is not known only numbers that name their country can be told from others."""
    if not region and not text.strip().startswith("+"):
        return True
    try:
        number = phonenumbers.parse(text, region or None)
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_possible_number(number)


def likely_domain(address: str) -> str | None:
    """The provider that was probably meant, where the address names one that differs in a letter or two."""
    domain = address.rpartition("@")[2].strip().lower()
    if domain in _PROVIDERS:
        return None
    close = get_close_matches(domain, _PROVIDERS, n=1, cutoff=_CLOSE)
    return close[0] if close else None
