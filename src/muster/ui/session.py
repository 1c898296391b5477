"""What the window holds while it is open: the station's folder, the server, and who is signed in. No Qt."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from muster.clock import Clock
from muster.workstation.demo import demo_station
from muster.workstation.desk import Desk, sign_in
from muster.workstation.embedded_receiver import EmbeddedReceiver
from muster.workstation.policy import Policy
from muster.workstation.server import NoServer, RemoteServer, Server, ServerTerms
from muster.workstation.station import NewStation, Station


class Session:
    """``server_address`` is the server of a real station and ``server_terms`` what that asks for; a demo station
    brings its own."""

    def __init__(
        self,
        data: Path,
        clock: Clock,
        *,
        demo: bool = False,
        server_address: str | None = None,
        server_terms: ServerTerms | None = None,
        policy: Policy | None = None,
    ) -> None:
        self.data = data
        self.clock = clock
        self.demo = demo
        self.desk: Desk | None = None
        self.server_address = server_address
        self.policy = policy or Policy()
        self._server_terms = server_terms or ServerTerms()
        self._receiver: EmbeddedReceiver | None = None
        self._station: Station | None = None

    @property
    def has_station(self) -> bool:
        return Station.exists(self.data)

    def station(self) -> Station:
        """Read once: who it is does not change while the window is open, and every page's header asks."""
        if self._station is None:
            self._station = Station.at(self.data, self.clock)
        return self._station

    def create(self, new: NewStation) -> Station:
        self._station = Station.create(self.data, new, self.clock, self.policy)
        return self._station

    def create_demo(self) -> Station:
        self._station = demo_station(self.data, self.clock)
        return self._station

    def sign_in(self, user_id: str, password: str, code: str = "") -> Desk:
        station = self.station()
        policy = replace(self.policy, demo_use_case=True)
        desk = sign_in(station, user_id, password, self._server(station), self.clock, policy=policy, code=code)
        self.desk = desk
        return desk

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
        if self.server_address:
            return RemoteServer(self.server_address, self._server_terms)
        if not station.is_demo:
            return NoServer()
        if self._receiver is None:
            self._receiver = EmbeddedReceiver(station.folder, station.identity)
        return self._receiver
