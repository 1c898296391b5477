"""The people who work at a station: their roles, what each role may do, and by what they show who they are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from types import MappingProxyType


class Role(Enum):
    """MOSIP's role names."""

    OFFICER = "REGISTRATION_OFFICER"
    SUPERVISOR = "REGISTRATION_SUPERVISOR"
    ADMINISTRATOR = "REGISTRATION_ADMIN"


class Permission(Enum):
    """What a use case asks for before it does anything."""

    REGISTER = "register"
    REVIEW = "review"  # approve, and confirm what an officer may not decide alone
    SEE_INDICATORS = "see_indicators"  # of fraud: what searches for duplicates found
    EXPORT = "export"
    MANAGE_OPERATORS = "manage_operators"
    CHANGE_SETTINGS = "change_settings"


Permissions = Mapping[Role, frozenset[Permission]]

# A deployment may have its own (``Policy.permissions``). Whoever looks after people and settings registers nobody
# by that; a supervisor changes settings as well, because in the field there is nobody else.
PERMISSIONS: Permissions = MappingProxyType(
    {
        Role.OFFICER: frozenset({Permission.REGISTER, Permission.EXPORT}),
        Role.SUPERVISOR: frozenset(Permission) - {Permission.MANAGE_OPERATORS},
        Role.ADMINISTRATOR: frozenset({Permission.MANAGE_OPERATORS, Permission.CHANGE_SETTINGS}),
    }
)


class Factor(Enum):
    """What somebody knows, has or is."""

    PASSWORD = "password"  # noqa: S105
    CODE = "code"  # of an authenticator (TOTP, RFC 6238)
    FACE = "face"
    FINGER = "finger"


class Action(Enum):
    """What somebody shows who they are for."""

    SIGN_IN = "sign_in"
    UNLOCK = "unlock"  # the screen, over one's own session
    SIGN = "sign"  # a registration
    CONFIRM = "confirm"  # as a supervisor, what an officer may not decide alone
    MANAGE = "manage"  # operators, and one's own password and factors


Way = frozenset[Factor]  # all of these together
Ways = Mapping[Action, tuple[Way, ...]]  # any one of these is enough

_PASSWORD = frozenset({Factor.PASSWORD})
_TOUCH = frozenset({Factor.FINGER})

# Signing in and managing need the password in any case: it alone opens the station's key. No way is a face alone:
# cameras are shown photographs.
WAYS: Ways = MappingProxyType(
    {
        Action.SIGN_IN: (_PASSWORD,),
        Action.UNLOCK: (_PASSWORD, _TOUCH),
        Action.SIGN: (_PASSWORD, _TOUCH),
        Action.CONFIRM: (_PASSWORD, _TOUCH),
        Action.MANAGE: (_PASSWORD,),
    }
)
NEEDS_PASSWORD = (Action.SIGN_IN, Action.MANAGE)


@dataclass(frozen=True, slots=True)
class Operator:
    """``blocked_at``: since when this person may not sign in."""

    user_id: str
    roles: frozenset[Role]
    blocked_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.roles:
            raise ValueError("an operator has a role")

    def may(self, permission: Permission, permissions: Permissions = PERMISSIONS) -> bool:
        return any(permission in permissions.get(role, ()) for role in self.roles)


def satisfied(ways: Iterable[Way], shown: Iterable[Factor]) -> Way | None:
    """The first way that was gone, all of it, or nothing."""
    there = frozenset(shown)
    return next((way for way in ways if way <= there), None)


def open_ways(ways: Iterable[Way], enrolled: Iterable[Factor]) -> tuple[Way, ...]:
    """The ways somebody who enrolled these factors can go."""
    there = frozenset(enrolled)
    return tuple(way for way in ways if way <= there)
