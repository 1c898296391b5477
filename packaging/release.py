"""What those who release Muster sign: roots of trust, the update on a drive, the sums of every file handed out.

::

    python packaging/release.py key FILE
    python packaging/release.py root OUT --root-key FILE... --release-key FILE... --threshold 2
                                     [--after ROOT --old-key FILE...]
    python packaging/release.py bundle OUT --root FILE... --release-key FILE... --number 7 --version 0.2.0
                                       --program linux-x86_64=FILE.zip [--days 365]
    python packaging/release.py sums FOLDER --key FILE

The update is a repository of The Update Framework, made with python-tuf and read by ``muster update``
(workstation/update_bundle.py). *Root keys* say who may release and are used once in years; *release keys* sign
each update. Of both, ``--threshold`` must sign. ``root --after`` names other keys: it is signed by the old root
keys and the new ones, and bundles carry every root since the first. ``--number`` counts updates and never goes
down.

``sums`` writes ``SHA256SUMS`` of every file in the folder and its Ed25519 signature, which anybody can check::

    openssl pkeyutl -verify -pubin -inkey release.pub -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
    sha256sum -c SHA256SUMS

Keys are Ed25519 in PKCS #8 (PEM), the public half beside each as ``FILE.pub``. No key of anybody's is in this
repository; they belong on a drive in a safe, not on the computer that builds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from securesystemslib.signer import CryptoSigner, SSlibKey
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.api.serialization.json import JSONSerializer

ROOT_DAYS, BUNDLE_DAYS = 3650, 365
_READABLE = JSONSerializer(compact=False)


def new_key(file: Path) -> None:
    key = Ed25519PrivateKey.generate()
    file.touch(mode=0o600, exist_ok=False)
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    file.with_name(f"{file.name}.pub").write_bytes(public)


def read_key(file: Path) -> Ed25519PrivateKey:
    """Raises ``ValueError`` for another kind of key."""
    key = load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError(f"{file} is no Ed25519 key")
    return key


def signer(file: Path) -> CryptoSigner:
    key = read_key(file)
    return CryptoSigner(key, SSlibKey.from_crypto(key.public_key()))


def make_root(
    root_keys: Sequence[CryptoSigner],
    release_keys: Sequence[CryptoSigner],
    threshold: int,
    expires: datetime,
    after: tuple[bytes, Sequence[CryptoSigner]] | None = None,
) -> bytes:
    """``after`` is the root it replaces and the keys of that one, which sign the change too.

    Raises ``ValueError`` for a threshold that nobody could reach.
    """
    if not 1 <= threshold <= min(len(root_keys), len(release_keys)):
        raise ValueError(f"{threshold} of {len(root_keys)} root keys and {len(release_keys)} release keys")
    root = Root(expires=expires, consistent_snapshot=True)
    for role, keys in (
        ("root", root_keys),
        *((each, release_keys) for each in ("targets", "snapshot", "timestamp")),
    ):
        for key in keys:
            root.add_key(key.public_key, role)
        root.roles[role].threshold = threshold
    if after is not None:
        root.version = Metadata[Root].from_bytes(after[0]).signed.version + 1
    return _signed(Metadata(root), [*root_keys, *(after[1] if after else ())])


def make_bundle(
    bundle: Path,
    roots: Sequence[bytes],
    release_keys: Sequence[CryptoSigner],
    number: int,
    version: str,
    programs: dict[str, Path],
    made_at: datetime,
    expires: datetime,
) -> None:
    """One zip. ``roots`` begin with the one that programs out there were built with; ``programs`` are by kind."""
    release = {
        "version": version,
        "made_at": made_at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "programs": {kind: file.name for kind, file in sorted(programs.items())},
    }
    content = json.dumps(release, indent=1).encode()
    targets = Targets(version=number, expires=expires)
    files: dict[str, bytes | Path] = {}
    for name, source in (("release.json", content), *((file.name, file) for file in programs.values())):
        entry = _target(name, source)
        targets.targets[name] = entry
        files[f"targets/{entry.hashes['sha256']}.{name}"] = source
    signed_targets = _signed(Metadata(targets), release_keys)
    snapshot = Snapshot(version=number, expires=expires, meta={"targets.json": MetaFile(version=number)})
    signed_snapshot = _signed(Metadata(snapshot), release_keys)
    timestamp = Timestamp(version=number, expires=expires, snapshot_meta=MetaFile(version=number))
    for root in roots:
        files[f"metadata/{Metadata[Root].from_bytes(root).signed.version}.root.json"] = root
    files |= {
        f"metadata/{number}.targets.json": signed_targets,
        f"metadata/{number}.snapshot.json": signed_snapshot,
        "metadata/timestamp.json": _signed(Metadata(timestamp), release_keys),
    }
    _pack(bundle, files, made_at)


def _target(name: str, source: bytes | Path) -> TargetFile:
    if isinstance(source, bytes):
        return TargetFile.from_data(name, source, ["sha256"])
    return TargetFile.from_file(name, str(source), ["sha256"])


def _signed(metadata: Metadata, keys: Sequence[CryptoSigner]) -> bytes:
    for key in keys:
        metadata.sign(key, append=True)
    return metadata.to_bytes(_READABLE)


def _pack(bundle: Path, files: dict[str, bytes | Path], made_at: datetime) -> None:
    """Stored, not deflated: the program inside is a zip already."""
    with zipfile.ZipFile(bundle, "w") as archive:
        for name, source in sorted(files.items()):
            entry = zipfile.ZipInfo(name, made_at.timetuple()[:6])
            with archive.open(entry, "w", force_zip64=True) as sink:
                if isinstance(source, bytes):
                    sink.write(source)
                else:
                    with source.open("rb") as stream:
                        while chunk := stream.read(1 << 20):
                            sink.write(chunk)


def write_sums(folder: Path, key: Ed25519PrivateKey) -> Path:
    """``SHA256SUMS`` as sha256sum reads it, and ``SHA256SUMS.sig``, 64 octets over it."""
    sums = folder / "SHA256SUMS"
    lines = []
    for file in sorted(folder.rglob("*")):
        if file.is_file() and file.name not in {"SHA256SUMS", "SHA256SUMS.sig"}:
            with file.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            lines.append(f"{digest}  {file.relative_to(folder).as_posix()}\n")
    sums.write_text("".join(lines), encoding="utf-8", newline="\n")
    sums.with_suffix(".sig").write_bytes(key.sign(sums.read_bytes()))
    return sums


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words = arguments.add_subparsers(dest="word", required=True)
    key = words.add_parser("key")
    key.add_argument("file", type=Path)
    root = words.add_parser("root")
    root.add_argument("out", type=Path)
    root.add_argument("--root-key", type=Path, nargs="+", required=True)
    root.add_argument("--threshold", type=int, required=True)
    root.add_argument("--after", type=Path)
    root.add_argument("--old-key", type=Path, nargs="+", default=[])
    root.add_argument("--days", type=int, default=ROOT_DAYS)
    bundle = words.add_parser("bundle")
    bundle.add_argument("out", type=Path)
    bundle.add_argument("--root", type=Path, nargs="+", required=True)
    bundle.add_argument("--number", type=int, required=True)
    bundle.add_argument("--version", required=True)
    bundle.add_argument("--program", nargs="+", required=True, metavar="KIND=FILE")
    bundle.add_argument("--days", type=int, default=BUNDLE_DAYS)
    for each in (root, bundle):
        each.add_argument("--release-key", type=Path, nargs="+", required=True)
    sums = words.add_parser("sums")
    sums.add_argument("folder", type=Path)
    sums.add_argument("--key", type=Path, required=True)
    asked = arguments.parse_args()
    now = datetime.now(UTC).replace(microsecond=0)
    match asked.word:
        case "key":
            new_key(asked.file)
        case "root":
            after = (asked.after.read_bytes(), [*map(signer, asked.old_key)]) if asked.after else None
            keys = [*map(signer, asked.root_key)], [*map(signer, asked.release_key)]
            asked.out.write_bytes(make_root(*keys, asked.threshold, now + timedelta(days=asked.days), after))
        case "bundle":
            programs = {kind: Path(file) for kind, _, file in (each.partition("=") for each in asked.program)}
            make_bundle(
                asked.out,
                [each.read_bytes() for each in asked.root],
                [*map(signer, asked.release_key)],
                asked.number,
                asked.version,
                programs,
                now,
                now + timedelta(days=asked.days),
            )
        case "sums":
            print(write_sums(asked.folder, read_key(asked.key)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
