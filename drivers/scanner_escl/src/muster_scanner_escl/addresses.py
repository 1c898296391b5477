"""Where scanners are: addresses an administrator wrote down, and this computer's own for scanners on USB.

Nobody is searched for in the network. Whoever answers a search could hand this station pages, and the officer
could not tell it from the scanner on the desk.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from muster.devices.api import setting_wrong
from muster.formats.web_address import is_loopback

# ipp-usb gives each scanner on USB the next free port from here on (its ipp-usb.conf, http-min-port).
_USB = tuple(f"http://127.0.0.1:{port}/eSCL" for port in range(60000, 60005))
_PIN = re.compile(r"sha256=([0-9a-f]{64})")


@dataclass(frozen=True, slots=True)
class Address:
    """``base`` is an address below which eSCL's resources lie; ``pin`` the SHA-256 of the only certificate that is
    believed there, in hex, empty where the authorities this computer knows decide."""

    base: str
    pin: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.base).hostname or ""

    @property
    def is_here(self) -> bool:
        return is_loopback(self.base)

    @property
    def is_open_to_others(self) -> bool:
        """Whether pages go through a network for everybody to read."""
        return not self.is_here and self.base.startswith("http:")


def addresses_from(text: str | None) -> Sequence[Address]:
    """Comma separated; None is what stands where nobody said anything. Raises ``BadInput``, which repeats none of
    them: a password may stand in one."""
    listed = _USB if text is None else [each.strip() for each in text.split(",") if each.strip()]
    found: list[Address] = []
    for number, each in enumerate(listed, 1):
        try:
            found.append(_address(each))
        except ValueError:
            raise setting_wrong("MUSTER_ESCL_SCANNERS", number, "https://scanner/eSCL#sha256=…") from None
    return tuple(dict.fromkeys(found))


def _address(text: str) -> Address:
    """Raises ``ValueError``."""
    parts = urlsplit(text)
    pin = _PIN.fullmatch(parts.fragment.lower().replace(":", ""))
    sound = (
        parts.scheme in ("http", "https")
        and parts.hostname
        and parts.port != 0
        and parts.username is None
        and not parts.query
        and (not parts.fragment or (pin is not None and parts.scheme == "https"))
    )
    if not sound:
        raise ValueError
    base = parts._replace(fragment="").geturl().rstrip("/")
    return Address(base, pin[1] if pin else "")
