"""Reinstate an organization, let the term of what it owes begin, and tell who awaits its instruments."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from bookings.requests.registry import announce_return
from bookings.requests.selectors.admission import is_in_service
from bookings.samples.services.payers import orders_of_payer_reinstated_renew
from bookings.statements.domain.states import StatementState
from bookings.statements.models import Statement
from bookings.statements.selectors.statements import with_last_suspension
from bookings.statements.services.statements import get_due_date, statement_announce
from bookings.waiting.services.notifications import notify_of_reinstated_payer
from instrument_share.accounts import services as account_services
from instrument_share.journal.services import record
from providers import public as providers

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


@transaction.atomic
def organization_reinstate(*, actor: "User", organization_id: int, now: datetime) -> "Organization":
    """Reinstate an organization; statements that nobody there could open are due a whole term from now.

    Those are the ones that were sent, or about which a dispute was answered, while it was suspended. Its
    people are told of them, who awaits its instruments that these are back in service, and who awaits others
    that it is to pay for that it can again. So are samples that it is to pay for, with a whole term of their
    own.
    """
    reinstated = account_services.organization_reinstate(
        actor=actor, organization_id=organization_id, now=now
    )
    _announce_instruments(reinstated, actor, now)
    orders_of_payer_reinstated_renew(actor, reinstated, now)
    notify_of_reinstated_payer(reinstated, now)
    sent = Statement.objects.filter(payer_organization=reinstated, state=StatementState.SENT)
    unread = (
        with_last_suspension(sent)
        .filter(is_sent_since=True)  # type: ignore[misc]
        .select_for_update(of=("self",))
        .select_related("organization", "payer_organization", "payer_person")
    )
    for statement in unread.order_by("month", "number"):
        statement.due_date = get_due_date(now)
        statement.save(update_fields=["due_date"])
        record(
            actor=actor,
            action="statement.due_anew",
            subject=statement,
            now=now,
            organization_id=statement.organization_id,
            details={"due_date": statement.due_date.isoformat()},
        )
        statement_announce(statement, now)
    return reinstated


def _announce_instruments(organization: "Organization", actor: "User", now: datetime) -> None:
    own = [one.pk for one in providers.instrument_locks_of_unit(organization.pk)]
    for instrument in providers.instruments_by_id(own):
        if is_in_service(instrument):
            announce_return(actor, instrument, now)
