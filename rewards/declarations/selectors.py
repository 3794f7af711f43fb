"""Declared facts visible to a viewer, and those of a year that count."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

import rules
from django.db.models import Count, Prefetch, Q, QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import organizations_by_id, owning_organizations, region_of
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import require_found
from providers.public import owner_ids
from rewards.declarations.domain.facts import FactKind, FactState, counts_in_year
from rewards.declarations.models import DeclaredFact, FactProof
from rewards.policy.domain.policy import Grade, Qualification
from rewards.policy.selectors import all_policy_rules

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer

_OF_INSTRUMENTS = [kind for kind in FactKind if kind.is_of_instrument]


@dataclass(frozen=True)
class FactsOfYear:
    """The confirmed facts of a year: of units by USCC, of instruments by public id."""

    qualifications: Mapping[str, list[str]] = field(default_factory=dict)
    grades: Mapping[str, str] = field(default_factory=dict)
    major_projects: Mapping[str, int] = field(default_factory=dict)
    nonfiscal_yuan: Mapping[str, Decimal] = field(default_factory=dict)
    rewarded_before: frozenset[str] = frozenset()


def facts_of_year(year: int) -> FactsOfYear:
    """Return what is confirmed for the year, and of instruments for earlier years too; the last one counts.

    A qualification counts if it is valid on 31 December.
    """
    found = _confirmed(year).select_related("organization", "instrument").order_by("year", "pk")
    qualifications, grades, projects, values = defaultdict[str, list[str]](list), {}, {}, {}
    rewarded = set()
    for fact in found:
        of_unit, of_instrument = fact.organization.uscc, fact.instrument.public_id if fact.instrument else ""
        match fact.kind:
            case FactKind.QUALIFICATION if counts_in_year(FactKind.QUALIFICATION, fact.valid_through, year):
                qualifications[of_unit].append(fact.code)
            case FactKind.GRADE:
                grades[of_unit] = fact.code
            case FactKind.MAJOR_PROJECTS:
                projects[of_unit] = int(fact.figure or 0)
            case FactKind.NONFISCAL_VALUE:
                values[of_instrument] = fact.figure or Decimal(0)
            case FactKind.REWARDED_BEFORE:
                rewarded.add(of_instrument)
    return FactsOfYear(qualifications, grades, projects, values, frozenset(rewarded))


def count_waiting_of_year(year: int) -> dict[int, int]:
    """Return how many facts of each unit would count in the year and are not decided on.

    Of instruments they may be declared for earlier years.
    """
    waiting = DeclaredFact.objects.filter(_is_of(year), state=FactState.DECLARED).order_by()
    return dict(waiting.values_list("organization_id").annotate(number=Count("pk")))


def known_kinds(year: int) -> frozenset[FactKind]:
    """Return the kinds of facts of which at least one counts in the year."""
    found = facts_of_year(year)
    known = {
        FactKind.QUALIFICATION: found.qualifications,
        FactKind.GRADE: found.grades,
        FactKind.MAJOR_PROJECTS: found.major_projects,
        FactKind.NONFISCAL_VALUE: found.nonfiscal_yuan,
    }
    return frozenset(kind for kind, facts in known.items() if facts)


def _is_of(year: int) -> Q:
    """Return the condition for facts of a year, and of instruments for earlier years too."""
    return Q(year=year) | Q(year__lt=year, kind__in=_OF_INSTRUMENTS)


def _confirmed(year: int) -> QuerySet[DeclaredFact]:
    return DeclaredFact.objects.filter(_is_of(year), state=FactState.CONFIRMED)


def _present_proofs() -> QuerySet[FactProof]:
    return FactProof.objects.filter(replaced_at=None).order_by("pk")


def proofs_of(fact: DeclaredFact) -> QuerySet[FactProof]:
    """Return the files that prove a fact now."""
    return _present_proofs().filter(fact=fact)


def get_proof(viewer: "Viewer", public_id: str, sha256: str) -> FactProof:
    """Return a file that proves a visible fact, or proved it before. Raises NotFound."""
    fact = get_declared_fact(viewer, public_id)
    return require_found(FactProof.objects.filter(fact=fact, sha256=sha256).first())


def proofs_of_year(year: int) -> QuerySet[FactProof]:
    """Return the files that prove the facts confirmed for the year."""
    return (
        _present_proofs()
        .filter(fact__in=_confirmed(year))
        .select_related("fact__organization", "fact__instrument")
    )


def sees_all_facts(viewer: "Viewer") -> bool:
    """Return whether the viewer sees the facts of every unit."""
    return region_of(viewer, Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR, Role.FINANCE_OFFICER).whole


def declared_facts(viewer: "Viewer", year: int) -> QuerySet[DeclaredFact]:
    """Return the facts declared for the year, those that wait first; managers see their units'."""
    found = DeclaredFact.objects.select_related("organization", "instrument", "declared_by", "decided_by")
    found = found.prefetch_related(Prefetch("proofs", _present_proofs(), to_attr="present_proofs"))
    if not sees_all_facts(viewer):
        found = found.filter(organization_id__in=standing(viewer).organization_ids(Role.UNIT_MANAGER))
    return found.filter(year=year).order_by("organization__uscc", "kind", "about")


def waiting_facts(viewer: "Viewer") -> list[tuple[int, int]]:
    """Return the years with facts that wait for the viewer to confirm them, newest first, and how many."""
    if not rules.has_perm("rewards.decide_fact", viewer):
        return []
    others = ~Q(declared_by=viewer.pk) & ~Q(organization__in=standing(viewer).bound_to)
    waiting = DeclaredFact.objects.filter(others, state=FactState.DECLARED).values_list("year")
    return list(waiting.annotate(number=Count("pk")).order_by("-year"))


def get_declared_fact(viewer: "Viewer", public_id: str) -> DeclaredFact:
    """Return a fact. Raises NotFound."""
    fact = DeclaredFact.objects.filter(public_id=public_id).first()
    return require_found(declared_facts(viewer, fact.year).filter(pk=fact.pk).first() if fact else None)


def fact_lock(fact_id: int) -> DeclaredFact:
    """Return a fact, locked until the transaction ends. Raises NotFound."""
    return require_found(
        DeclaredFact.objects.select_for_update(of=("self",))
        .filter(pk=fact_id)
        .select_related("organization")
        .first()
    )


def declared_before_lock(unit: "Organization", year: int, kind: FactKind, about: str) -> DeclaredFact | None:
    """Return the fact as it was declared before, if it was, locked until the transaction ends.

    Who confirms it meanwhile locks the fact alone, and not the unit.
    """
    found = DeclaredFact.objects.filter(organization=unit, year=year, kind=kind, about=about)
    return found.select_for_update().first()


def declarable_units(viewer: "Viewer") -> "list[Organization]":
    """Return the units of which the viewer may declare facts, by their id.

    Those too that are suspended, or own nothing any more: their year is assessed like that of the others.
    """
    every = owning_organizations() | organizations_by_id(owner_ids())
    if region_of(viewer, Role.BUREAU_OFFICER).whole:
        return [every[pk] for pk in sorted(every)]
    own = standing(viewer).organization_ids(Role.UNIT_MANAGER)
    return [every[pk] for pk in sorted(every) if pk in own]


def known_codes() -> list[tuple[FactKind, Qualification | Grade]]:
    """Return qualifications, then grades, as each loaded policy words them, those of newer ones first."""
    policies = all_policy_rules()
    return [
        *((FactKind.QUALIFICATION, each) for policy in policies for each in policy.qualifications),
        *((FactKind.GRADE, each) for policy in policies for each in policy.grades),
    ]
