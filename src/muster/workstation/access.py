"""Who may do what: asked by every use case before it does anything, not by the page that offers it.

The answer comes from the database each time: somebody who is blocked while signed in at another window may do
nothing from then on.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from types import MappingProxyType

from muster.domain.operators import Factor, Operator, Permission, Permissions
from muster.errors import Code, Refused
from muster.store.database import Database, Work

OFFICER_ONLY = Code("OFFICER_ONLY", "Only somebody who registers people may do this. Sign in as an officer.")
SUPERVISOR_ONLY = Code("SUPERVISOR_ONLY", "Only a supervisor may do this. Sign in as one.")
ADMINISTRATOR_ONLY = Code("ADMINISTRATOR_ONLY", "Only an administrator may do this. Sign in as one.")
OPERATOR_BLOCKED = Code(
    "OPERATOR_BLOCKED", "You may not work at this station at present. Ask an administrator of the station."
)
FACTOR_MISSING = Code(
    "FACTOR_MISSING",
    "You have not set up all that this station asks for at sign-in. Open “My sign-in” and do it first.",
)

_CODES: Mapping[Permission, Code] = MappingProxyType(
    {
        Permission.REGISTER: OFFICER_ONLY,
        Permission.EXPORT: OFFICER_ONLY,
        Permission.REVIEW: SUPERVISOR_ONLY,
        Permission.SEE_INDICATORS: SUPERVISOR_ONLY,
        Permission.MANAGE_OPERATORS: ADMINISTRATOR_ONLY,
        Permission.CHANGE_SETTINGS: SUPERVISOR_ONLY,
    }
)


class Access:
    """What one signed-in operator may do. ``missing`` are factors the policy asks for that the person has yet to
    set up: until then nothing else is allowed."""

    def __init__(self, database: Database, operator: Operator, permissions: Permissions) -> None:
        self._database = database
        self._last = operator
        self.permissions = permissions
        self.missing: frozenset[Factor] = frozenset()

    def require(self, permission: Permission, work: Work | None = None) -> None:
        """``work`` is the transaction that is under way, if one is. Raises ``Refused``."""
        operator = self.operator(work)
        if not operator.may(permission, self.permissions):
            raise Refused(_CODES[permission])
        if self.missing:
            raise Refused(FACTOR_MISSING)

    def may(self, permission: Permission) -> bool:
        """For whoever decides what to offer; whether it is done is ``require``'s to say."""
        return not self.missing and self.operator().may(permission, self.permissions)

    def offers(self, permission: Permission) -> bool:
        """The same by what the database said last: for a page, which must not wait for it."""
        return not self.missing and self._last.may(permission, self.permissions)

    def operator(self, work: Work | None = None) -> Operator:
        """As the database has it now. Raises ``Refused(OPERATOR_BLOCKED)``, also for somebody who was removed."""
        with nullcontext(work) if work else self._database.read() as reading:
            operator = reading.operators.find(self._last.user_id)
        if operator is None or operator.blocked_at is not None:
            raise Refused(OPERATOR_BLOCKED)
        self._last = operator
        return operator
