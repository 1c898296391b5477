"""The rules say something about every record that parses, and raise over none."""

from fuzz.targets.iso19794_record import mutate, seeds
from fuzz.typed import assert_well_typed
from muster.formats.iso19794_record import parse_record
from muster.formats.iso19794_rules import registration_findings

__all__ = ["mutate", "run", "seeds"]


def run(content: bytes) -> None:
    record = parse_record(content)
    for finding in registration_findings(record):
        assert_well_typed(finding)
        assert finding.code.say()
