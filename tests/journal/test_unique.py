"""What is there already is told in the words of the service; whatever else the database refuses is not."""

import pytest
from django.db import IntegrityError, transaction

from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.models import User
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.errors import DomainError
from providers.instruments.models import Instrument
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


class Taken(DomainError):
    code = "test.taken"
    message = "taken"


@pytest.mark.parametrize("number", ["A-1", "A)=(1", "a.b, c.d"])
def test_duplicate_row_raises_given_error(number):
    unit = factories.organization()
    factories.instrument(unit, inner_number=number)
    with pytest.raises(Taken), raise_when_taken(Taken(), Instrument, "organization", "inner_number"):
        factories.instrument(unit, inner_number=number)
    assert Instrument.objects.count() == 1  # the transaction goes on


def test_other_integrity_errors_are_not_converted():
    unit = factories.organization()
    first = factories.instrument(unit, inner_number="A-1")
    values = {"inner_number": "A-2", "public_id": first.public_id}
    with pytest.raises(IntegrityError), transaction.atomic():  # noqa: SIM117
        with raise_when_taken(Taken(), Instrument, "organization", "inner_number"):
            factories.instrument(unit, **values)


def test_account_with_name_taken_concurrently_is_refused():
    known = factories.user()
    with pytest.raises(accounts.UsernameTaken) as refused:
        accounts.user_sign_up(
            user=User(username=known.username, name="乙"), agrees_to_privacy=NOTICE_VERSION, now=NOW
        )
    assert refused.value.params == {"username": known.username}
