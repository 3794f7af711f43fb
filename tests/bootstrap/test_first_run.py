"""A new site is set up in a browser by whoever has the code that the server printed, once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from threading import Barrier

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test import Client

from instrument_share.accounts.models import District, Organization, User
from instrument_share.bootstrap import services
from instrument_share.bootstrap.models import FirstRunCode
from instrument_share.journal.models import AuditEntry
from providers import public as providers

pytestmark = pytest.mark.django_db

PASSWORD = "Vorlage-für-den-Anfang"
ADDRESS = "/setup/"
PASSWORDS = {"finance_officer-password": PASSWORD, "finance_officer-repeated": PASSWORD}


def person(prefix, username, password=PASSWORD):
    facts = {"name": "张三", "username": username, "email": f"{username}@example.org"}
    return {f"{prefix}-{name}": value for name, value in facts.items()} | {
        f"{prefix}-password": password,
        f"{prefix}-repeated": password,
    }


def institution(prefix, uscc):
    return {
        f"{prefix}-uscc": uscc,
        f"{prefix}-name_zh": f"示例市{prefix}",
        f"{prefix}-name_en": f"Example {prefix}",
        f"{prefix}-contact": "办公室",
        f"{prefix}-phone": "0999-0000000",
    }


def answers(**changes):
    return {
        "districts": "990101，示例区，Example District\n\n990102,东区,East",
        **institution("bureau", "119901010000000014"),
        **institution("finance", "119901010000000027"),
        **person("admin", "admin"),
        **person("officer", "officer"),
        **changes,
    }


def print_code():
    printed = StringIO()
    call_command("first_run_code", stdout=printed)
    return printed.getvalue()


@pytest.fixture
def code():
    return re.search(r"code: (\S+)", print_code())[1]


@pytest.fixture
def admitted(client, code):
    """A browser in which the code was entered."""
    assert client.post(ADDRESS, {"code": code}).status_code == 302
    return client


def fields_refused(answer):
    assert answer.status_code == 422
    plan = answer.context["plan"]
    return {form.add_prefix(name) for form in plan.all for name in form.errors}


def test_code_opens_the_form_and_the_form_sets_the_site_up(admitted):
    page = admitted.get(ADDRESS).content.decode()
    assert "admin-username" in page
    answer = admitted.post(ADDRESS, answers(), follow=True)
    assert "平台初始化已完成" in answer.content.decode()
    assert set(District.objects.values_list("code", "name_zh")) == {("990101", "示例区"), ("990102", "东区")}
    assert Organization.objects.count() == 2
    for who, desk in (("admin", "/system/"), ("officer", "/organizations/")):
        browser = Client()
        browser.post("/accounts/login/", {"login": who, "password": PASSWORD})
        browser.post("/me/agreement/", {"privacy": "on"})
        assert browser.get(desk).status_code == 200
    assert AuditEntry.objects.filter(action="site.set_up", actor=None).count() == 1
    assert admitted.get(ADDRESS).status_code == Client().get(ADDRESS).status_code == 404
    assert print_code() == ""


def test_same_function_as_the_command_enters_the_tables(admitted):
    sent = answers(
        categories=SimpleUploadedFile("c.csv", "parent,code,name\n,010000,分析仪器\n".encode()),
        version="2024",
        holidays=SimpleUploadedFile("h.csv", "2031-01-01,休,元旦\n".encode()),
        source="通知",
        **person("finance_officer", "payer"),
    )
    assert admitted.post(ADDRESS, sent).status_code == 302
    assert list(providers.category_table().values_list("code", flat=True)) == ["010000"]
    assert [day.name for day in providers.calendar_year(2031).days] == ["元旦"]
    payer = User.objects.get(username="payer")
    assert payer.memberships.get().organization.name_zh == "示例市finance"


def test_people_without_a_password_get_a_link_by_mail(admitted, settings, run_jobs):
    settings.MAIL_TRANSPORT = "tests.bootstrap.nowhere.EmailBackend"
    assert admitted.post(ADDRESS, answers(**person("officer", "officer", ""))).status_code == 302
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    run_jobs()
    (sent,) = mail.outbox
    assert sent.to == ["officer@example.org"]
    assert "/accounts/password/reset/key/" in sent.body
    assert not User.objects.get(username="officer").has_usable_password()


def test_site_without_mail_wants_passwords(admitted):
    answer = admitted.post(ADDRESS, answers(**person("officer", "officer", "")))
    assert fields_refused(answer) == {"officer-password"}


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"districts": "99,示例区,Example"}, {"districts"}),
        ({"districts": "990101,示例区,A\n990101,东区,B"}, {"districts"}),
        ({"bureau-uscc": "119901010000000015"}, {"bureau-uscc"}),
        ({"finance-uscc": "119901010000000014"}, {"finance-uscc"}),
        ({"finance-phone": "none"}, {"finance-phone"}),
        ({"admin-repeated": "other"}, {"admin-repeated"}),
        ({"admin-password": "123", "admin-repeated": "123"}, {"admin-password"}),
        ({"admin-username": "USR-1"}, {"admin-username"}),
        ({"officer-username": "ADMIN"}, {"officer-username"}),
        ({"officer-email": "nowhere", "admin-name": ""}, {"officer-email", "admin-name"}),
        (
            {"finance_officer-name": "李四", **PASSWORDS},
            {"finance_officer-username", "finance_officer-email"},
        ),
        ({"categories": SimpleUploadedFile("c.csv", b"number,name\n1,x\n"), "version": "1"}, {"categories"}),
        ({"categories": SimpleUploadedFile("c.csv", b"\xff\xfe"), "version": "1"}, {"categories"}),
        ({"categories": SimpleUploadedFile("c.csv", b"parent,code,name\n,010000,x\n")}, {"version"}),
        ({"holidays": SimpleUploadedFile("h.csv", b"2031-01-01,??,x\n")}, {"holidays"}),
        ({"holidays": SimpleUploadedFile("h.csv", "2031-01-01,休,元旦\n".encode())}, {"source"}),
    ],
)
def test_each_problem_stands_at_its_field_and_enters_nothing(admitted, changes, fields):
    for value in changes.values():
        if not isinstance(value, str):
            value.seek(0)
    assert fields_refused(admitted.post(ADDRESS, answers(**changes))) == fields
    assert not User.objects.exists()
    assert not Organization.objects.exists()


def test_name_of_somebody_who_signed_up_before_is_refused(admitted):
    User.objects.create_user("admin", email="stranger@example.org")
    assert fields_refused(admitted.post(ADDRESS, answers())) == {"admin-username"}


def test_without_the_code_nothing_is_asked_or_entered(client, code):
    assert "admin-username" not in client.get(ADDRESS).content.decode()
    assert client.post(ADDRESS, answers()).status_code == 422
    assert client.post(ADDRESS, {"code": "AAAA-BBBB-CCCC-DDDD"}).status_code == 422
    assert not User.objects.exists()


def test_code_is_kept_hashed_and_read_in_any_spelling(client, code):
    kept = FirstRunCode.objects.get()
    assert code not in vars(kept).values()
    assert client.post(ADDRESS, {"code": f" {code.lower().replace('-', ' ')} "}).status_code == 302


def test_code_expires_and_gives_way_to_a_newer_one(client, code, clock):
    newer = re.search(r"code: (\S+)", print_code())[1]
    assert client.post(ADDRESS, {"code": code}).status_code == 422
    assert client.post(ADDRESS, {"code": newer}).status_code == 302
    clock.move(services.LIFETIME + timedelta(seconds=1))
    answer = client.post(ADDRESS, answers())
    assert (answer.status_code, "plan" in answer.context) == (422, False)
    assert "口令已过期或已被新口令取代" in answer.content.decode()
    assert not User.objects.exists()


def test_tries_are_limited_by_address(client, code):
    for _ in range(10):
        assert client.post(ADDRESS, {"code": "AAAA-BBBB-CCCC-DDDD"}).status_code == 422
    assert client.post(ADDRESS, {"code": code}).status_code == 429
    elsewhere = client.post(ADDRESS, {"code": code}, REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


@pytest.mark.django_db(transaction=True)
def test_of_two_browsers_at_once_one_succeeds(code):
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.post(ADDRESS, {"code": code})
    together = Barrier(2)

    def send(number):
        together.wait()
        try:
            mine = {**person("admin", f"admin{number}"), **person("officer", f"officer{number}")}
            return browsers[number].post(ADDRESS, answers(**mine)).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(send, range(2)))
    assert statuses.count(302) == 1
    assert set(statuses) - {302} <= {404, 422}
    assert User.objects.filter(username__startswith="admin").count() == 1


def test_second_click_is_led_to_where_the_first_one_led(admitted):
    assert [admitted.post(ADDRESS, answers()).get("Location") for _ in range(2)] == ["/accounts/login/"] * 2
    assert "平台初始化已完成" in admitted.get("/accounts/login/").content.decode()
    assert admitted.post(ADDRESS, answers(**person("admin", "other"))).status_code == 404
    assert Client().post(ADDRESS, answers()).status_code == 404
    assert User.objects.count() == 2


def test_home_says_that_the_site_is_not_set_up(client, code, admitted):
    page = client.get("/").content.decode()
    assert "本平台尚未初始化" in page
    assert code not in page
    admitted.post(ADDRESS, answers())
    assert "本平台尚未初始化" not in client.get("/").content.decode()
