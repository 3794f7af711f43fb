"""Where several roles or rights of one person lead to different answers, the least restrictive one counts."""

from datetime import timedelta

import pytest

from bookings.requests.domain.errors import BookingRefused
from instrument_share.accounts.domain import MembershipState, Role
from instrument_share.accounts.models import Membership
from providers.domain import ServiceMode, UserKind
from providers.instruments.models import Qualification
from tests import factories
from tests.bookings.requests.booking import book, codes
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db


def test_member_of_two_units_who_pays_alone_is_inside_at_either():
    city = factories.city(user_kinds=[UserKind.INSIDE.value])
    with pytest.raises(BookingRefused) as refused:
        book(city, payer=False)
    assert codes(refused) == ["booking.user_kind_refused"]
    factories.member(city.owner, Role.RESEARCHER, city.researcher)
    assert book(city, payer=False).user_kind == UserKind.INSIDE


def test_one_valid_qualification_of_two_is_enough():
    city = factories.city(needs_qualification=True)
    for expires_at in (NOW + timedelta(hours=1), slot(day=9).start):
        Qualification.objects.create(
            instrument=city.instrument,
            user=city.researcher,
            granted_by=city.keeper,
            granted_at=NOW,
            expires_at=expires_at,
        )
    assert book(city, service_mode=ServiceMode.SELF_OPERATED).state == "approved"


def test_one_active_role_of_two_in_the_payer_is_enough():
    city = factories.city()
    factories.member(city.company, Role.ORG_ADMIN, city.researcher)
    Membership.objects.filter(user=city.researcher, role=Role.RESEARCHER).update(
        state=MembershipState.ENDED.value, ended_at=NOW
    )
    assert book(city).payer_organization == city.company
