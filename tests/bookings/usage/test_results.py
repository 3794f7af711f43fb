"""Results of a use, and corrections that are taken back."""

from functools import partial

import pytest

from bookings.statistics.selectors import count_results, get_scope_of_unit
from bookings.usage.domain.choices import ResultKind
from bookings.usage.domain.errors import (
    AlreadyConfirmed,
    AlreadyWithdrawn,
    ResultStated,
    ResultWithdrawn,
    UsageRefused,
)
from bookings.usage.models import WaitingLog
from bookings.usage.selectors.usage import find_broken_links, get_current_values, get_usage_log
from bookings.usage.services.days import usage_units_differing
from bookings.usage.services.results import usage_result_state, usage_result_withdraw
from bookings.usage.services.usage import usage_confirm, usage_correct
from bookings.usage.services.withdrawals import usage_correction_withdraw
from instrument_share.journal.models import Notification
from instrument_share.journal.selectors import history
from instrument_share.kernel.errors import Forbidden
from tests.bookings.requests.booking import codes
from tests.bookings.usage.test_usage import by_hand
from tests.factories import NOW, keeper, member, slot

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(city):
    return by_hand(city, slot(-2, 9, 2))


def state(actor, log, kind=ResultKind.PATENT, title="一种钢", identifier="zl 2003 1 0102344.5"):
    return usage_result_state(
        actor=actor, log_id=log.pk, kind=kind, title=title, identifier=identifier, now=NOW
    )


def test_user_and_unit_state_results_and_each_withdrawal_stays_with_its_reason(city, log, see):
    patent = state(city.researcher, log)
    paper = state(city.keeper, log, ResultKind.PAPER, "疲劳裂纹", "")
    assert (patent.identifier, paper.identifier) == ("ZL200310102344.5", "")
    with pytest.raises(ResultStated):
        state(city.manager, log, title="同一种钢")
    with pytest.raises(Forbidden):
        usage_result_withdraw(actor=city.researcher, result_id=paper.pk, reason="不是我的", now=NOW)
    usage_result_withdraw(actor=city.manager, result_id=patent.pk, reason="专利未授权", now=NOW)
    with pytest.raises(ResultWithdrawn):
        usage_result_withdraw(actor=city.researcher, result_id=patent.pk, reason="再次", now=NOW)
    pages = [
        see(city.manager, "usage_result_withdraw", log.public_id, one.public_id) for one in (paper, patent)
    ]
    assert [page.status_code for page in pages] == [200, 409]
    shown = get_usage_log(city.researcher, log.public_id).stated_results.all()
    assert [getattr(one, "withdrawal", None) and one.withdrawal.reason for one in shown] == [
        "专利未授权",
        None,
    ]
    assert [entry.action for entry in history(log)][-3:] == [
        "usage.result_stated",
        "usage.result_stated",
        "usage.result_withdrawn",
    ]
    assert state(city.researcher, log).pk


def test_strangers_state_nothing_and_wrong_numbers_are_refused(city, log):
    with pytest.raises(Forbidden):
        state(member(city.company), log)
    with pytest.raises(UsageRefused) as refused:
        state(city.researcher, log, title=" ", identifier="ZL200310102344.6")
    assert codes(refused) == ["result.title_missing", "result.patent_check"]


def correct(city, log, actor=None):
    return usage_correct(
        actor=actor or city.keeper, log_id=log.pk, changes={"samples": 4}, reason="漏记样品", now=NOW
    )


def test_withdrawn_correction_is_an_entry_and_makes_way_for_another(city, log):
    usage_confirm(actor=city.researcher, log_id=log.pk, now=NOW)
    correction = correct(city, log)
    assert WaitingLog.objects.count() == 1
    withdrawal = usage_correction_withdraw(
        actor=city.keeper, correction_id=correction.pk, reason="样品数原本正确", now=NOW
    )
    assert (withdrawal.entry.kind, withdrawal.entry.number) == ("withdrawal", 4)
    assert (WaitingLog.objects.count(), usage_units_differing()) == (0, [])
    with pytest.raises(AlreadyWithdrawn):
        usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=NOW)
    with pytest.raises(AlreadyWithdrawn):
        usage_correction_withdraw(actor=city.keeper, correction_id=correction.pk, reason="再次", now=NOW)
    assert correct(city, log).entry.number == 5
    assert get_current_values(get_usage_log(city.keeper, log.public_id))["samples"] == 0
    assert list(find_broken_links()) == []
    entry = history(withdrawal)[0]
    assert (entry.action, entry.details["reason"]) == ("usage.correction_withdrawn", "样品数原本正确")


def test_manager_withdraws_what_a_colleague_asked_for_who_may_have_left(city, log):
    correction = correct(city, log)
    city.instrument.keepers.clear()
    before = list(Notification.objects.values_list("pk", flat=True))
    usage_correction_withdraw(actor=city.manager, correction_id=correction.pk, reason="样品数无误", now=NOW)
    told = Notification.objects.exclude(pk__in=before)
    assert {one.user: one.params.get("reason") for one in told} == {
        city.researcher: None,
        city.keeper: "样品数无误",
    }
    assert WaitingLog.objects.get().log == log


def test_keeper_is_told_once_of_a_withdrawn_correction_of_their_own_use(city):
    own = by_hand(city, slot(-3, 9, 2), user=city.keeper, payer_organization_id=city.owner.pk)
    correction = correct(city, own)
    before = list(Notification.objects.values_list("pk", flat=True))
    usage_correction_withdraw(actor=city.manager, correction_id=correction.pk, reason="样品数无误", now=NOW)
    told = Notification.objects.exclude(pk__in=before).get()
    assert (told.user, told.params["reason"]) == (city.keeper, "样品数无误")


def test_another_keeper_withdraws_no_correction_nor_a_manager_one_of_their_own_use(city, log):
    own = by_hand(city, slot(-3, 9, 2), user=city.manager, payer_organization_id=city.owner.pk)
    for actor, one in ((keeper(city.instrument), log), (city.researcher, log), (city.manager, own)):
        correction = correct(city, one)
        with pytest.raises(Forbidden):
            usage_correction_withdraw(actor=actor, correction_id=correction.pk, reason="不同意", now=NOW)
        usage_correction_withdraw(actor=city.keeper, correction_id=correction.pk, reason="无误", now=NOW)


def test_confirmed_correction_is_not_withdrawn(city, log):
    correction = correct(city, log)
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=NOW)
    with pytest.raises(AlreadyConfirmed):
        usage_correction_withdraw(actor=city.keeper, correction_id=correction.pk, reason="改主意", now=NOW)


def test_the_user_of_a_log_is_told_of_a_withdrawal_by_somebody_else(city, log):
    own = by_hand(city, slot(-3, 9, 2), user=city.keeper, payer_organization_id=None)
    for one in (log, own):
        withdrawn = correct(city, one)
        before = list(Notification.objects.values_list("pk", flat=True))
        usage_correction_withdraw(actor=city.keeper, correction_id=withdrawn.pk, reason="无误", now=NOW)
        told = Notification.objects.exclude(pk__in=before).values_list("user", flat=True)
        assert list(told) == ([city.researcher.pk] if one == log else [])


def test_page_of_the_log_offers_what_may_be_withdrawn(city, log, see):
    correction, result = correct(city, log), state(city.researcher, log)
    withdraw = f"corrections/{correction.public_id}/withdraw/"
    page = see(city.keeper, "usage_log", log.public_id, now=NOW).content.decode()
    assert (withdraw in page, "ZL200310102344.5" in page) == (True, True)
    page = see(city.manager, "usage_log", log.public_id, now=NOW).content.decode()
    assert (withdraw in page, f"results/{result.public_id}/withdraw/" in page) == (True, True)
    page = see(city.researcher, "usage_log", log.public_id, now=NOW).content.decode()
    assert withdraw not in page


def test_a_reason_comes_back_where_the_correction_was_withdrawn_meanwhile(city, log, send):
    page = ("usage_correction_withdraw", log.public_id, correct(city, log).public_id)
    assert send(city.keeper, *page, now=NOW, reason="样品数原本正确").status_code == 302
    late = send(city.manager, *page, now=NOW, reason="已核对台账")
    assert (late.status_code, ">\n已核对台账</textarea>" in late.text) == (409, True)


def test_api_states_and_withdraws_results_and_corrections(city, log, client, clock):
    correction = correct(city, log)
    clock.set(NOW)
    client.force_login(city.keeper)
    address = f"/api/v1/usage/{log.public_id}"
    send = partial(client.post, content_type="application/json")
    stated = send(
        f"{address}/results", {"kind": "standard", "title": "学科分类", "identifier": "GB/T13745-2009"}
    )
    assert (stated.status_code, stated.json()["identifier"]) == (201, "GB/T 13745-2009")
    withdrawn = send(f"{address}/results/{stated.json()['id']}/withdraw", {"reason": "误登"}).json()
    assert (withdrawn["withdrawal_reason"], withdrawn["withdrawn_at"]) == ("误登", "2026-03-02T00:00:00Z")
    shown = send(f"{address}/corrections/{correction.public_id}/withdraw", {"reason": "误记"}).json()
    assert [(one["confirmed"], one["withdrawn"]) for one in shown["corrections"]] == [(False, True)]
    assert [one["identifier"] for one in shown["stated_results"]] == ["GB/T 13745-2009"]


def test_statistics_count_a_result_once_and_no_withdrawn_ones(city, log):
    other = by_hand(city, slot(-3, 9, 2))
    state(city.researcher, log)
    state(city.researcher, other)
    paper = state(city.keeper, log, ResultKind.PAPER, "疲劳裂纹", "")
    usage_result_withdraw(actor=city.keeper, result_id=paper.pk, reason="误登", now=NOW)
    found = count_results(get_scope_of_unit(city.owner), NOW.year)
    assert {kind.value: number for kind, number in found.items()} == {
        "paper": 0,
        "patent": 1,
        "standard": 0,
        "product": 0,
    }
    assert not any(count_results(get_scope_of_unit(city.company), NOW.year).values())
