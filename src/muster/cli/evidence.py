"""``muster evidence``: what a registration's identity rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from muster.cli.common import (
    DataOption,
    JsonOption,
    PasswordOption,
    Screen,
    UserOption,
    VerboseOption,
    desk_of,
    printable,
    reporting,
    show,
    station_at,
)
from muster.clock import rfc3339
from muster.domain.evidence import Evaluation, Evidence, UpgradePath
from muster.domain.registration import RegistrationId
from muster.workstation.evidence import EVIDENCE_DESTROYED
from muster.workstation.proof_archive import verify_proof

# What rows of the level table are called where somebody reads them; others are shown as they are.
_PIECES = {
    "one_time_code": "a one-time code",
    "vouch": "somebody who vouches",
    "register_record": "a register's record",
    "eid": "a sign-in elsewhere",
    "eid_strong": "a strong sign-in elsewhere",
    "trusted_id_claim": "a sign-in at a trusted identity provider",
    "document_optical": "a document",
    "document_chip": "a document with a chip",
    "wallet_pid": "a wallet",
    "face_match": "the person's face compared with it",
}


def register(app: typer.Typer, screen: Screen) -> None:
    evidence = typer.Typer(help="What a registration's identity rests on.", no_args_is_help=True)
    app.add_typer(evidence, name="evidence")

    @evidence.command("show")
    def show_evidence(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        everything: Annotated[
            bool,
            typer.Option("--all", help="Every piece with its checks: for a supervisor (--user), and audited."),
        ] = False,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """The level of assurance, and what would raise it."""
        with reporting(as_json=as_json, verbose=verbose):
            registration_id = RegistrationId(registration)
            with desk_of(station_at(data), user=user, password_file=password_file) as (desk, _):
                if everything:
                    evaluation = desk.evidence.evaluation(registration_id)
                    agreed = [
                        f"  agreed to {each.consent.value} {rfc3339(each.at)}"
                        for each in desk.evidence.consents(registration_id)
                    ]
                    show(evaluation, "\n".join([*_told(evaluation), *agreed]), as_json=as_json)
                    return
                view = desk.evidence.assurance(registration_id)
                if view.is_destroyed:
                    lines = [EVIDENCE_DESTROYED.sentence]
                else:
                    lines = [f"{view.level.value}; pieces of evidence: {view.pieces}"]
                    lines += map(_path, view.upgrade_paths)
                show(view, "\n".join(lines), as_json=as_json)

    @evidence.command("file")
    def copy_file(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        digest: Annotated[str, typer.Argument(metavar="SHA256", help="As show --all tells it.")],
        out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The copy; replaces what is there.")],
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Copy a file behind a piece of evidence: for a supervisor (--user), and audited."""
        with reporting(as_json=as_json, verbose=verbose):
            registration_id = RegistrationId(registration)
            with desk_of(station_at(data), user=user, password_file=password_file) as (desk, _):
                desk.evidence.copy_file(registration_id, digest, out)
                show({"file": out, "sha256": digest}, f"Copied to {printable(str(out))}.", as_json=as_json)

    @evidence.command("proof")
    def take_proof(
        registration: Annotated[str, typer.Argument(metavar="REGISTRATION_ID", help="29 digits.")],
        out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The archive; replaces what is there.")],
        without_services: Annotated[
            bool,
            typer.Option("--without-services", help="Do not ask services for what they signed."),
        ] = False,
        data: DataOption = None,
        user: UserOption = None,
        password_file: PasswordOption = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Write the signed proof of an identity and close the case: what it rests on is destroyed here. For a
        supervisor (--user), once the packet is sealed."""
        with reporting(as_json=as_json, verbose=verbose):
            registration_id = RegistrationId(registration)
            with desk_of(station_at(data), user=user, password_file=password_file) as (desk, _):
                proof = desk.proof_archives.take(registration_id, out, with_services=not without_services)
            show(proof, f"{printable(str(out))}: {proof.level}, sha256 {proof.digest}", as_json=as_json)

    @evidence.command("verify")
    def verify(
        file: Annotated[Path, typer.Argument(help="A proof that a station wrote.")],
        key: Annotated[
            Path | None,
            typer.Option("--key", metavar="CERT", help="The station's public key or certificate (PEM, DER)."),
        ] = None,
        as_json: JsonOption = False,
        verbose: VerboseOption = False,
    ) -> None:
        """Check a proof, anywhere. Without --key it is only known that nothing was changed since it was signed:
        compare the fingerprint with the station's."""
        with reporting(as_json=as_json, verbose=verbose):
            verdict = verify_proof(file, key)
            compared = "the key it was compared with" if verdict.is_compared else "compare this fingerprint"
            lines = (
                f"{verdict.registration_id} of {verdict.station}: {verdict.level}, {rfc3339(verdict.at)}",
                f"  signed with {verdict.key} ({compared})",
                f"  packet {verdict.packet_id}",
                f"  after record {verdict.trail_sequence} of the trail, {verdict.trail_head}",
                *(f"  {each}" for each in verdict.files),
            )
            show(verdict, "\n".join(lines), as_json=as_json)


def _told(evaluation: Evaluation) -> Iterator[str]:
    yield f"{evaluation.level.value} {evaluation.rule}".rstrip()
    for each in evaluation.evidence:
        yield from _piece(each)
    yield from map(_path, evaluation.upgrade_paths)


def _piece(evidence: Evidence) -> Iterator[str]:
    submission = evidence.submission
    worth = f"{evidence.status.value:<13}{evidence.score.value} of {evidence.strength.value}"
    yield f"  {submission.wire_type:<18}{worth}  {printable(submission.provider)}".rstrip()
    if submission.checks:
        yield "    " + " ".join(each.indicator for each in submission.checks)
    for risk in submission.risks:
        yield f"    {risk.normalized.value} ({printable(risk.raw)})"
    for artifact in submission.artifacts:
        name = f" {printable(artifact.filename)}" if artifact.filename else ""
        yield f"    {artifact.role.value} {artifact.media_type}, {artifact.size} bytes, {artifact.digest}{name}"
    for fault in evidence.faults:
        yield f"    {fault.code} {fault.message}".rstrip()


def _path(path: UpgradePath) -> str:
    return f"  {path.reaches.value} with " + " and ".join(_PIECES.get(each, each) for each in path.add)
