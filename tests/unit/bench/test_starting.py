"""What is measured in a process of its own."""

from __future__ import annotations

import pytest

from muster.bench.starting import python

_TELL = "import sys; print(sys.dont_write_bytecode, bool(sys.pycache_prefix))"


@pytest.mark.parametrize(
    ("unwanted", "elsewhere", "told"), [("1", "", "False True"), ("", "", "False False"), ("1", "/x", "True True")]
)
def test_a_process_that_is_measured_has_compiled_files_unless_told_where(
    monkeypatch: pytest.MonkeyPatch, unwanted: str, elsewhere: str, told: str
) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", unwanted)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", elsewhere)
    assert python("-c", _TELL).strip() == told
