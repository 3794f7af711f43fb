"""Run every check over a year's snapshot, and open findings."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from msgspec import msgpack

from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.canonical import fingerprint
from instrument_share.kernel.progress import Tell
from instrument_share.kernel.states import next_state
from providers.public import instrument_ids
from rewards.cycle.domain.states import MOVES
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import StoredSnapshot, get_unit_ids
from rewards.cycle.services.long_steps import LongStep
from rewards.findings.domain.all_checks import SeenCandidate, run_checks
from rewards.findings.domain.evidence import hash_evidence
from rewards.findings.models import Finding
from rewards.findings.selectors.due import get_answer_due_date
from rewards.findings.services.telling import tell_of_findings

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

AT_ONCE = 500
"""How many findings are written together."""


def cycle_check(*, actor: "User", cycle_id: int, now: datetime) -> AssessmentCycle:
    """Run every check over the snapshot and open a finding for each new case."""
    return CHECK.take(actor=actor, cycle_id=cycle_id, now=now)


def _admit_check(actor: "User", cycle: AssessmentCycle, _now: datetime) -> None:
    require(actor, "rewards.run_cycle", cycle)
    next_state(MOVES, cycle.state, "check", kind="cycle")


def _compute_check(cycle: AssessmentCycle, _now: datetime, tell: Tell) -> list[bytes]:
    """Return all candidates, packed: a tenth of their size as objects, of which a city may have thousands."""
    return list(map(msgpack.encode, run_checks(cycle.year, StoredSnapshot(cycle, tell))))


def _keep_check(
    actor: "User", cycle: AssessmentCycle, candidates: Sequence[bytes], now: datetime
) -> AssessmentCycle:
    cycle.state = next_state(MOVES, cycle.state, "check", kind="cycle")
    opened = _open_findings(cycle, map(_CANDIDATES.decode, candidates), now)
    tell_of_findings(cycle, opened, now)
    cycle.checked_at = now
    cycle.save(update_fields=["state", "checked_at"])
    found = Finding.objects.filter(cycle=cycle, found_at=now).values_list("public_id", "evidence_hash")
    details = {
        "opened": opened.total(),
        "due": get_answer_due_date(now).isoformat(),
        "sha256": fingerprint(*sorted(found)),
    }
    record(actor=actor, action="cycle.checked", subject=cycle, now=now, details=details)
    return cycle


_CANDIDATES = msgpack.Decoder(SeenCandidate)
CHECK = LongStep(_admit_check, _compute_check, _keep_check)


def _open_findings(cycle: AssessmentCycle, seen: Iterable[SeenCandidate], now: datetime) -> Counter[int]:
    """Open a finding for each candidate that the cycle does not have yet; return their number by unit."""
    known = set(Finding.objects.filter(cycle=cycle).values_list("evidence_hash", flat=True))
    due, organizations = get_answer_due_date(now), get_unit_ids(cycle)
    new, opened = _only_new(seen, known), Counter[int]()
    while some := dict(islice(new, AT_ONCE)):
        instruments = instrument_ids({each.instrument for each in some.values()})
        Finding.objects.bulk_create(
            Finding(
                cycle=cycle,
                organization_id=organizations[each.uscc],
                instrument_id=instruments[each.instrument],
                kind=each.candidate.kind,
                logs=list(each.candidate.entries),
                evidence=dict(each.candidate.evidence),
                evidence_hash=digest,
                first_date=each.first_date,
                effective_seconds=each.effective_seconds,
                amount_yuan=each.amount,
                answer_due_date=due,
                found_at=now,
            )
            for digest, each in some.items()
        )
        opened.update(organizations[each.uscc] for each in some.values())
    return opened


def _only_new(seen: Iterable[SeenCandidate], known: set[str]) -> Iterator[tuple[str, SeenCandidate]]:
    """Yield the candidates whose evidence is not `known`, each once, with its hash."""
    for each in seen:
        digest = _hash_evidence(each)
        if digest not in known:
            known.add(digest)
            yield digest, each


def _hash_evidence(seen: SeenCandidate) -> str:
    what = seen.candidate
    return hash_evidence(what.kind, seen.instrument, what.entries, what.evidence)
