"""Published terms and prices are those that the journal knows by their fingerprint."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from schedule.models import Event

from instrument_share.journal.models import AuditEntry
from instrument_share.journal.selectors import history
from providers.terms.domain.choices import QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.terms import DayException, OpeningPattern, Price, Quota, Terms
from providers.terms.models import OpenServiceRule, PriceLine, RuleException, RuleQuota
from providers.terms.selectors.published_terms import find_changed_rules, spell_terms
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


@pytest.mark.parametrize(
    "change",
    [
        lambda rule: PriceLine.objects.update(price_yuan=Decimal("99.99")),
        lambda rule: PriceLine.objects.create(rule=rule, price_yuan=1, user_kind=UserKind.OUTSIDE.value),
        lambda rule: PriceLine.objects.all().delete(),
        lambda rule: RuleQuota.objects.update(most_minutes=601),
        lambda rule: RuleException.objects.update(date=date(2025, 10, 9)),
        lambda rule: OpenServiceRule.objects.update(late_cancel_percent=49),
        lambda rule: OpenServiceRule.objects.update(minimum_charge_yuan=Decimal("5.01")),
        lambda rule: OpenServiceRule.objects.update(applies_from=NOW - timedelta(days=1)),
        lambda rule: Event.objects.update(end=NOW + timedelta(hours=1)),
    ],
)
def test_terms_that_were_changed_afterwards_are_named(rule, change):
    change(rule)
    assert list(find_changed_rules()) == [f"{rule.public_id} is not as it was published"]


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
