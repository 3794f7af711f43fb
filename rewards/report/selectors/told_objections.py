"""Compare objections, and the facts that units declared, with the journal."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from instrument_share.journal.selectors import entries
from instrument_share.kernel.canonical import fingerprint
from rewards.cycle.models import AssessmentCycle
from rewards.declarations.domain.facts import FactState
from rewards.declarations.models import DeclaredFact
from rewards.objections.models import Objection, ObjectionAnswer
from rewards.report.selectors.told import (
    act,
    acts_on,
    compare,
    find_missing,
    get_detail,
    last_of,
    write_day,
    write_yuan,
)

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry


def find_untold_objections(cycle: AssessmentCycle) -> Iterator[str]:
    """Yield every difference between a year's objections, with their answers, and its journal."""
    objections = list(
        Objection.objects.filter(cycle=cycle).prefetch_related("files", "comments").order_by("number")
    )
    raised = entries().filter(action="objection.raised", details__cycle=cycle.public_id)
    yield from find_missing("objection", objections, raised)
    acts = acts_on(objections)
    for objection in objections:
        yield from _objection(objection, acts.get(objection.public_id, ()))


def _objection(objection: Objection, acts: "Sequence[AuditEntry]") -> Iterator[str]:
    raised = last_of(acts).get("objection.raised")
    comments = [
        (fingerprint(one.text), one.commented_at, one.commented_by_id)
        for one in sorted(objection.comments.all(), key=lambda one: one.pk)
    ]
    commented = [
        (get_detail(entry, "sha256"), entry.at, entry.actor_id)
        for entry in acts
        if entry.action == "objection.commented"
    ]
    columns = {
        "content": (objection.fingerprint, get_detail(raised, "sha256")),
        "organization": (objection.organization_id, raised and raised.organization_id),
        "files": (sorted(one.fingerprint for one in objection.files.all()), get_detail(raised, "files")),
        "comments": (comments, commented),
        **act(raised, objection.raised_at, objection.user_id, "raised"),
    }
    yield from compare(f"objection {objection.public_id}", "journal", columns)
    yield from _answer(objection, last_of(acts).get("objection.answered"))


def _answer(objection: Objection, told: "AuditEntry | None") -> Iterator[str]:
    answer: Any = ObjectionAnswer.objects.filter(objection=objection).select_related("finding").first()
    finding = answer.finding.public_id if answer and answer.finding else ""
    columns = {
        "effect": (answer and answer.effect, get_detail(told, "effect")),
        "text": (answer and fingerprint(answer.text), get_detail(told, "sha256")),
        "finding": (finding, get_detail(told, "finding", "")),
        **act(told, answer and answer.answered_at, answer and answer.answered_by_id, "answered"),
    }
    yield from compare(f"answer to objection {objection.public_id}", "journal", columns)


def find_untold_facts(cycle: AssessmentCycle) -> Iterator[str]:
    """Yield every difference between the facts declared until the year and the journal."""
    facts = list(
        DeclaredFact.objects.filter(year__lte=cycle.year).select_related("instrument").order_by("pk")
    )
    declared = entries().filter(action="fact.declared", details__year__lte=cycle.year)
    yield from find_missing("fact", facts, declared)
    acts = acts_on(facts)
    for fact in facts:
        yield from _fact(fact, acts.get(fact.public_id, ()))


def _fact(fact: DeclaredFact, acts: "Sequence[AuditEntry]") -> Iterator[str]:
    last = acts[-1] if acts else None
    decided = last if last and last.action not in {"fact.declared", "fact.withdrawn"} else None
    declared = last_of(acts).get("fact.declared")
    columns = {
        "organization": (fact.organization_id, last and last.organization_id),
        "instrument": (fact.instrument.public_id if fact.instrument else "", get_detail(last, "instrument")),
        **{
            name: (getattr(fact, name), get_detail(last, name))
            for name in ("kind", "year", "about", "code", "evidence", "reason")
        },
        "figure": (write_yuan(fact.figure), write_yuan(get_detail(last, "figure"))),
        "valid_through": (write_day(fact.valid_through), get_detail(last, "valid_through")),
        "state": (fact.named_state, last.action.partition(".")[2] if last else FactState.DECLARED),
        "files": (fact.proofs_fingerprint, get_detail(declared, "proofs", fingerprint())),
        **act(declared, fact.declared_at, fact.declared_by_id, "declared"),
        **act(decided, fact.decided_at, fact.decided_by_id, "decided"),
    }
    yield from compare(f"fact {fact.public_id}", "journal", columns)
