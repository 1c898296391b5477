"""What an officer chose beside a form's values, as MOSIP's servers read it: handles and words that stay."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from muster.errors import BadInput
from muster.packet.assemble import AssembledPacket, assemble
from unit.packet.contents_fixture import FIELDS, make_contents, make_schema

HANDLES = {"type": "array", "items": {"type": "string"}, "fieldCategory": "none"}


def _of(packet: AssembledPacket, part: str, file: str) -> dict[str, Any]:
    return dict(json.loads(packet.subpackets[part][file])["identity"])


def _with_handles(text: str) -> AssembledPacket:
    contents = make_contents()
    demographics = {**contents.demographics, "selectedHandles": text}
    return assemble(
        replace(contents, demographics=demographics), make_schema({**FIELDS, "selectedHandles": HANDLES})
    )


def test_handles_are_a_list_of_field_names() -> None:
    packet = _with_handles("email,phone")
    assert _of(packet, "id", "ID.json")["selectedHandles"] == ["email", "phone"]


@pytest.mark.parametrize("text", ["", "email,"])
def test_a_handle_without_a_name_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as refusal:
        _with_handles(text)
    assert refusal.value.detail["field"] == "selectedHandles"


def test_blocklisted_words_that_stay_are_told_by_field_and_who_let_them() -> None:
    contents = replace(make_contents(), kept_words={"fullName.eng": ("damn",), "fullName.fra": ("zut", "damn")})
    assert _of(assemble(contents, make_schema()), "id", "packet_meta_info.json")["blockListedWords"] == {
        "fullName": {
            "words": ["damn", "zut"],
            "operatorConsent": True,
            "screenName": "DemographicDetails",
            "operatorId": contents.officer,
        }
    }


def test_without_any_there_is_nothing_to_tell() -> None:
    assert _of(assemble(make_contents(), make_schema()), "id", "packet_meta_info.json")["blockListedWords"] == {}
