"""Hours that their user disagrees with, and replies to ratings."""

from datetime import timedelta
from functools import partial

import pytest

from bookings.usage.domain.choices import Rating
from bookings.usage.domain.errors import AlreadyAnswered, DisputeOpen, DisputeTooLate
from bookings.usage.selectors.disputes import waiting_disputes
from bookings.usage.selectors.usage import get_usage_log, waiting_confirmations
from bookings.usage.selectors.yearly import usage_of_year
from bookings.usage.services.disputes import usage_dispute, usage_dispute_answer, usage_review_reply
from bookings.usage.services.notifications import DISPUTED, REVIEW_REPLIED
from bookings.usage.services.usage import usage_confirm, usage_correct, usage_review
from bookings.usage.services.withdrawals import usage_correction_withdraw
from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Forbidden, ReasonMissing
from providers.instruments.models import Keeper
from tests.bookings.requests.booking import use
from tests.factories import member, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
AFTER = slot(hour=12).start
DAY = timedelta(days=1)
WHY = "实际使用到十点"


@pytest.fixture
def log(city):
    return use(city)


def test_user_disputes_hours_and_the_unit_answers_once(city, log):
    with pytest.raises(ReasonMissing):
        usage_dispute(actor=city.researcher, log_id=log.pk, reason=" ", now=AFTER)
    with pytest.raises(Forbidden):
        usage_dispute(actor=city.keeper, log_id=log.pk, reason=WHY, now=AFTER)
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=AFTER)
    assert dispute.answer_by == AFTER + 7 * DAY
    assert list(waiting_disputes(city.keeper)) == [dispute]
    assert [row["open_dispute"] for row in usage_of_year(2026)] == [dispute.public_id]
    assert not waiting_disputes(city.researcher).exists()
    with pytest.raises(DisputeOpen):
        usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=AFTER)
    with pytest.raises(Forbidden):
        usage_dispute_answer(actor=city.researcher, dispute_id=dispute.pk, answer="已更正", now=AFTER)
    usage_dispute_answer(actor=city.keeper, dispute_id=dispute.pk, answer="已更正", now=AFTER)
    with pytest.raises(AlreadyAnswered):
        usage_dispute_answer(actor=city.manager, dispute_id=dispute.pk, answer="已更正", now=AFTER)
    assert not waiting_disputes(city.keeper).exists()
    assert [row["open_dispute"] for row in usage_of_year(2026)] == [None]
    acts = [entry.action for entry in journal.history(log)]
    assert acts[-2:] == ["usage.disputed", "usage.dispute_answered"]


def test_managers_are_told_where_the_instrument_has_no_keeper(city, log):
    Keeper.objects.filter(instrument=city.instrument).delete()
    usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=AFTER)
    assert journal.notifications(city.manager)[0].message == DISPUTED


def test_unit_cannot_confirm_disputed_hours_and_is_not_asked_to(city, log):
    assert waiting_confirmations(city.manager).exists()
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=AFTER)
    assert not waiting_confirmations(city.manager).exists()
    with pytest.raises(DisputeOpen):
        usage_confirm(actor=city.manager, log_id=log.pk, now=AFTER)
    usage_dispute_answer(actor=city.keeper, dispute_id=dispute.pk, answer="记录无误", now=AFTER)
    usage_confirm(actor=city.manager, log_id=log.pk, now=AFTER)


def test_who_disputed_the_hours_may_confirm_them_without_waiting_for_the_answer(city, log):
    usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=AFTER)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=AFTER)
    assert get_usage_log(city.researcher, log.public_id).is_confirmed


def test_confirmed_hours_are_disputed_until_the_deadline(city, log):
    last = log.entry.recorded_at + 30 * DAY
    early = usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=last + 9 * DAY)
    usage_dispute_answer(actor=city.keeper, dispute_id=early.pk, answer="已更正", now=last + 9 * DAY)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=AFTER)
    with pytest.raises(DisputeTooLate):
        usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=last + timedelta(seconds=1))
    assert usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=last).pk


def test_a_late_correction_gives_the_user_the_whole_time_again(city, log):
    usage_confirm(actor=city.researcher, log_id=log.pk, now=AFTER)
    late = log.entry.recorded_at + 31 * DAY
    asked = {"log_id": log.pk, "changes": {"measuring_seconds": 3600, "idle_seconds": 3600}, "reason": "补记"}
    taken_back = usage_correct(actor=city.keeper, now=late, **asked)
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=late)
    usage_dispute_answer(actor=city.keeper, dispute_id=dispute.pk, answer="记录无误", now=late)
    usage_correction_withdraw(actor=city.keeper, correction_id=taken_back.pk, reason="误记", now=late)
    with pytest.raises(DisputeTooLate):
        usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=late)
    kept = usage_correct(actor=city.keeper, now=late, **asked)
    usage_confirm(actor=city.manager, log_id=log.pk, correction_id=kept.pk, now=late + 9 * DAY)
    with pytest.raises(DisputeTooLate):
        usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=late + 40 * DAY)
    assert usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=late + 39 * DAY).pk


def test_pages_lead_from_the_button_to_the_answer(city, log, see, send):
    page = see(city.researcher, "usage_log", log.public_id, now=AFTER)
    assert f'href="/usage/{log.public_id}/dispute/"' in page.content.decode()
    assert "确认前可对机时提出异议，确认后提出异议的截止时间为 2026年4月2日 11:00" in text_of(page)
    send(city.researcher, "usage_dispute", log.public_id, now=AFTER, reason=WHY)
    dispute = log.disputes.get()
    page = see(city.researcher, "usage_log", log.public_id, now=AFTER)
    assert f'href="/usage/{log.public_id}/dispute/"' not in page.content.decode()
    assert WHY in text_of(page)
    assert WHY in text_of(see(city.keeper, "keeper", now=AFTER))
    answer = [log.public_id, dispute.public_id]
    assert WHY in text_of(see(city.keeper, "usage_dispute_answer", *answer, now=AFTER))
    send(city.keeper, "usage_dispute_answer", *answer, now=AFTER, answer="已提交更正")
    assert "已提交更正" in text_of(see(city.researcher, "usage_log", log.public_id, now=AFTER))
    assert WHY not in text_of(see(city.keeper, "keeper", now=AFTER))


def test_forms_of_acts_that_would_be_refused_are_not_shown(city, log, see):
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=AFTER)
    correction = usage_correct(
        actor=city.keeper, log_id=log.pk, changes={"samples": 2}, reason="样品数有误", now=AFTER
    )
    answer = (city.keeper, "usage_dispute_answer", log.public_id, dispute.public_id)
    withdraw = (city.keeper, "usage_correction_withdraw", log.public_id, correction.public_id)

    def open_page(person, name, *args, now=AFTER):
        return see(person, name, *args, now=now).status_code

    assert open_page(city.researcher, "usage_dispute", log.public_id) == 409
    assert (open_page(*answer), open_page(*withdraw)) == (200, 200)
    usage_dispute_answer(actor=city.keeper, dispute_id=dispute.pk, answer="已更正", now=AFTER)
    usage_correction_withdraw(actor=city.keeper, correction_id=correction.pk, reason="误记", now=AFTER)
    assert (open_page(*answer), open_page(*withdraw)) == (409, 409)
    assert open_page(city.researcher, "usage_dispute", log.public_id) == 200
    usage_confirm(actor=city.researcher, log_id=log.pk, now=AFTER)
    usage_review(actor=city.researcher, log_id=log.pk, rating=Rating.NEUTRAL, now=AFTER)
    reply = (city.keeper, "usage_review_reply", log.public_id)
    assert open_page(*reply) == 200
    usage_review_reply(actor=city.keeper, log_id=log.pk, reply="抱歉", now=AFTER)
    assert open_page(*reply) == 409
    assert open_page(city.researcher, "usage_dispute", log.public_id, now=AFTER + 40 * DAY) == 409


def test_unit_replies_to_a_rating_publicly_and_once(city, log, see, send):
    usage_confirm(actor=city.researcher, log_id=log.pk, now=AFTER)
    assert see(city.keeper, "usage_review_reply", log.public_id, now=AFTER).status_code == 404
    usage_review(actor=city.researcher, log_id=log.pk, rating=Rating.NEUTRAL, comment="等待较久", now=AFTER)
    with pytest.raises(Forbidden):
        usage_review_reply(actor=city.researcher, log_id=log.pk, reply="抱歉", now=AFTER)
    send(city.keeper, "usage_review_reply", log.public_id, now=AFTER, answer="已增加值班人员")
    told = journal.notifications(city.researcher).first()
    assert (told.message, told.path) == (REVIEW_REPLIED, f"/usage/{log.public_id}/")
    with pytest.raises(AlreadyAnswered):
        usage_review_reply(actor=city.manager, log_id=log.pk, reply="抱歉", now=AFTER)
    assert "已增加值班人员" in text_of(see(None, "instrument", city.instrument.public_id, now=AFTER))


def test_an_answer_comes_back_where_a_colleague_was_faster(city, log, send):
    dispute = usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=AFTER)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=AFTER)
    usage_review(actor=city.researcher, log_id=log.pk, rating=Rating.NEUTRAL, comment="等待较久", now=AFTER)
    pages = (
        ("usage_dispute_answer", log.public_id, dispute.public_id),
        ("usage_review_reply", log.public_id),
    )
    for page in pages:
        assert send(city.keeper, *page, now=AFTER, answer="已核对").status_code == 302
        late = send(city.manager, *page, now=AFTER, answer="时间以门禁为准")
        assert (late.status_code, ">\n时间以门禁为准</textarea>" in late.text) == (409, True)


def test_what_is_disputed_comes_back_where_a_dispute_waits_already(city, log, send):
    usage_dispute(actor=city.researcher, log_id=log.pk, reason=WHY, now=AFTER)
    late = send(city.researcher, "usage_dispute", log.public_id, now=AFTER, reason="样品由机组更换")
    assert (late.status_code, ">\n样品由机组更换</textarea>" in late.text) == (409, True)


def test_api_opens_lists_and_answers_disputes(city, log, client, clock):
    clock.set(AFTER)
    client.force_login(city.researcher)
    send = partial(client.post, content_type="application/json")
    opened = send(f"/api/v1/usage/{log.public_id}/disputes", {"reason": "时间有误"})
    dispute = opened.json()["id"]
    assert (opened.status_code, opened.json()["answered_at"]) == (201, None)
    assert send(f"/api/v1/usage/{log.public_id}/disputes", {"reason": "再次"}).status_code == 409
    assert send(f"/api/v1/disputes/{dispute}/answer", {"answer": "自答"}).status_code == 403
    client.force_login(city.keeper)
    waiting = client.get("/api/v1/disputes", {"open": "true"}).json()["items"]
    assert [(one["id"], one["log"], one["reason"]) for one in waiting] == [
        (dispute, log.public_id, "时间有误")
    ]
    answered = send(f"/api/v1/disputes/{dispute}/answer", {"answer": "已核对"}).json()
    assert (answered["answer"], answered["answered_by"]["name"]) == ("已核对", city.keeper.name)
    assert client.get("/api/v1/disputes", {"open": "true"}).json()["items"] == []
    client.force_login(member(city.company))
    assert client.get(f"/api/v1/disputes/{dispute}").status_code == 404
