"""Showing who one is: at sign-in, over a locked screen, for a signature, as a supervisor, to change operators.

Rules:

1. Which factors are enough for what is the policy's (``Policy.ways``). A face or a finger never opens the
   station's key, only the password does: they are second factors, or stand for it in a session it has opened.
2. Every attempt counts before it is looked at (``lockouts``); a device that failed costs none.
3. A code of an authenticator is taken once, at this station for ever.
4. Wrong attempts are in the trail, with what was shown, never what it was.
5. A supervisor whose name is unknown hears the same as one whose password is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from muster.audit.catalogue import AuditEvent
from muster.crypto import authenticator
from muster.crypto.key_slots import SIGN_IN_REFUSED
from muster.crypto.sealing import Sealer
from muster.devices.api import CapturedSample
from muster.devices.records import picture_of
from muster.domain.operators import Action, Factor, Operator, Way, open_ways, satisfied
from muster.errors import BadInput, Code, MusterError, SignInRefused
from muster.workstation.access import OPERATOR_BLOCKED
from muster.workstation.journal import Journal
from muster.workstation.operator_templates import OperatorTemplates
from muster.workstation.policy import Policy
from muster.workstation.station import Station

PASSWORD_WRONG = Code("PASSWORD_WRONG", "The password is wrong. Try again.")
CODE_WRONG = Code(
    "CODE_WRONG", "The code is wrong or was used already. Wait for the next one; check this computer's clock."
)
FINGER_UNKNOWN = Code("FINGER_UNKNOWN", "This is not a finger you enrolled. Try again, or use your password.")
FACE_UNKNOWN = Code("FACE_UNKNOWN", "The face was not recognised. Try again, or use your password.")
MORE_TO_SHOW = Code("MORE_TO_SHOW", "This is not all that is asked for here. Fill in every field.")


@dataclass(frozen=True, slots=True, repr=False)
class Proof:
    """What somebody shows. Not printed anywhere: no ``repr``."""

    password: str = ""
    code: str = ""
    finger: CapturedSample | None = None
    face: CapturedSample | None = None

    @property
    def sample(self) -> CapturedSample | None:
        """What a device took of the person."""
        return self.finger or self.face

    @property
    def factors(self) -> Way:
        shown = {
            Factor.PASSWORD: bool(self.password),
            Factor.CODE: bool(self.code),
            Factor.FINGER: self.finger is not None,
            Factor.FACE: self.face is not None,
        }
        return frozenset(factor for factor, there in shown.items() if there)


class Proving:
    def __init__(
        self, station: Station, journal: Journal, templates: OperatorTemplates, sealer: Sealer, policy: Policy
    ) -> None:
        self._station = station
        self._journal = journal
        self._templates = templates
        self._sealer = sealer
        self._policy = policy
        self._lockouts = station.lockouts(policy.patience)

    def enrolled(self, user_id: str) -> Way:
        """By what somebody can be known here."""
        with self._journal.database.read() as work:
            code = work.operators.authenticator(user_id) is not None
        return frozenset({Factor.PASSWORD, *([Factor.CODE] if code else []), *self._templates.factors(user_id)})

    def ways(self, action: Action, user_id: str) -> tuple[Way, ...]:
        """Those of the policy that this person can go; none where something has to be enrolled first."""
        return open_ways(self._policy.ways[action], self.enrolled(user_id))

    def prove(self, action: Action, user_id: str, proof: Proof) -> Way:
        """The way that was gone. Raises ``SignInRefused``: wrong, too little, or too often; else what a broken
        device, disk or key raises."""
        way, _ = self._proven(action, user_id, proof)
        return way

    def station_key(self, proof: Proof) -> bytes:
        """For whoever is signed in, to make a password open it. Raises as :meth:`prove`."""
        _, key = self._proven(Action.MANAGE, self._journal.operator.user_id, proof)
        assert key is not None  # there is no way of managing without the password
        return key

    def second_factors(self, user_id: str, proof: Proof) -> Way:
        """At sign-in, the password being right: check what else there is. Returns what the policy asks for and the
        person has yet to set up. Raises ``SignInRefused``."""
        ways = self.ways(Action.SIGN_IN, user_id)
        if not ways:
            return min((way - self.enrolled(user_id) for way in self._policy.ways[Action.SIGN_IN]), key=len)
        way = satisfied(ways, proof.factors | {Factor.PASSWORD})
        if way is None:
            raise SignInRefused(MORE_TO_SHOW)
        self._check(way - {Factor.PASSWORD}, user_id, proof)
        return frozenset()

    def who(self, user_id: str) -> Operator:
        """Somebody who has just shown who they are. Raises ``SignInRefused``."""
        operator = self._operator(user_id)
        if operator is None:
            raise SignInRefused(SIGN_IN_REFUSED)
        return operator

    def tell_wrong_attempts(self) -> None:
        """Into the trail, from before it could be opened and since."""
        untold = self._lockouts.take_untold()
        if untold:
            with self._journal.database.work() as work:
                for name, count, last in untold:
                    detail = {"count": str(count), "last": last}
                    work.record(AuditEvent.SIGN_IN_FAILED, actor=name, **detail)

    def forgive(self, user_id: str) -> None:
        """Somebody has a new password."""
        self._lockouts.forget(user_id)

    def _proven(self, action: Action, user_id: str, proof: Proof) -> tuple[Way, bytes | None]:
        with self._counted(user_id):
            operator = self._operator(user_id)
            own = operator is not None and operator.user_id == self._journal.operator.user_id
            if operator is None or operator.blocked_at is not None:
                self._station.open_slot(user_id, proof.password)  # takes as long as it does for somebody
                raise SignInRefused(OPERATOR_BLOCKED if operator else SIGN_IN_REFUSED)
            way = satisfied(self.ways(action, operator.user_id), proof.factors)
            if way is None:
                raise SignInRefused(MORE_TO_SHOW if own else SIGN_IN_REFUSED)
            key = None
            if Factor.PASSWORD in way:
                try:
                    key = self._station.open_slot(operator.user_id, proof.password)
                except SignInRefused as error:
                    raise SignInRefused(PASSWORD_WRONG if own else SIGN_IN_REFUSED) from error
            self._check(way - {Factor.PASSWORD}, operator.user_id, proof)
        return way, key

    @contextmanager
    def _counted(self, user_id: str) -> Iterator[None]:
        self._lockouts.begin(user_id)
        try:
            yield
        except SignInRefused as error:
            if error.code is MORE_TO_SHOW:
                self._lockouts.gave_up(user_id)
            self.tell_wrong_attempts()
            raise
        except MusterError:
            self._lockouts.gave_up(user_id)
            raise
        self._lockouts.succeeded(user_id)

    def _operator(self, user_id: str) -> Operator | None:
        wanted = user_id.strip().casefold()
        with self._journal.database.read() as work:
            return next((each for each in work.operators.all() if each.user_id.casefold() == wanted), None)

    def _check(self, factors: Way, user_id: str, proof: Proof) -> None:
        if Factor.FINGER in factors:
            assert proof.finger is not None
            if not self._templates.is_finger_of(user_id, proof.finger):
                raise SignInRefused(FINGER_UNKNOWN)
        if Factor.FACE in factors:
            assert proof.face is not None
            if not self._is_face(user_id, proof.face):
                raise SignInRefused(FACE_UNKNOWN)
        if Factor.CODE in factors:  # last: what is taken once is not spent on a wrong finger
            self._take_code(user_id, proof.code)

    def _is_face(self, user_id: str, face: CapturedSample) -> bool:
        try:
            return self._templates.is_face_of(user_id, picture_of(face.record))
        except BadInput:  # nobody, or several: nobody's face
            return False

    def _take_code(self, user_id: str, code: str) -> None:
        with self._journal.database.read() as work:
            sealed = work.operators.authenticator(user_id)
        if sealed is None:
            raise SignInRefused(CODE_WRONG)
        secret = self._sealer.open(sealed, authenticator_context(user_id))
        step = authenticator.step_of(secret, code, self._journal.now())
        if step is None:
            raise SignInRefused(CODE_WRONG)
        with self._journal.database.work() as work:
            if not work.operators.use_code(user_id, step):
                raise SignInRefused(CODE_WRONG)
            work.record(AuditEvent.CODE_TAKEN, actor=user_id)


def words(way: Way) -> str:
    """For the trail."""
    return " ".join(sorted(factor.value for factor in way))


def authenticator_context(user_id: str) -> str:
    return f"authenticator/{user_id}"
