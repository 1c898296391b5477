"""What a check says."""

from __future__ import annotations

import pytest

from muster.domain.assessment import Finding, Severity, blocking
from muster.errors import Code

_TOO_LOW = Code("TOO_LOW", "The quality is {quality}; {threshold} is needed.")


def test_a_finding_whose_placeholder_is_not_filled_does_not_go_unnoticed() -> None:
    with pytest.raises(KeyError):
        _ = Finding(_TOO_LOW, detail={"quality": 20}).sentence


def test_a_finding_says_its_filled_sentence() -> None:
    finding = Finding(_TOO_LOW, detail={"quality": 20, "threshold": 40})
    assert finding.sentence == "The quality is 20; 40 is needed."


def test_a_finding_blocks_unless_it_says_otherwise() -> None:
    assert Finding(_TOO_LOW).severity is Severity.BLOCKS


def test_warnings_and_information_keep_no_step_from_being_completed() -> None:
    first, second = Finding(_TOO_LOW, field="a"), Finding(_TOO_LOW, field="b")
    warning = Finding(_TOO_LOW, Severity.WARNS)
    information = Finding(_TOO_LOW, Severity.INFORMS)
    assert blocking([first, warning, information, second]) == (first, second)
