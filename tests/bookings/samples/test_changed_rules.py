"""Who is told of open orders and waits as a new or withdrawn version of the rule hits them."""

from datetime import datetime
from functools import partial

import pytest

from bookings.requests.services.rules import rule_withdraw
from bookings.samples.models import SampleOrder
from bookings.samples.services import notifications as samples
from bookings.waiting.services import notifications as waiting
from instrument_share.journal.models import Notification
from providers.domain import ServiceMode, UserKind
from providers.exchange.domain.sheets.sheet_columns import RULES
from providers.exchange.services.sheet_runs import sheet_run_start
from providers.exchange.services.taking_back import sheet_run_take_back
from providers.exchange.services.uploads import sheet_keep
from tests import factories
from tests.bookings.requests.pages.test_rule_publication import RULE
from tests.bookings.requests.rules import hours, put_in_force
from tests.bookings.requests.test_sheet_effects import RULES_HEADING, rule_row
from tests.bookings.samples.steps import accepted, measured, planned, quoted, received, submitted
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
MESSAGES = (
    samples.TAKEN_NO_MORE,
    samples.TAKEN_AGAIN,
    waiting.GRANTED_NO_MORE,
    waiting.GRANTED_AGAIN,
)
FOR_OTHERS = {"user_kinds": frozenset({UserKind.INSIDE})}
WITHOUT_SAMPLES = {"service_modes": frozenset({ServiceMode.OPERATED, ServiceMode.SELF_OPERATED})}


@pytest.fixture
def open_city():
    """Open every day from 08:00 to 20:00."""
    made = factories.city()
    put_in_force(made, hours())
    return made


def told():
    """Who was told what, about which order, with the instant that the message names."""
    found = list(Notification.objects.filter(message__in=MESSAGES).order_by("pk"))
    Notification.objects.all().delete()
    return [
        (
            one.user.name,
            one.message,
            datetime.fromisoformat(one.params["since"]["instant"]),
            one.path.split("/")[-2],
        )
        for one in found
    ]


def orders_of_every_stage(city):
    """Orders that wait for a time; others have one, or are measured."""
    measured(city, received(city))
    planned(city, interval=slot(day=5))
    orders = [submitted(city), quoted(city), accepted(city), received(city)]
    return [one.public_id for one in orders]


@pytest.mark.parametrize("changes", [FOR_OTHERS, WITHOUT_SAMPLES])
def test_users_are_told_from_when_on_a_version_takes_no_such_samples_and_that_it_is_withdrawn(
    open_city, changes
):
    numbers, since = orders_of_every_stage(open_city), slot(day=3, hour=8).start
    rule = put_in_force(open_city, hours(**changes), day=3)
    name = open_city.researcher.name
    assert told() == [(name, samples.TAKEN_NO_MORE, since, number) for number in numbers]
    later = put_in_force(open_city, hours(price=200, **changes), day=4)
    assert told() == []
    withdraw = partial(rule_withdraw, actor=open_city.manager, reason="时间有误", now=NOW)
    withdraw(rule_id=later.pk)
    assert told() == []
    withdraw(rule_id=rule.pk)
    assert told() == [(name, samples.TAKEN_AGAIN, since, number) for number in numbers]


def test_nobody_is_told_of_other_terms_or_of_what_the_rule_takes_from_others_alone(open_city):
    quoted(open_city)
    join(open_city, wanted=slot(day=5))
    put_in_force(open_city, hours(price=300, closes=18), day=1)
    put_in_force(open_city, hours(user_kinds=frozenset({UserKind.ENTERPRISE})), day=2)
    assert told() == []


def test_who_waits_is_told_from_when_on_nothing_is_offered_and_that_it_is_again(open_city):
    kept, longer = join(open_city, wanted=slot(day=2)), factories.member(open_city.company, name="庚")
    join(open_city, longer, wanted=slot(day=5))
    since = slot(day=3, hour=8).start
    put_in_force(open_city, hours(service_modes=frozenset({ServiceMode.OPERATED})), day=3)
    assert kept.latest <= slot(day=3, hour=8).start
    assert told() == [(longer.name, waiting.GRANTED_NO_MORE, since, "waiting")]
    put_in_force(open_city, hours(), day=4)
    assert told() == [(longer.name, waiting.GRANTED_AGAIN, slot(day=4, hour=8).start, "waiting")]


def test_a_sheet_of_rules_and_its_taking_back_tell_the_same(open_city):
    order = quoted(open_city)
    unit = {"actor": open_city.manager, "organization_id": open_city.owner.pk, "kind": RULES}
    content = (RULES_HEADING + rule_row(open_city.instrument, day=3)).encode()
    key = sheet_keep(content=content, map_text="", **unit)
    run, _report = sheet_run_start(key=key, chosen={}, partial=False, now=NOW, **unit)
    since = slot(day=3, hour=0).start
    assert told() == [(open_city.researcher.name, samples.TAKEN_NO_MORE, since, order.public_id)]
    sheet_run_take_back(actor=open_city.manager, public_id=run.public_id, now=NOW)
    assert told() == [(open_city.researcher.name, samples.TAKEN_AGAIN, since, order.public_id)]


@pytest.fixture
def look(open_city, see):
    """Look at a sheet of rules from the third day on for some instruments before it is imported."""

    def look(*instruments, users="企业"):
        rows = "".join(rule_row(one, day=3, users=users) for one in instruments)
        key = sheet_keep(
            actor=open_city.manager,
            organization_id=open_city.owner.pk,
            kind=RULES,
            content=(RULES_HEADING + rows).encode(),
            map_text="",
        )
        return see(open_city.manager, "sheet_preview", open_city.owner.public_id, "rules", key)

    return look


def other_instrument(city, number):
    made = factories.instrument(city.owner, name_zh=f"透射电子显微镜{number}")
    factories.rule(made)
    return made


def test_sheet_says_before_it_is_imported_whom_it_hits_on_which_instruments(open_city, look):
    others = [other_instrument(open_city, number) for number in range(6)]
    first, *some, untouched = others
    orders_of_every_stage(open_city)
    for one in (first, *some):
        submitted(open_city, instrument_id=one.pk)
    join(open_city, wanted=slot(day=5))
    join(open_city, factories.member(open_city.owner, name="辛"), payer=False, wanted=slot(day=5))
    page = text_of(look(open_city.instrument, first, untouched))
    assert "规则不再受理 5 个送样委托：届时起不能接受报价，也不能安排届时起的时段" in page
    assert f"涉及仪器：{open_city.instrument.name_zh}（4）、{first.name_zh}（1）。" in page
    assert "有 1 人的候补不再符合规则" in page
    assert f"涉及仪器：{open_city.instrument.name_zh}（1）。" in page
    assert "规则不再受理 9 个送样委托" in (page := text_of(look(open_city.instrument, *others)))
    assert "，另有 1 台。" in page
    assert "送样委托" not in text_of(look(untouched))
    assert told() == []


def test_look_at_a_sheet_takes_as_many_statements_for_many_instruments(open_city, look, statements):
    instruments = [open_city.instrument]

    def more():
        for number in range(len(instruments), 6):
            instruments.append(other_instrument(open_city, number))
        for number, one in enumerate(instruments):
            submitted(open_city, instrument_id=one.pk)
            waits = factories.user(f"候补{number}")
            join(open_city, waits, instrument_id=one.pk, payer=False, wanted=slot(day=5))

    submitted(open_city)
    join(open_city, factories.user("候补"), payer=False, wanted=slot(day=5))
    statements.assert_unchanged(lambda: look(*instruments), by=more)


def test_preview_takes_as_many_statements_for_many_who_wait_at_their_own_expense(open_city, send, statements):
    asked = (open_city.manager, "rule_new", open_city.instrument.public_id)

    def more():
        for number in range(5):
            join(open_city, factories.user(f"候补{number}"), payer=False, wanted=slot(day=5))

    more()
    statements.assert_unchanged(lambda: send(*asked, **RULE, act="preview"), by=more)


def test_preview_of_a_version_counts_the_orders_and_waits_that_it_hits(open_city, send, see):
    asked = (open_city.manager, "rule_new", open_city.instrument.public_id)
    assert "个送样委托：届时起" not in text_of(send(*asked, **RULE, act="preview"))
    lapsing, *_lasting = orders_of_every_stage(open_city)
    join(open_city, wanted=slot(day=5))
    page = text_of(send(*asked, **RULE, act="preview"))
    assert "规则不再受理 4 个送样委托：届时起不能接受报价，也不能安排届时起的时段" in page
    assert "人的候补不再符合规则" not in page
    SampleOrder.objects.filter(public_id=lapsing).update(due_at=NOW)
    assert "规则不再受理 3 个送样委托" in text_of(send(*asked, **RULE, act="preview"))
    SampleOrder.objects.filter(public_id=lapsing).update(due_at=slot(day=9).start)
    page = text_of(send(*asked, **{**RULE, "user_kinds": ["inside"]}, act="preview"))
    assert "规则不再受理 4 个送样委托" in page
    assert "有 1 人的候补不再符合规则：不会留出届时起的时段" in page
    put_in_force(open_city, hours(**WITHOUT_SAMPLES), day=2)
    rule = put_in_force(open_city, hours(), day=3)
    page = text_of(see(open_city.manager, "rule_withdraw", open_city.instrument.public_id, rule.public_id))
    assert "规则不再受理 4 个送样委托" in page
