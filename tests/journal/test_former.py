"""Notifications that were sent before their sentence was reworded."""

import pytest

from instrument_share.journal.services import notify
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_notification_of_before_a_rewording_is_read_in_chinese(see):
    person = factories.user()
    notify(
        users=[person],
        message="The bureau has changed what is registered of “{name}”: {reason}",
        params={"name": "云屏大学", "reason": "地址有误。"},
        now=NOW,
    )
    page = see(person, "inbox").content.decode()
    assert "科技局已变更“云屏大学”的登记信息：地址有误。" in page
    assert "The bureau has changed" not in page
