"""Checking a biometric file for help desks: what the packet's rules say of a file alone."""

from __future__ import annotations

from pathlib import Path

from muster.packet.cbeff_checking import BirReport, CbeffReport, check_cbeff_content
from muster.workstation.inspection import read_file

__all__ = ["BirReport", "CbeffReport", "check_cbeff"]


def check_cbeff(file: Path) -> CbeffReport:
    """Look at every sample and tell all that is wrong.

    Raises ``BadInput`` (no file) and ``MalformedData`` (no CBEFF file at all).
    """
    return check_cbeff_content(read_file(file))
