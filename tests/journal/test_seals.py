"""Entries of the journal are sealed when no transaction can come before them any more."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection

from instrument_share.journal.checks import check_seal_hashes
from instrument_share.journal.guards import guards_lifted
from instrument_share.journal.models import AuditSeal
from instrument_share.journal.selectors import find_broken_seals
from instrument_share.journal.services import audit_seal, record
from instrument_share.kernel import hashes
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


def seal_one_entry(number):
    at = NOW + number * 3 * TEN_MINUTES
    record(actor=None, action="user.updated", subject=factories.user(), now=at, organization_id=1)
    audit_seal(at + TEN_MINUTES)
    return AuditSeal.objects.get(number=number)


def test_seals_stay_valid_while_a_site_begins_and_ends_to_ask_for_sm3(settings):
    made = []
    for number, asked in enumerate((["sha256"], ["sha256", "sm3"], ["sha256", "sm3"], ["sha256"]), 1):
        settings.SEAL_HASHES = asked
        made.append(seal_one_entry(number))
    assert [len(seal.sm3) for seal in made] == [0, 64, 64, 0]
    assert list(find_broken_seals()) == []


def test_another_sm3_of_a_seal_is_named(settings):
    settings.SEAL_HASHES = ["sha256", "sm3"]
    for number in (1, 2):
        seal_one_entry(number)
    with guards_lifted():
        AuditSeal.objects.filter(number=1).update(sm3="0" * 64)
    broken = [(seal.number, reason) for seal, reason in find_broken_seals()]
    assert broken == [(number, "its SM3 is not that of its entries") for number in (1, 2)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["sha256"], []),
        (["sha256", "sm3"], []),
        (["sm3"], ["E001"]),
        (["sha256", "md5"], ["E001"]),
        ([], ["E001"]),
    ],
)
def test_a_site_names_sha256_and_hashes_that_there_are(settings, asked, found):
    settings.SEAL_HASHES = asked
    assert [one.id.partition(".")[2] for one in check_seal_hashes()] == found


def test_a_machine_without_sm3_says_so(settings, monkeypatch):
    settings.SEAL_HASHES = ["sha256", "sm3"]
    monkeypatch.setattr(hashes.hashlib, "algorithms_available", {"sha256"})
    assert [one.msg for one in check_seal_hashes()] == ["OpenSSL has no sm3 here, which SEAL_HASHES names."]


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite writes one after the other")
def test_entry_that_is_being_written_as_the_clock_jumps_stands_in_the_seal():
    """It has the lower number, and the other is an hour old at once: only the database knows of the first."""
    there = connection.settings_dict
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    with psycopg.connect(**{key: there[name] for key, name in keys.items()}) as writer:
        writer.execute(
            "INSERT INTO journal_auditentry "
            "(at, actor_name, action, subject_type, subject_id, details, address) "
            "VALUES (%s, 'system', 'test.slow', 'test', '1', '{}', '')",
            [NOW],
        )
        record(actor=None, action="test.fast", subject=factories.user(), now=NOW - timedelta(hours=1))
        assert audit_seal(NOW) == 0
    assert audit_seal(NOW) == 2
    assert list(find_broken_seals()) == []
