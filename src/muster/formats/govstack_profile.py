"""The two dialects GovStack's specification has, and where their words differ."""

from __future__ import annotations

from enum import Enum


class Profile(Enum):
    """Which of the two is written."""

    SOURCE = "source"
    GOVSTACK_YAML = "govstack-yaml"

    @property
    def envelope_id(self) -> str:
        return "mosip.resident.enrollment" if self is Profile.SOURCE else "govstack.enrollment"

    @property
    def segments_key(self) -> str:
        return "segments" if self is Profile.SOURCE else "segment"

    @property
    def extras_key(self) -> str:
        return "metadata" if self is Profile.SOURCE else "metaData"
