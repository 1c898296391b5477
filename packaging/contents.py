"""What the installed program consists of: a bill of materials, and every licence.

::

    python packaging/contents.py FOLDER     for a folder that program_folder.py made, which calls this itself

    FOLDER/sbom.cdx.json            CycloneDX 1.6: packages by name, version and licence; weights by SHA-256
    FOLDER/licences/LICENCES.txt    one line a part: name, version, licence
    FOLDER/licences/NAME/           the texts that came with it

Packages are read by cyclonedx-py out of the environment in the folder: the list is what is there, not what was
asked for. The networks' weights stand in ``models/manifest.toml``. A part whose licence nobody says is an error.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

SITE = Path("lib", "python3.11", "site-packages")
_TEXTS = re.compile(r"(licen[cs]e|copying|notice|authors|copyright)", re.IGNORECASE)
# Said in the package's description or in a text it brings, and in no field of its metadata.
_SAID_ELSEWHERE = {"insightface": "MIT", "sqlcipher3": "Zlib"}


@dataclass(frozen=True, slots=True)
class Part:
    """``texts`` are the licence texts that came with it, as files."""

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...]


def write(folder: Path, date: int) -> None:
    """Raises ``ValueError`` for a part without a licence, or a bill that is no CycloneDX."""
    parts = sorted([*packages(folder / SITE), *weights(folder)], key=lambda each: each.name.lower())
    nameless = [each.name for each in parts if not each.licence]
    if nameless:
        raise ValueError(f"Nobody says the licence of {', '.join(nameless)}.")
    licences = folder / "licences"
    shutil.rmtree(licences, ignore_errors=True)
    for part in parts:
        for text in part.texts:
            (licences / part.name).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(text, licences / part.name / text.name)
    lines = [f"{each.name:<40}{each.version:<14}{each.licence}\n" for each in parts]
    (licences / "LICENCES.txt").write_text("".join(lines), encoding="utf-8")
    (folder / "sbom.cdx.json").write_text(bill(folder, date), encoding="utf-8")


def packages(site: Path) -> Iterator[Part]:
    for each in distributions(path=[str(site)]):
        files = [Path(str(each.locate_file(file))) for file in each.files or () if _TEXTS.search(Path(file).name)]
        texts = tuple(file for file in files if ".dist-info" in str(file) and file.suffix not in {".py", ".json"})
        yield Part(each.name, each.version, licence_of(each), texts)


def licence_of(package: Distribution) -> str:
    """As an expression where there is one (PEP 639), else a short name, else what the classifiers say."""
    told = package.metadata
    expression = str(told.get("License-Expression") or "").strip()
    short = str(told.get("License") or "").strip()
    classified = [
        each.rpartition(" :: ")[2]
        for each in told.get_all("Classifier") or ()
        if each.startswith("License :: ") and not each.endswith("OSI Approved")
    ]
    short = short if len(short) < 80 and "\n" not in short else ""  # some put the whole text there
    return expression or short or ", ".join(classified) or _SAID_ELSEWHERE.get(package.name, "")


def weights(folder: Path) -> Iterator[Part]:
    models = folder / SITE / "muster" / "_models"
    for name, entry in tomllib.loads((models / "manifest.toml").read_text(encoding="utf-8")).items():
        yield Part(f"weights-{name}", "", entry["licence"], (models / entry["licence_file"],))


def bill(folder: Path, date: int) -> str:
    """Raises ``ValueError`` when what came out is not CycloneDX."""
    program = str(folder / "bin" / "python3")
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cyclonedx-py")), "environment", "--output-reproducible", program],
        check=True,
        capture_output=True,
        env={**os.environ, "SOURCE_DATE_EPOCH": str(date)},
    )
    document: dict[str, Any] = json.loads(done.stdout)
    models = folder / SITE / "muster" / "_models" / "manifest.toml"
    for name, entry in tomllib.loads(models.read_text(encoding="utf-8")).items():
        document["components"].append(
            {
                "bom-ref": f"weights-{name}",
                "type": "machine-learning-model",
                "name": name,
                "description": entry["source"],
                "hashes": [{"alg": "SHA-256", "content": entry["sha256"]}],
                "licenses": [{"license": {"name": entry["licence"]}}],
            }
        )
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ValueError(f"The bill of materials is no CycloneDX: {wrong}")
    return text


def main() -> int:
    folder = Path(sys.argv[1]).absolute()
    write(folder, int(folder.stat().st_mtime))
    print((folder / "licences" / "LICENCES.txt").read_text(encoding="utf-8"), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
