"""The examples of the document, and everything the grammar can write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.errors import BadInput
from muster.formats.mitrust_scope import Requirement, Role, Scope, ScopeItem

EXAMPLES = (
    "name#essential family_name#softly_required",
    "name#invariant proof_of_address#mutable",
    "tag:-sector.tax tag:sector.energy",
    "finances.income.table.date#period.P3M#limit.P9M",
    "personal.marital_status.raw personal.marital_status.normalized address#normalized",
    "name autoupdate certificate",
    "public_health_insurance.beneficiary",
    "public_health_insurance.beneficiaries",
    "name address.formatted#softly_required",
)
_NAME = st.from_regex(r"[a-z_][a-z0-9_]{0,12}", fullmatch=True)
_PATH = (
    st.lists(_NAME, min_size=1, max_size=4)
    .map(".".join)
    .filter(lambda path: path not in ("autoupdate", "certificate"))
)
_ATTRIBUTE = _NAME | st.sampled_from(["period.P3M", "limit.P1Y6M", "essential", "mutable", "limit.P2W"])
_ITEM = st.builds(ScopeItem, _PATH, st.lists(_ATTRIBUTE, max_size=3).map(tuple)) | st.builds(
    ScopeItem, _PATH, tag=st.just(value=True), excluded=st.booleans()
)


def only(text: str) -> ScopeItem:
    (item,) = Scope.parse(text)
    return item


@pytest.mark.parametrize("text", EXAMPLES)
def test_the_documents_examples_are_printed_as_they_were_read(text: str) -> None:
    assert str(Scope.parse(text)) == text


@given(st.lists(_ITEM, min_size=1, max_size=8).map(tuple).map(Scope))
def test_whatever_is_written_is_read_again(scope: Scope) -> None:
    assert Scope.parse(str(scope)) == scope


def test_each_part_is_understood() -> None:
    assert only("name#essential").requirement is Requirement.ESSENTIAL
    assert only("name").requirement is None
    assert only("proof_of_address#mutable").role is Role.MUTABLE
    table = only("finances.income.table.date#period.P3M#limit.P9M")
    assert (table.period, table.limit) == ("P3M", "P9M")
    assert (only("tag:-sector.tax").excluded, only("tag:sector.energy").excluded) == (True, False)
    assert (only("address#normalized").is_normalized, only("personal.marital_status.raw").is_raw) == (True, True)


def test_sources_and_features_are_no_data() -> None:
    scope = Scope.parse("name tag:sector.energy autoupdate")
    assert [each.path for each in scope.claims] == ["name"]
    assert scope.updates_itself
    assert not Scope.parse("tag:autoupdate name").updates_itself


def test_an_attribute_nobody_knows_is_kept() -> None:
    assert str(Scope.parse("name#from.the.future")) == "name#from.the.future"


@pytest.mark.parametrize(
    "text",
    ["", "   ", "#essential", "name##essential", "name#", "a..b", ".a", "a.", "tag:", "tag:--x", "name#period.3M",
     "name#limit.P", "autoupdate#essential", "tag:sector.tax#essential", "näme", "a" * 9000],
)  # fmt: skip
def test_what_is_no_scope_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="SCOPE_UNREADABLE"):
        Scope.parse(text)
