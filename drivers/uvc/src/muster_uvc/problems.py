"""What only happens with cameras, as sentences."""

from __future__ import annotations

from muster.devices.api import DeviceKind
from muster.errors import Code

KIND = DeviceKind.CAMERA.value

CAMERA_NOT_PERMITTED = Code(
    "CAMERA_NOT_PERMITTED",
    "This computer does not let the program use the {kind}. Tell support: the account must belong to the group "
    "video.",
)
CAMERA_UNREACHABLE = Code(
    "CAMERA_UNREACHABLE",
    "No camera answers at {host}. Check that it is switched on and its network cable plugged in, then try again.",
)
CAMERA_SENDS_NOTHING = Code(
    "CAMERA_SENDS_NOTHING",
    "{host} answers but sends no pictures. Ask your administrator to check the camera's address, password and "
    "certificate.",
)
CAMERA_STREAM_ENDED = Code(
    "CAMERA_STREAM_ENDED",
    "The camera stopped sending pictures. Check its power and its cable, then try again.",
)
CAMERA_DARK = Code(
    "CAMERA_DARK",
    "The camera sees nothing but black. Open its cover, switch on the light and try again.",
)
CAMERA_PICTURE_UNKNOWN = Code(
    "CAMERA_PICTURE_UNKNOWN",
    "The camera sends pictures in a form this program cannot read. Use another camera.",
)
VIDEO_FILE_UNREADABLE = Code(
    "VIDEO_FILE_UNREADABLE",
    "The video file that stands for a camera is not there or cannot be read. Ask your administrator.",
)
