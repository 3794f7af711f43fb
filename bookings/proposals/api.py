"""Times for a number of hours on any instrument that fits."""

from datetime import timedelta

from django.http import HttpRequest
from ninja import Query, Router

from bookings.proposals.domain import LONGEST_SPAN
from bookings.proposals.schemas import FindIn, ProposalsOut, serialize_proposals
from bookings.proposals.selectors import get_proposals
from bookings.requests.api.parts import find_payer
from bookings.requests.selectors.offers import Applicant
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import require_interval
from instrument_share.web.api.openapi import error_responses
from providers import public as providers

router = Router(tags=["bookings"], auth=members(TokenScope.READ))


@router.get(
    "",
    response={200: ProposalsOut, **error_responses(403, 404)},
    operation_id="proposals",
    summary=gettext_noop("Times for some hours on any instrument that fits"),
)
def proposals(request: HttpRequest, asked: Query[FindIn]) -> ProposalsOut:
    """For each instrument found the soonest or the cheapest time that you may book, at most 60 of them.

    Nothing is held: a proposal is booked by `POST /bookings` with its times and its way of service.
    """
    require(person(request), "bookings.book")
    return serialize_proposals(
        get_proposals(
            Applicant(person(request), find_payer(request, asked.payer_organization), asked.service_mode),
            search=providers.search(asked.q),
            category=asked.category,
            span=require_interval(asked.from_, asked.until, longest=LONGEST_SPAN, field="until"),
            length=timedelta(minutes=asked.minutes),
            order=asked.sort,
            now=clock.now(),
        )
    )
