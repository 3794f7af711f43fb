"""Published terms and prices are those that the journal knows by their fingerprint."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from schedule.models import Event, Rule

from instrument_share.journal.guards import guards_lifted
from instrument_share.journal.models import AuditEntry
from instrument_share.journal.selectors import history
from providers.guards import VERSION_COLUMNS, WITHDRAWN_COLUMNS
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument
from providers.terms.domain.choices import QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.terms import DayException, OpeningPattern, Price, Quota, Terms
from providers.terms.models import OpenServiceRule, PriceLine, RuleException, RuleQuota
from providers.terms.selectors.published_terms import find_changed_rules, spell_terms
from providers.terms.services.removal import rules_forget
from providers.terms.services.rules import rule_publish, rule_withdraw
from providers.terms.services.windows import windows_extend
from tests.providers.conftest import NOW, terms


@pytest.fixture
def rule(world, instrument):
    return publish(world, instrument, NOW)


def publish(world, instrument, applies_from):
    draft = terms(
        quotas=(Quota(QuotaHolder.USER, QuotaSpan.WEEK, most_time=timedelta(minutes=600)),),
        exceptions=(DayException(date(2025, 10, 8)),),
        minimum_charge_yuan=Decimal(5),
    )
    return rule_publish(
        actor=world.manager, instrument_id=instrument.pk, draft=draft, applies_from=applies_from, now=NOW
    )


def test_what_changes_by_design_is_no_finding(world, instrument, rule):
    coming = publish(world, instrument, NOW + timedelta(days=10))
    rule_withdraw(actor=world.manager, rule_id=coming.pk, reason="时间有误", now=NOW)
    windows_extend(now=NOW + timedelta(days=5))
    assert list(find_changed_rules()) == []
    assert len(history(rule).get().details["terms_sha256"]) == 64


CHANGES = (
    lambda rule: PriceLine.objects.update(price_yuan=Decimal("99.99")),
    lambda rule: PriceLine.objects.create(rule=rule, price_yuan=1, user_kind=UserKind.OUTSIDE.value),
    lambda rule: PriceLine.objects.all().delete(),
    lambda rule: RuleQuota.objects.update(most_minutes=601),
    lambda rule: RuleQuota.objects.all().delete(),
    lambda rule: RuleException.objects.update(date=date(2025, 10, 9)),
    lambda rule: RuleException.objects.create(rule=rule, date=date(2025, 10, 9)),
    lambda rule: OpenServiceRule.objects.update(late_cancel_percent=49),
    lambda rule: OpenServiceRule.objects.update(minimum_charge_yuan=Decimal("5.01")),
    lambda rule: OpenServiceRule.objects.update(applies_from=NOW - timedelta(days=1)),
    lambda rule: Event.objects.update(end=NOW + timedelta(hours=1)),
    lambda rule: Event.objects.all().delete(),
    lambda rule: Event.objects.create(
        calendar=rule.calendar, rule=Rule.objects.get(), start=NOW, end=NOW + timedelta(hours=1)
    ),
    lambda rule: Rule.objects.update(params="byweekday:SU;interval:1"),
)


def settle():
    """PostgreSQL lifts no guard of a table while checks of references to it are still to come."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("change", CHANGES)
def test_terms_that_were_changed_afterwards_are_named(rule, change):
    settle()
    with guards_lifted():
        change(rule)
    assert list(find_changed_rules()) == [f"{rule.public_id} is not as it was published"]


@pytest.mark.parametrize("change", CHANGES)
def test_the_database_refuses_to_change_published_terms(rule, change):
    with pytest.raises(IntegrityError, match="the terms are published"), transaction.atomic():
        change(rule)
    assert list(find_changed_rules()) == []


def test_a_version_goes_with_a_draft_alone(rule, instrument):
    with pytest.raises(IntegrityError, match="the terms are published"), transaction.atomic():
        rules_forget([instrument.pk])
    drafted = {"state": InstrumentState.DRAFT.value, "submitted_at": None, "published_at": None}
    Instrument.objects.filter(pk=instrument.pk).update(**drafted)
    rules_forget([instrument.pk])
    assert not OpenServiceRule.objects.exists()
    assert not Event.objects.exists()


def test_the_database_refuses_to_call_a_withdrawn_version_back(world, instrument, rule):
    coming = publish(world, instrument, NOW + timedelta(days=10))
    rule_withdraw(actor=world.manager, rule_id=coming.pk, reason="时间有误", now=NOW)
    with pytest.raises(IntegrityError, match="the version is withdrawn"), transaction.atomic():
        OpenServiceRule.objects.filter(pk=coming.pk).update(withdrawn_at=None, withdrawn_by=None)
    assert OpenServiceRule.objects.get(pk=coming.pk).withdrawn_at == NOW


def test_every_column_of_a_version_stays_but_its_withdrawal_and_how_far_its_windows_go():
    columns = {field.column for field in OpenServiceRule._meta.concrete_fields}
    assert columns - {*VERSION_COLUMNS} == {"id", *WITHDRAWN_COLUMNS, "windows_until"}


def test_a_version_published_before_there_were_fingerprints_is_not_judged(rule):
    entry = AuditEntry(
        at=NOW,
        actor_name="system",
        action="rule.published",
        subject_type="providers.OpenServiceRule",
        subject_id="RUL-EARLIER",
        details={"version": 1},
    )
    entry.save(force_insert=True)
    settle()
    with guards_lifted():
        OpenServiceRule.objects.update(public_id="RUL-EARLIER", late_cancel_percent=49)
    assert list(find_changed_rules()) == []


def test_the_bytes_that_are_hashed_leave_out_what_is_at_its_default():
    told = Terms(
        rule_id=7,
        version=2,
        applies_from=datetime(2025, 9, 1, tzinfo=UTC),
        patterns=(OpeningPattern(time(9), time(17), date(2025, 9, 1)),),
        prices=(Price(Decimal("100.00"), service_mode=ServiceMode.OPERATED),),
        user_kinds=frozenset({UserKind.OUTSIDE, UserKind.ENTERPRISE}),
        service_modes=frozenset({ServiceMode.OPERATED}),
        horizon=timedelta(days=7),
    )
    assert spell_terms(told).decode() == (
        '{"applies_from":"2025-09-01T00:00:00+00:00","horizon":10080,"patterns":[{"closes":"17:00:00",'
        '"opens":"09:00:00","starts_on":"2025-09-01"}],"prices":[{"price_yuan":"100.00",'
        '"service_mode":"operated"}],"rule_id":7,"service_modes":["operated"],'
        '"user_kinds":["enterprise","outside"],"version":2}'
    )
