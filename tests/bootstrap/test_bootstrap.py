"""A new site gets its districts, authorities and first people from one file."""

import re
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import translation

from instrument_share.accounts.domain import OrganizationKind
from instrument_share.accounts.domain.registration import Registration
from instrument_share.accounts.models import District, Membership, Organization, User
from instrument_share.accounts.services import organization_register
from instrument_share.journal.models import AuditEntry
from providers import public as providers
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

PASSWORD = "Vorlage-für-den-Anfang"


@pytest.fixture
def example(settings):
    return (settings.BASE_DIR / "docs/bootstrap.example.toml").read_text(encoding="utf-8")


@pytest.fixture
def bootstrap(tmp_path):
    """`bootstrap(text)` runs the command on a file and returns what it prints."""

    def run(text):
        path = tmp_path / "site.toml"
        path.write_text(text, encoding="utf-8")
        printed = StringIO()
        call_command("bootstrap", path, stdout=printed)
        return printed.getvalue()

    return run


def snapshot():
    return [model.objects.count() for model in (District, Organization, User, Membership, AuditEntry)]


def test_officer_of_a_new_site_chooses_a_password_and_opens_the_desk(bootstrap, example):
    links = re.findall(r"http://testserver(/\S+)", bootstrap(example))
    assert len(links) == 4
    officer = User.objects.get(username="officer")
    client = Client()
    (link,) = [one for one in links if client.get(one, follow=True).context["form"].user == officer]
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": PASSWORD, "password2": PASSWORD})
    assert client.post("/accounts/login/", {"login": "officer", "password": PASSWORD}).status_code == 302
    agreement = client.get("/bureau/")["Location"]
    assert client.post(agreement, {"privacy": "on"})["Location"] == "/bureau/"
    assert client.get("/bureau/").status_code == 200
    assert client.get("/organizations/").status_code == 200


def test_second_run_changes_nothing_but_the_links(bootstrap, example):
    first = bootstrap(example)
    before = snapshot()
    second = bootstrap(example)
    assert snapshot() == before
    assert first.count("http://testserver/") == second.count("http://testserver/") == 4


def test_second_run_gives_back_no_role_that_ended_and_unlocks_nobody(bootstrap, example):
    """The file of the first day is run again for another district, years after an officer has left."""
    bootstrap(example)
    Membership.objects.filter(role="bureau_officer").update(state="ended", ended_at=NOW)
    User.objects.filter(username="auditor").update(is_active=False, locked_at=NOW, lock_reason="离职")
    before = snapshot()
    assert bootstrap(example).count("http://testserver/") == 3
    assert snapshot() == before
    assert Membership.objects.get(role="bureau_officer").state == "ended"
    assert not User.objects.get(username="auditor").is_active


@pytest.mark.parametrize("email", ["stranger@example.org", "admin@example.org"])
def test_account_that_somebody_opened_before_becomes_no_administrator(bootstrap, example, email):
    """Its name is free for whoever signs up first, and an address that is merely claimed proves nothing."""
    stranger = User.objects.create_user("admin", email, PASSWORD, name="陌生人")
    EmailAddress.objects.create(user=stranger, email=email, primary=True, verified="stranger" in email)
    before = snapshot()
    with pytest.raises(CommandError, match="admin"):
        bootstrap(example)
    assert snapshot() == before
    EmailAddress.objects.filter(user=stranger).update(email="admin@example.org", verified=True)
    bootstrap(example)
    assert Membership.objects.filter(user=stranger, role="sysadmin").exists()


@pytest.mark.parametrize("state", ["pending", "refused"])
def test_organization_that_somebody_registered_under_the_code_before_gives_way(bootstrap, example, state):
    stranger = factories.user("陌生人")
    facts = Registration(
        uscc="119901010000000014", name_zh="冒名机构", kind=OrganizationKind.GOVERNMENT, phone="0999-1234567"
    )
    organization_register(actor=stranger, registration=facts, now=NOW)
    Organization.objects.update(state=state)
    bootstrap(example)
    bureau = Organization.objects.get(uscc="119901010000000014")
    assert (bureau.name_zh, bureau.kind, bureau.state) == ("示例市科学技术局", "bureau", "admitted")
    assert not Membership.objects.filter(user=stranger).exclude(state="ended").exists()
    assert AuditEntry.objects.filter(action="organization.given_way").count() == 1
    Organization.objects.filter(pk=bureau.pk).update(state="suspended")
    bootstrap(example)
    bureau.refresh_from_db()
    assert bureau.state == "suspended"  # what is there stays as it is


def test_categories_and_holidays_come_with_the_file(bootstrap, example, tmp_path):
    (tmp_path / "categories.csv").write_text(
        "parent,code,name\n,010000,分析仪器\n010000,010100,电子光学仪器\n", encoding="utf-8"
    )
    bootstrap(
        example
        + '[categories]\nversion = "2024"\nfile = "categories.csv"\n'
        + '[[holidays]]\nyear = 2031\nsource = "通知"\n'
        + 'days = [{ date = 2031-01-01, kind = "holiday", name = "元旦" }]\n'
    )
    assert list(providers.category_table().values_list("code", flat=True).order_by("code")) == [
        "010000",
        "010100",
    ]
    assert [day.name for day in providers.calendar_year(2031).days] == ["元旦"]


@pytest.mark.parametrize(
    ("content", "said"),
    [("number,name\n1,分析仪器\n", "parent, code"), (None, "categories.csv")],
    ids=["other_columns", "no_file"],
)
def test_category_table_that_cannot_be_read_enters_nothing(bootstrap, example, tmp_path, content, said):
    if content:
        (tmp_path / "categories.csv").write_text(content, encoding="utf-8")
    with translation.override("en"), pytest.raises(CommandError, match=re.escape(said)):
        bootstrap(example + '[categories]\nversion = "2024"\nfile = "categories.csv"\n')
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('roles = ["bureau_officer"]', 'roles = ["keeper"]', "nobody is an officer of the bureau"),
        ('roles = ["sysadmin"]', 'roles = ["king"]', "people.0.roles.0: Input should be"),
        ("119901010000000014", "119901010000000015", "统一社会信用代码"),
        ('code = "990101"', 'code = "99"', "districts.0.code"),
        ('name = "经办人"', "", "people.1.name: Field required"),
        ('name_zh = "示例区"', "name_zh = 示例区", "site.toml"),
    ],
    ids=["no_officer", "unknown_role", "wrong_code", "short_code", "missing", "no_toml"],
)
def test_wrong_file_is_refused_with_its_faults_and_enters_nothing(bootstrap, example, old, new, said):
    with pytest.raises(CommandError, match=re.escape(said)) as refused:
        bootstrap(example.replace(old, new))
    assert str(refused.value).startswith("Nothing was entered.")
    assert not District.objects.exists()
    assert not User.objects.exists()


def test_all_faults_of_a_file_are_said_at_once(bootstrap, example):
    wrong = example.replace('code = "990101"', 'code = "99"').replace('kind = "finance"', 'kind = "bank"')
    with pytest.raises(CommandError) as refused:
        bootstrap(wrong)
    assert len(str(refused.value).splitlines()) == 3
