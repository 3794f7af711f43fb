"""The command that lets the first administrator into a new site."""

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from instrument_share.accounts.models import Organization, User
from instrument_share.kernel.uscc import compute_check_character

pytestmark = pytest.mark.django_db
PASSWORD = "only-for-tests-2026"
USCC = "11990000000000011" + compute_check_character("11990000000000011")


@pytest.fixture
def create(monkeypatch):
    def create(password=PASSWORD, uscc=USCC):
        monkeypatch.setenv("ADMINISTRATOR_PASSWORD", password)
        facts = {"name": "沈守一", "organization": "云屏市大数据中心", "uscc": uscc, "contact": "守一"}
        call_command("create_administrator", "shen", "shen@example.org", **facts)

    return create


def test_first_administrator_logs_in_and_lands_on_the_desk(create, client):
    create()
    answer = client.post(reverse("account_login"), {"login": "shen", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1] == ("/system/", 302)
    assert answer.status_code == 200


def test_second_administrator_is_not_made_by_the_command(create):
    create()
    with pytest.raises(CommandError, match="has an administrator"):
        create()


@pytest.mark.parametrize(
    "wrong", [{"password": "12345678"}, {"uscc": USCC[:-1] + "!"}], ids=["password", "uscc"]
)
def test_command_that_is_refused_leaves_nothing(create, wrong):
    with pytest.raises(CommandError):
        create(**wrong)
    assert not User.objects.exists()
    assert not Organization.objects.exists()
