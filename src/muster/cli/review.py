"""``muster review``: what a supervisor looks at and decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Annotated

import typer

from muster.cli.common import (
    BAD,
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    at_desk,
    plain,
    printable,
    show,
)
from muster.cli.review_travelling import add_travelling
from muster.domain.registration import RegistrationId
from muster.domain.review import ReviewLine, Standing
from muster.domain.review_decision import Decision, Reason


class Word(Enum):
    """A decision as it is typed."""

    APPROVE = "approve"
    REJECT = "reject"
    HOLD = "hold"
    SEND_BACK = "send-back"

    @property
    def decision(self) -> Decision:
        return Decision[self.name]


def register(app: typer.Typer, screen: Screen) -> None:
    review = typer.Typer(help="What a supervisor looks at and decides.", no_args_is_help=True)
    app.add_typer(review, name="review")

    @review.command("list")
    def list_lines(
        everything: Annotated[
            bool, typer.Option("--all", help="Also what nobody is asked about, and what was decided.")
        ] = False,
        limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many, the riskiest first.")] = 100,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Registrations to be reviewed, the riskiest first, with what is unusual about each. For a supervisor
        (--user)."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            standings = tuple(each for each in Standing if everything or each.is_open)
            lines = desk.review.lines(standings, limit)
            text = "\n".join(map(_text, lines)) or "nothing waits for a review"
            show({"registrations": [_document(each) for each in lines]}, text, as_json=as_json)

    @review.command("show")
    def show_one(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """One registration: its signs, what was entered and handed in, and how long each step took. That somebody
        looked goes into the trail."""
        from muster.workstation.review import CarriedCase
        from muster.workstation.review_bundles import told_facts

        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            case = desk.review.open(RegistrationId(registration))
            if isinstance(case, CarriedCase):
                facts = case.facts
                document = {**_document(case.line), "facts": dict(facts)}
                show(document, "\n".join([_text(case.line), *_told(facts)]), as_json=as_json)
                return
            facts = tuple(told_facts(case.summary)) if case.summary else ()
            steps = {step.value: round(took.total_seconds()) for step, took in case.times.by_step.items()}
            pauses = [
                {"began": each.began, "seconds": round(each.lasted.total_seconds())} for each in case.times.pauses
            ]
            times = (f"  {name:<16}{seconds:>6} s" for name, seconds in steps.items())
            gone = [] if case.summary else ["  what the person said and showed was destroyed"]
            document = {**_document(case.line), "facts": dict(facts), "steps_s": steps, "pauses": pauses}
            show(document, "\n".join([_text(case.line), *gone, *_told(facts), *times]), as_json=as_json)

    @review.command()
    def reasons(as_json: JsonOption = False) -> None:
        """The codes of the reasons, and what each of them says."""
        words = {reason.value: reason.words for reason in Reason}
        show(words, "\n".join(f"{code}  {said}" for code, said in words.items()), as_json=as_json)

    @review.command()
    def decide(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        decision: Annotated[Word, typer.Argument(help="What is to become of it.")],
        reason: Annotated[
            Reason | None,
            typer.Option(help="Why it is rejected or sent back, by MOSIP's codes: see muster review reasons."),
        ] = None,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Decide about one registration. It counts once it was signed off: muster review sign-off."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, _):
            line = desk.review.decide(RegistrationId(registration), decision.decision, reason)
            show(_document(line), _text(line), as_json=as_json)

    @review.command("sign-off")
    def sign_off(
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Sign all that was decided, by the password this command was given. Status 1 when something was sent
        meanwhile and is open again."""
        with at_desk(data, user, password_file, as_json=as_json, verbose=verbose) as (desk, password):
            from muster.workstation.proving import Proof

            signed = desk.review.sign_off(Proof(password))
            late = [each.text for each in signed.too_late]
            document = {
                "signed": [_document(each) for each in signed.lines],
                "too_late": late,
                "batch": signed.batch,
            }
            sentence = f"{len(signed.lines)} decisions signed" + "".join(
                f"\n{each}: sent meanwhile" for each in late
            )
            show(document, sentence, as_json=as_json)
            if late:
                raise typer.Exit(BAD)

    add_travelling(review)


def _told(facts: Iterable[tuple[str, str]]) -> Iterator[str]:
    for name, value in facts:
        yield f"  {printable(name)}: {printable(value)}"


def _document(line: ReviewLine) -> dict[str, object]:
    said = [{"sign": each.sign.value, "weight": each.weight, "says": each.sentence} for each in line.flags]
    because = line.reason.words if line.reason else ""
    return {**plain(line), "risk": line.risk, "flags": said, "reason_words": because}


def _text(line: ReviewLine) -> str:
    because = f" ({line.reason.words})" if line.reason else ""
    decision = f", {line.decision.value}{because}" if line.decision else ""
    seen = "must be seen" if line.must_be_seen else "may be approved unseen"
    head = (
        f"{line.registration_id}  risk {line.risk:>3}  {line.officer}  {line.standing.value}{decision}  ({seen})"
    )
    return "\n".join([head, *(f"    {each.weight:>2}  {each.sentence}" for each in line.flags)])
