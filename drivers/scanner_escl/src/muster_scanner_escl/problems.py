"""What only happens with scanners in a network, as sentences. What happens with every scanner is in
``muster.devices.scanning``."""

from __future__ import annotations

from muster.errors import Code

ESCL_UNTRUSTED = Code(
    "ESCL_UNTRUSTED",
    "This station does not know the scanner's certificate and sends it nothing. Ask your administrator.",
)
ESCL_SENDS_ELSEWHERE = Code(
    "ESCL_SENDS_ELSEWHERE",
    "The scanner sends this station to another address, where it does not follow. Ask your administrator.",
)
ESCL_SEVERAL_SHEETS = Code(
    "ESCL_SEVERAL_SHEETS", "The scanner drew in several sheets at once. Fan them out, lay them in and scan again."
)
ESCL_SHEETS_UNFIT = Code(
    "ESCL_SHEETS_UNFIT", "The scanner cannot draw these sheets in. Lay fewer of them in, straight, and scan again."
)
ESCL_PICTURE_UNKNOWN = Code(
    "ESCL_PICTURE_UNKNOWN",
    "The scanner hands out pictures in a form this program cannot read. Use another scanner.",
)
