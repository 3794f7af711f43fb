"""Open a batch of a voucher scheme, apply for a voucher, grant or refuse it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse

from instrument_share.accounts.domain import OrganizationState, Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock, people_for_city
from instrument_share.accounts.services.documents import Upload
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError, Problem, gettext_noop, require_reason
from instrument_share.kernel.wording import Bilingual
from rewards.vouchers.domain.choices import ApplicationState, Issuer
from rewards.vouchers.domain.errors import (
    REASON_MISSING,
    ApplicantSuspended,
    ApplicationDecided,
    ApplicationIncomplete,
    AppliedAlready,
    BatchOpened,
    BudgetSpent,
    BudgetUsedUp,
    EarlierFirst,
    GrantedTooLate,
    NotOpenNow,
    NotQualified,
    SchemeIncomplete,
)
from rewards.vouchers.domain.terms import Terms, get_grant_amount
from rewards.vouchers.models import VoucherApplication, VoucherGrant, VoucherScheme
from rewards.vouchers.selectors.vouchers import (
    application_lock,
    granted_amounts,
    has_budget_left,
    scheme_lock,
    waiting_before,
)
from rewards.vouchers.services.telling import check_proofs, keep_proofs, record_act, tell_administrators

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User

LONGEST_FACT = 500


@transaction.atomic
def voucher_scheme_open(
    *,
    actor: "User",
    code: str,
    batch: int,
    issuer: Issuer,
    name_zh: str,
    name_en: str,
    terms: Terms,
    facts: Sequence[Mapping[str, str]],
    now: datetime,
) -> VoucherScheme:
    """Open a batch of a scheme; its terms stay as they are. `facts` (zh, en) are what applicants state.

    Raises SchemeIncomplete, BatchOpened.
    """
    require(actor, "rewards.open_voucher_scheme")
    problems = list(terms.find_problems())
    if problems:
        raise SchemeIncomplete(problems=problems)
    kept = replace(terms, kinds=sorted(terms.kinds), sizes=sorted(terms.sizes))
    with raise_when_taken(BatchOpened(batch=batch), VoucherScheme, "code", "batch"):
        scheme = VoucherScheme.objects.create(
            code=code,
            batch=batch,
            issuer=issuer.value,
            name_zh=name_zh.strip(),
            name_en=name_en.strip(),
            facts=[{"zh": one["zh"], "en": one["en"]} for one in facts],
            opened_at=now,
            opened_by=actor,
            **vars(kept),
        )
    told = {name: value if isinstance(value, list) else str(value) for name, value in vars(kept).items()}
    record_act(actor, "voucher_scheme.opened", scheme, now, organization_id=None, batch=str(scheme), **told)
    return scheme


@transaction.atomic
def voucher_apply(
    *,
    actor: "User",
    scheme_id: int,
    organization_id: int,
    amount_yuan: Decimal,
    stated: Sequence[str],
    uploads: Iterable[Upload],
    now: datetime,
) -> VoucherApplication:
    """Apply for a voucher of a batch, with a word on each of its facts and files that prove them.

    Raises NotQualified, NotOpenNow, BudgetUsedUp, AppliedAlready, ApplicationIncomplete.
    """
    require(actor, "rewards.apply_for_voucher", SimpleNamespace(organization_id=organization_id))
    scheme, organization = scheme_lock(scheme_id), organization_lock(organization_id)
    require_may_apply(scheme, organization, now)
    words = [one.strip()[:LONGEST_FACT] for one in stated]
    files, problems = check_proofs(uploads)
    if len(words) != len(scheme.facts) or not all(words):
        message = gettext_noop("Make a statement on each point.")
        problems.append(Problem("voucher.fact_missing", message))
    if not 0 < amount_yuan <= scheme.cap_yuan:
        message = gettext_noop("Apply for more than 0 and at most ¥{cap}.")
        problems.append(
            Problem("voucher.amount_wrong", message, {"cap": f"{scheme.cap_yuan:,.2f}"}, "amount_yuan")
        )
    if problems:
        raise ApplicationIncomplete(problems=problems)
    application = VoucherApplication.objects.create(
        scheme=scheme,
        organization=organization,
        amount_yuan=amount_yuan,
        stated=[{**fact, "stated": word} for fact, word in zip(scheme.facts, words, strict=True)],
        submitted_at=now,
        submitted_by=actor,
    )
    proofs = keep_proofs(files, application=application)
    _record(actor, "voucher_application.submitted", application, now, stated=words, files=proofs)
    notify(
        users=people_for_city(Role.BUREAU_OFFICER),
        kind=NotificationKind.ASSESSMENT,
        message=gettext_noop("{organization} applies for an innovation voucher."),
        params={"organization": _name(organization)},
        path=reverse("voucher_application", args=[application.public_id]),
        now=now,
    )
    return application


def require_may_apply(scheme: VoucherScheme, organization: "Organization", now: datetime) -> None:
    """Raise NotQualified, NotOpenNow, BudgetUsedUp or AppliedAlready unless an organization may apply now."""
    terms = scheme.terms
    is_admitted = organization.state == OrganizationState.ADMITTED
    if not (is_admitted and terms.qualifies(organization.kind, organization.size_class)):
        raise NotQualified
    require_open(terms, now)
    if not has_budget_left(scheme):
        raise BudgetUsedUp
    others = scheme.applications.filter(organization=organization)
    if others.exclude(state=ApplicationState.REFUSED).exists():
        raise AppliedAlready


def require_open(terms: Terms, now: datetime) -> None:
    """Raise NotOpenNow unless applications are taken now."""
    if not terms.takes_applications(now.astimezone(CITY_TIME).date()):
        raise NotOpenNow(first=terms.apply_from, last=terms.apply_until)


@transaction.atomic
def voucher_grant(*, actor: "User", application_id: int, now: datetime) -> VoucherGrant:
    """Grant what was applied for, as far as the batch has it left; in the order of applications.

    Raises ApplicationDecided, GrantedTooLate, EarlierFirst, NotQualified, BudgetSpent.
    """
    application = _lock_to_decide(actor, application_id)
    application.scheme = scheme = scheme_lock(application.scheme_id)
    organization = application.organization
    amount = require_grantable(application, now)
    grant = VoucherGrant.objects.create(
        application=application,
        scheme=scheme,
        organization=organization,
        amount_yuan=amount,
        granted_at=now,
        granted_by=actor,
    )
    _decide(actor, application, ApplicationState.GRANTED, now)
    _record(
        actor, "voucher_application.granted", application, now, grant=grant.public_id, granted=f"{amount:.2f}"
    )
    tell_administrators(
        organization,
        gettext_noop("{organization} was granted an innovation voucher of ¥{amount}, valid through {last}."),
        now,
        path=reverse("voucher", args=[grant.public_id]),
        params={"organization": _name(organization), "amount": f"{amount:,.2f}", "last": scheme.use_until},
    )
    return grant


def get_amount_to_grant(application: VoucherApplication) -> Decimal:
    """Return what an application would get now, in yuan: as much of its amount as the batch has left."""
    scheme = application.scheme
    return get_grant_amount(scheme.terms, application.amount_yuan, granted_amounts(scheme.pk))


def require_grantable(application: VoucherApplication, now: datetime) -> Decimal:
    """Return what an application that waits would get now, in yuan; raises what hinders it."""
    require_waiting(application)
    amount = get_amount_to_grant(application)
    if hindrance := find_grant_hindrance(application, amount, now):
        raise hindrance
    return amount


def require_waiting(application: VoucherApplication) -> None:
    """Raise ApplicationDecided where an application waits no longer."""
    if application.state != ApplicationState.SUBMITTED:
        raise ApplicationDecided


def find_grant_hindrance(
    application: VoucherApplication, amount: Decimal, now: datetime
) -> DomainError | None:
    """Return why an application that waits cannot be granted this amount now; None where it can."""
    scheme, organization = application.scheme, application.organization
    if not scheme.terms.takes_claims(now.astimezone(CITY_TIME).date()):
        return GrantedTooLate(last=scheme.terms.claim_until)
    earlier = waiting_before(application)
    if earlier is not None:
        return EarlierFirst(organization=earlier.organization.name_zh)
    if organization.state != OrganizationState.ADMITTED:
        return ApplicantSuspended()
    if not scheme.terms.qualifies(organization.kind, organization.size_class):
        return NotQualified()
    if not amount:
        return BudgetSpent()
    return None


@transaction.atomic
def voucher_application_refuse(
    *, actor: "User", application_id: int, reason: str, now: datetime
) -> VoucherApplication:
    """Refuse an application with a reason; the organization may apply again, behind those that wait."""
    application = _lock_to_decide(actor, application_id)
    application.reason = require_reason(reason, code=REASON_MISSING)
    _decide(actor, application, ApplicationState.REFUSED, now)
    _record(actor, "voucher_application.refused", application, now, reason=application.reason)
    tell_administrators(
        application.organization,
        gettext_noop("The application of {organization} for an innovation voucher was refused: {reason}"),
        now,
        path=reverse("voucher_application", args=[application.public_id]),
        params={"organization": _name(application.organization), "reason": application.reason},
    )
    return application


def _lock_to_decide(actor: "User", application_id: int) -> VoucherApplication:
    application = application_lock(application_id)
    require(actor, "rewards.decide_voucher", application)
    require_waiting(application)
    return application


def _decide(actor: "User", application: VoucherApplication, state: ApplicationState, now: datetime) -> None:
    application.state, application.decided_at, application.decided_by = state.value, now, actor
    application.save(update_fields=["state", "reason", "decided_at", "decided_by"])


def _name(organization: "Organization") -> Bilingual:
    return Bilingual(organization.name_zh, organization.name_en)


def _record(
    actor: "User", action: str, application: VoucherApplication, now: datetime, **details: Any
) -> None:
    facts = {"batch": str(application.scheme), "amount_yuan": f"{application.amount_yuan:.2f}", **details}
    record_act(actor, action, application, now, organization_id=application.organization_id, **facts)
