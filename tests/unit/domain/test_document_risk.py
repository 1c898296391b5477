"""The 25 indicators, as other systems spell them, and no twenty-sixth."""

from __future__ import annotations

import pytest

from muster.domain.document_risk import Risk, RiskIndicator

# The list as it is exchanged, in its order. Which of them decline is this program's choice.
INDICATORS = [
    "document_back_image_missing", "document_back_not_visible", "document_expired",
    "document_front_image_missing", "document_front_not_visible", "document_image_quality_low",
    "document_invalid_appearance", "document_not_physical", "document_not_recognised",
    "document_rejected", "document_tempering", "duplicated_device", "duplicated_end_user",
    "duplicated_id", "face_image_missing", "face_image_quality_low", "face_in_blocklist",
    "face_liveness_failed", "face_not_similar_to_portrait", "identity_farming", "known_fraud", "other",
    "restricted_ip_location", "suspicious_behaviour", "unexpected_traffic_behaviour",
]  # fmt: skip


@pytest.mark.parametrize("word", ["document_tampering", "DOCUMENT_EXPIRED", "112", "", "document_not_recognized"])
def test_any_other_word_is_other_and_keeps_the_providers_code(word: str) -> None:
    assert Risk.of_provider(word, "112") == Risk(RiskIndicator.OTHER, "112")


def test_the_indicators_are_the_25_that_are_exchanged() -> None:
    assert [each.value for each in RiskIndicator] == INDICATORS


def test_a_known_word_is_itself() -> None:
    assert Risk.of_provider("document_expired", "7") == Risk(RiskIndicator.DOCUMENT_EXPIRED, "7")


@pytest.mark.parametrize(
    "word",
    [
        each
        for each in INDICATORS
        if "image" in each or "visible" in each or each in ("other", "document_not_recognised")
    ],
)
def test_what_a_better_picture_may_change_leaves_the_decision_open(word: str) -> None:
    assert not RiskIndicator(word).declines


@pytest.mark.parametrize("word", ["document_expired", "document_not_physical", "document_tempering"])
def test_what_speaks_against_the_document_declines(word: str) -> None:
    assert RiskIndicator(word).declines
