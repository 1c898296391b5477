"""Who is new to registering people here, and is told on each page what to do.

Counted are the registrations that an officer sealed at this station, in the list for review, which has one row for
each. Supervisors and administrators look on and are told nothing by themselves.
"""

from __future__ import annotations

from muster.domain.operators import Role
from muster.workstation.journal import Journal


def is_new_here(journal: Journal, hints_until: int) -> bool:
    """Whether the officer who is signed in sealed fewer registrations here than ``hints_until``; 0 is nobody."""
    operator = journal.operator
    if hints_until == 0 or operator.roles != {Role.OFFICER}:
        return False
    with journal.database.read() as work:
        return work.review.sealed_by(operator.user_id, hints_until) < hints_until
