"""Entries of the journal are sealed when no transaction can come before them any more."""

from datetime import timedelta

import pytest

from instrument_share.journal.models import AuditSeal
from instrument_share.journal.services import audit_seal, record
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TEN_MINUTES = timedelta(minutes=10)


def test_an_entry_is_sealed_ten_minutes_after_it_was_made_and_once():
    entry = record(actor=None, action="user.updated", subject=factories.user(), now=NOW, organization_id=1)
    assert audit_seal(NOW + TEN_MINUTES - timedelta(microseconds=1)) == 0
    assert audit_seal(NOW + TEN_MINUTES) == 1
    assert audit_seal(NOW + 2 * TEN_MINUTES) == 0
    seal = AuditSeal.objects.get()
    assert (seal.first_entry_id, seal.last_entry_id) == (entry.pk, entry.pk)
