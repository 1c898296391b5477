"""What the person answered, in the officer's words."""

from __future__ import annotations

from muster.domain.lifecycle import PersonAnswered
from muster.domain.person import Reply
from muster.ui.language import tr


def answer_words(answer: PersonAnswered) -> tuple[str, str]:
    """A sentence and the tone to say it in."""
    at = f"{answer.at.astimezone():%H:%M}"
    words = {
        Reply.AGREED: tr("The person agreed at {at}.", at=at),
        Reply.REFUSED: tr("The person did not agree."),
        Reply.RIGHT: tr("The person said at {at}: this is right.", at=at),
        Reply.WRONG: tr("The person says that something is wrong. Ask what it is and correct it."),
    }[answer.reply]
    where = tr("On their own screen.") if answer.own_screen else tr("On this screen, turned to them.")
    unable = f" {tr('They said that they cannot sign.')}" if answer.cannot_sign else ""
    return f"{words} {where}{unable}", "good" if answer.reply in (Reply.AGREED, Reply.RIGHT) else "warn"
