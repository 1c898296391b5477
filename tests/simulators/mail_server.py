"""A real mail server of this machine (aiosmtpd), and what arrived there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session


@dataclass
class Mailbox:
    """What aiosmtpd asks for its handler, and what arrived; ``recipients`` are the newest message's. ``says``
    refuses the next one."""

    mails: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    says: str = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.says.startswith("250"):
            content = envelope.content
            assert isinstance(content, bytes)
            mail = BytesParser(policy=default).parsebytes(content)
            assert isinstance(mail, EmailMessage)
            self.mails.append(mail)
            self.recipients = list(envelope.rcpt_tos)
        return self.says

    def code(self) -> str:
        """In the newest message."""
        found = re.search(r"\b\d{6}\b", self.mails[-1].get_content())
        assert found is not None
        return found[0]


class AnyPort(Controller):
    """On a port that is free: where it listens, it says when it does."""

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


@contextmanager
def mail_server() -> Iterator[tuple[Mailbox, str]]:
    """Its mailbox, and the address at which a station sends."""
    box = Mailbox()

    def known(
        server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=data == LoginPassword(b"station", b"p@ss"), handled=False)

    controller = AnyPort(box, hostname="127.0.0.1", port=0, authenticator=known, auth_require_tls=False)
    controller.start()
    try:
        yield box, f"smtp://station:p%40ss@127.0.0.1:{controller.port}?from=muster%40example.org"
    finally:
        controller.stop()
