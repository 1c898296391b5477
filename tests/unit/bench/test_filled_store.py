"""A store that was filled in bulk is one that could have been worked into."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from muster.audit.chain import verify_stored
from muster.bench import filled_store
from muster.crypto.signing import verify
from muster.domain.delivery import DeliveryState
from muster.domain.review import Standing
from muster.store.audit_search import Wanted


def test_a_filled_store_reads_verifies_and_can_be_searched(tmp_path: Path) -> None:
    database = filled_store.opened(tmp_path)
    made = filled_store.fill(database, 260, records_each=12)
    filled_store.index(database)
    with database.audit_log() as log:
        verdict = verify_stored(log.to_verify(), signed=partial(verify, made.key.signing_public))
    assert (verdict.valid, verdict.records, verdict.checkpoints) == (True, made.records, 1)
    with database.read() as work:
        assert work.review.counts() == {Standing.WAITING: 200, Standing.CLOSED: 60}
        first = work.registrations.load(made.registrations[0])
        last = work.registrations.load(made.registrations[-1])
        states = {each.registration_id: each.state for each in work.outbox.all()}
    assert first.uploaded is not None and last.awaits_approval
    assert states[first.id] is DeliveryState.PUSHED and states[last.id] is DeliveryState.REGISTERED
    with database.search() as search:
        assert len(search.find(Wanted(subject=first.id.text), 100)) == 12
        assert search.behind() == 0
    database.close()
