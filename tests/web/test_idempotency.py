import json
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile

from instrument_share.accounts.models import District, User
from instrument_share.web import idempotency
from instrument_share.web.models import IdempotencyRecord

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.web.urls")]


@pytest.fixture
def sender(client):
    user = User.objects.create_user("lin", name="林", email="lin@example.org")
    client.force_login(user)
    return client


def send_form(client, code, token="one"):
    return client.post("/form/", {"code": code, idempotency.FIELD: token})


def call(client, code, key="one"):
    return client.post(
        "/test-api/districts",
        json.dumps({"code": code}),
        content_type="application/json",
        headers={"Idempotency-Key": key},
    )


def codes():
    return sorted(District.objects.values_list("code", flat=True))


def test_answers_are_kept_for_the_week_that_the_api_promises(settings):
    assert idempotency.check_answers_kept() == []
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"answers": 6}
    (error,) = idempotency.check_answers_kept()
    assert (error.id, error.msg) == ("web.E004", "RETENTION_ANSWERS_DAYS is 6.")


def test_repeated_form_redirects_to_first_result(sender):
    first, second = send_form(sender, "A"), send_form(sender, "A")
    assert (second.status_code, second["Location"]) == (302, first["Location"])
    assert codes() == ["A"]


def test_page_after_a_form_sent_twice_says_that_it_was_carried_out_once(sender):
    sentence = "该表单提交了两次，只执行了一次。"
    send_form(sender, "A")
    assert sentence not in sender.get("/frame/").content.decode()
    send_form(sender, "A")
    assert sentence in sender.get("/frame/").content.decode()


def test_a_form_that_is_sent_again_with_other_contents_is_a_new_request(sender):
    assert send_form(sender, "A")["Location"] != send_form(sender, "B")["Location"]
    assert codes() == ["A", "B"]


def test_a_file_with_one_figure_corrected_is_new_though_it_is_called_the_same(sender):
    sheets = [ContentFile(content, "sheet.csv") for content in (b"A1", b"A2", b"A1")]
    sent = [sender.post("/form/", {"sheet": one, idempotency.FIELD: "one"}) for one in sheets]
    places = [answer["Location"] for answer in sent]
    assert places[0] == places[2] != places[1]
    assert codes() == ["A1", "A2"]


def test_a_form_with_mistakes_may_be_sent_again(sender):
    assert send_form(sender, "much too long").content == b"mistakes"
    assert IdempotencyRecord.objects.count() == 0
    assert send_form(sender, "A").status_code == 302


def test_a_refused_form_leaves_nothing(sender):
    assert send_form(sender, "bad").status_code == 422
    assert (codes(), IdempotencyRecord.objects.count()) == ([], 0)


def test_form_token_of_other_user_returns_no_result(sender, client):
    send_form(sender, "A")
    client.force_login(User.objects.create_user("chen", name="陈", email="chen@example.org"))
    District.objects.all().delete()
    send_form(client, "A")
    assert codes() == ["A"]


def test_a_call_that_is_sent_twice_gets_the_same_answer(sender):
    first, second = call(sender, "A"), call(sender, "A")
    assert (first.status_code, second.status_code) == (201, 201)
    assert second.json() == first.json()
    assert (second["Idempotent-Replayed"], second["Content-Type"]) == ("true", first["Content-Type"])
    assert codes() == ["A"]


def test_a_key_with_another_body_is_refused(sender):
    call(sender, "A")
    answer = call(sender, "B")
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency.key_reused")
    assert codes() == ["A"]


def test_a_refused_call_may_be_sent_again_with_its_key(sender):
    assert call(sender, "bad").json()["code"] == "refused"
    assert codes() == []
    assert call(sender, "A").status_code == 201


def test_a_key_that_is_too_long_is_refused(sender):
    assert call(sender, "A", key="k" * 65).json()["code"] == "idempotency.key_invalid"


def test_without_a_key_nothing_is_kept(sender):
    body = json.dumps({"code": "A"})
    assert sender.post("/test-api/districts", body, content_type="application/json").status_code == 201
    assert IdempotencyRecord.objects.count() == 0


def test_answers_are_forgotten_after_a_week(sender, clock):
    call(sender, "A")
    clock.move(timedelta(days=7))
    assert idempotency.delete_expired_records(now=clock.now()) == 0
    clock.move(timedelta(seconds=1))
    assert idempotency.delete_expired_records(now=clock.now()) == 1
