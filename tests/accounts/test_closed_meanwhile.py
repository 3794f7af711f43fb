"""A request that was under way when its account was locked or deleted changes nothing of it."""

import pytest

from instrument_share.accounts import services
from instrument_share.accounts.domain import Role
from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.models import ApiToken, User
from instrument_share.accounts.services.erasure import account_erase
from instrument_share.kernel.errors import Forbidden
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ACTS = [
    (services.api_token_create, {"name": "导出"}),
    (services.user_update, {"name": "林晓舟", "phone": "13800000000", "language": "en"}),
    (services.user_language_set, {"language": "en"}),
    (services.user_agree, {"version": NOTICE_VERSION}),
]


@pytest.mark.parametrize(("act", "facts"), ACTS)
@pytest.mark.parametrize("end", ["lock", "erase"])
def test_account_that_was_closed_meanwhile_is_not_changed(act, facts, end):
    person = factories.user("林")
    as_read_before = User.objects.get(pk=person.pk)
    if end == "lock":
        admin = factories.member(factories.organization(), Role.SYSADMIN)
        services.account_lock(actor=admin, user_id=person.pk, reason="被盗用", now=NOW)
    else:
        account_erase(user=person, now=NOW)
    closed = User.objects.filter(pk=person.pk).values().get()
    with pytest.raises(Forbidden):
        act(actor=as_read_before, now=NOW, **facts)
    assert User.objects.filter(pk=person.pk).values().get() == closed
    assert not ApiToken.objects.exists()
