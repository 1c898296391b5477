"""What the window holds while it is open: the station's folder, the server, and who is signed in. No Qt.

The station's keys and the desk are imported where they are needed: the sign-in page needs neither (decision 43).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from muster.clock import Clock
from muster.workstation.nameplate import Nameplate, demo_credentials, has_station

if TYPE_CHECKING:
    from muster.workstation.desk import Desk
    from muster.workstation.embedded_receiver import EmbeddedReceiver
    from muster.workstation.policy import Policy
    from muster.workstation.server import Server, ServerTerms
    from muster.workstation.station import NewStation, Station


class Session:
    """``server_address`` is the server of a real station and ``server_terms`` tells what that asks for, which may
    raise ``BadInput``; a demo station brings its own."""

    def __init__(
        self,
        data: Path,
        clock: Clock,
        *,
        demo: bool = False,
        server_address: str | None = None,
        server_terms: Callable[[], ServerTerms] | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.data = data
        self.clock = clock
        self.demo = demo
        self.desk: Desk | None = None
        self.server_address = server_address
        self._policy = policy
        self._server_terms = server_terms
        self._receiver: EmbeddedReceiver | None = None
        self._station: Station | None = None
        self._nameplate: Nameplate | None = None

    @property
    def policy(self) -> Policy:
        """The usual one where nobody gave another."""
        from muster.workstation.policy import Policy

        return self._policy or Policy()

    @policy.setter
    def policy(self, policy: Policy) -> None:
        self._policy = policy

    @property
    def takes_codes(self) -> bool:
        """Whether a code of an authenticator may be asked for at sign-in; only a deployment that says so does."""
        if self._policy is None:
            return False
        from muster.domain.operators import Action, Factor

        return any(Factor.CODE in way for way in self._policy.ways[Action.SIGN_IN])

    @property
    def has_station(self) -> bool:
        return has_station(self.data)

    @property
    def nameplate(self) -> Nameplate:
        """Read once: who it is does not change while the window is open, and every page's header asks."""
        return self._nameplate or self.read_nameplate()

    def read_nameplate(self) -> Nameplate:
        """As it stands now: another program may have added somebody."""
        self._nameplate = Nameplate.at(self.data)
        return self._nameplate

    def demo_passwords(self) -> dict[str, str]:
        """Of a demo station, by user id; none of a real one. Raises ``KeyUnavailable`` when they are gone."""
        return dict(demo_credentials(self.data)) if self.nameplate.is_demo else {}

    def station(self) -> Station:
        from muster.workstation.station import Station

        if self._station is None:
            self._station = Station.at(self.data, self.clock)
        return self._station

    def create(self, new: NewStation) -> Station:
        from muster.workstation.station import Station

        self._station = Station.create(self.data, new, self.clock, self.policy)
        return self._station

    def create_demo(self) -> Station:
        from muster.workstation.demo import demo_station

        self._station = demo_station(self.data, self.clock)
        return self._station

    def sign_in(self, user_id: str, password: str, code: str = "") -> Desk:
        from muster.workstation.desk import sign_in
        from muster.workstation.judging_beside import JudgeBeside

        station = self.station()
        policy = replace(self.policy, demo_use_case=True)
        server, judge = self._server(station), JudgeBeside()
        self.desk = sign_in(station, user_id, password, server, self.clock, policy=policy, code=code, judge=judge)
        return self.desk

    def sign_out(self) -> None:
        desk, self.desk = self.desk, None
        if desk is not None:
            desk.close()

    def close(self) -> None:
        """Sign out and stop the demo's receiver."""
        self.sign_out()
        if self._receiver is not None:
            self._receiver.close()

    def _server(self, station: Station) -> Server:
        from muster.workstation.embedded_receiver import EmbeddedReceiver
        from muster.workstation.server import NoServer, RemoteServer, ServerTerms

        if self.server_address:
            return RemoteServer(self.server_address, (self._server_terms or ServerTerms)())
        if not station.is_demo:
            return NoServer()
        if self._receiver is None:
            self._receiver = EmbeddedReceiver(station.folder, station.identity)
        return self._receiver
