"""Checks an audit trail that a Muster station wrote (``muster audit export``), without anything of Muster.

::

    python check_trail.py trail.jsonl station.pem

Needs Python 3.9 and openssl, nothing else. ``station.pem`` is the station's public key as it was registered, got
by another way than the trail; without it the key in the file is believed, which proves nothing against whoever
wrote the file. What the lines hold is described in src/guide/auditor.md.

Exit status: 0 whole, unbroken and signed to its end; 1 not; 2 no trail, or no key.
"""

import base64
import hashlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path


def signed(pem, said, signature):
    try:
        octets = base64.urlsafe_b64decode(signature + "==")
    except (TypeError, ValueError):  # none, or no base64
        return False
    with tempfile.TemporaryDirectory() as folder:
        key, sealed = Path(folder, "key"), Path(folder, "signature")
        key.write_text(pem)
        sealed.write_bytes(octets)
        command = ["openssl", "dgst", "-sha256", "-verify", str(key), "-signature", str(sealed)]
        return subprocess.run(command, input=said, capture_output=True, check=False).returncode == 0


def check(title, lines, pem):
    """What was found, and the exit status."""
    head, checkpoints, upto = "0" * 64, 0, 0
    for count, line in enumerate(lines, 1):
        try:
            *record, digest = json.loads(line)
            sequence, _at, event, _actor, _subject, detail, previous = record
            record[5] = dict(sorted(detail.items()))
        except (ValueError, TypeError, AttributeError, RecursionError):
            return f"BROKEN at record {count}: this line is no record", 1
        text = json.dumps(record, separators=(",", ":"), ensure_ascii=False)
        fits = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        if (sequence, previous, digest) != (count, head, fits):
            return f"BROKEN at record {sequence if isinstance(sequence, int) else count}", 1
        if event == "MUS-AUD-001":
            said = f"muster audit checkpoint\n{checkpoints + 1}\n{count - 1}\n{head}"
            as_said = (detail.get("number"), detail.get("upto"), detail.get("head"))
            follows = as_said == (str(checkpoints + 1), str(count - 1), head)
            if not follows or not signed(pem, said.encode(), detail.get("signature")):
                return f"BROKEN at record {count}: a checkpoint that this key did not sign", 1
            checkpoints, upto = checkpoints + 1, count - 1
        head = digest
    found = (
        f"{len(lines)} records of station {title['station']}, unbroken, signed up to record {upto}\nhead {head}"
    )
    if not checkpoints:
        return f"{found}\nNOT SIGNED: no checkpoint, nobody vouches for this trail", 1
    if "signature" not in title:
        return f"{found}\nNOT COMPLETE as far as one can know: its end is not signed", 1
    said = f"muster audit export\n{title['station']}\n{title['exported_at']}\n{len(lines)}\n{head}"
    if not signed(pem, said.encode(), title["signature"]):
        return f"{found}\nBROKEN at the end: this key did not sign that the trail ends here", 1
    return f"{found}\ncomplete, as it was exported at {title['exported_at']}", 0


def fingerprint(pem):
    """As the signed reports print it."""
    body = [line for line in pem.strip().splitlines() if not line.startswith("-----")]
    return hashlib.sha256(base64.b64decode("".join(body))).hexdigest()


def main(arguments):
    if not 1 <= len(arguments) <= 2:
        return "usage: python check_trail.py TRAIL.jsonl [STATION.pem]", 2
    try:
        title, *lines = Path(arguments[0]).read_text(encoding="utf-8").removesuffix("\n").split("\n")
        title = json.loads(title)
        pem = title["machine_public_key_pem"]
        if len(arguments) == 2:
            pem = Path(arguments[1]).read_text(encoding="ascii")
        said, status = check(title, lines, pem)
        key = f"the key {fingerprint(pem)}"
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        return f"cannot be checked: no exported trail, no key, or damaged ({error})", 2
    if len(arguments) == 1:
        key += ", which stands in the file itself: whoever wrote the file chose it. Name the registered one"
    return f"{said}\nchecked with {key}", status


if __name__ == "__main__":
    found, status = main(sys.argv[1:])
    print(found)
    sys.exit(status)
