"""Who reads personal data of many people at once leaves an entry with purpose and count."""

import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.test import Client

from bookings.projects.models import Project
from bookings.requests.models import Booking
from bookings.samples.models import SampleOrder
from bookings.statements.models import Statement
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.journal.models import AuditEntry
from instrument_share.journal.services import record
from providers.instruments.models import Qualification
from tests import factories
from tests.bookings.requests.booking import use
from tests.bookings.waiting.waiting import join
from tests.factories import NOW, slot

ROOT = Path(__file__).parents[2]
PACKAGES = ("bookings", "providers", "rewards", "instrument_share")
FILES = re.compile(r"\b(csv_response|to_xlsx|write_xlsx|iterate_json)\(")
WITHOUT_PEOPLE = {
    "bookings/statistics/views.py": "sums without people",
    "bookings/statements/reports.py": "a statement's paper, of one payer who opens it",
    "instrument_share/documents/tables.py": "writes what others read",
    "instrument_share/operations/views/jobs.py": "jobs of the site",
    "instrument_share/operations/views/mails.py": "addresses masked, as on the page",
    "instrument_share/pages/national/checks.py": "the job; who downloads its files is recorded",
    "instrument_share/pages/national/records.py": "writes what pages/views/national.py discloses",
    "instrument_share/pages/past_bookings.py": "the reader's own bookings",
    "instrument_share/people/views/admission.py": "organizations as they are registered",
    "instrument_share/web/responses/exports.py": "writes what others read",
    "providers/exchange/views/imports.py": "the reader's own sheet",
    "providers/instruments/views/categories.py": "categories",
    "providers/search/views.py": "words of the search",
    "providers/units/views/completeness_filters.py": "units",
    "providers/units/views/own_instruments.py": "instruments with published contacts",
    "rewards/declarations/reports.py": "facts of units",
    "rewards/findings/views/tables.py": "findings on units, with ids of logs",
    "rewards/inspections/views/draws.py": "published draws: inspectors by number",
    "rewards/payments/reports.py": "accounts of organizations",
    "rewards/vouchers/views/exports.py": "vouchers of organizations",
    "rewards/report/services/reports.py": "the sealed package: results of units",
}


def exporters():
    for package in PACKAGES:
        for file in (ROOT / package).rglob("*.py"):
            text = file.read_text(encoding="utf-8")
            if FILES.search(text):
                yield str(file.relative_to(ROOT)), text


def test_every_file_of_rows_records_its_reader_or_says_why_it_names_nobody():
    silent = {path for path, text in exporters() if "people_disclosed(" not in text}
    assert silent == set(WITHOUT_PEOPLE)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "address", "what"),
    [
        (Role.SYSADMIN, "/system/accounts/", "accounts.list"),
        (Role.SYSADMIN, "/system/accounts/?format=csv", "accounts.export"),
        (Role.SYSADMIN, "/journal/entries.csv", "journal.export"),
        (Role.ORG_ADMIN, "/organizations/{company}/members/", "members.list"),
        (Role.ORG_ADMIN, "/organizations/{company}/members/?format=csv", "members.export"),
        (Role.ORG_ADMIN, "/me/organization/{company}/?format=csv", "usage.export"),
        (Role.UNIT_MANAGER, "/unit/{unit}/statements/?format=csv", "statements.export"),
        (Role.ORG_ADMIN, "/organizations/{company}/projects/?format=csv", "projects.export"),
        (Role.UNIT_MANAGER, "/samples/?format=csv", "samples.export"),
        (Role.UNIT_MANAGER, "/unit/{unit}/national/?export=csv", "national.export"),
    ],
)
def test_reader_of_many_people_is_recorded_with_purpose_and_count(role, address, what):
    city = factories.city()
    use(city)
    of = {Role.ORG_ADMIN: city.company, Role.UNIT_MANAGER: city.owner}.get(role) or factories.organization(
        "数据中心", kind=OrganizationKind.GOVERNMENT.value
    )
    client = Client()
    reader = factories.member(of, role)
    client.force_login(reader)
    answer = client.get(
        address.format(company=city.company.public_id, unit=city.owner.public_id), follow=True
    )
    assert answer.status_code == 200
    entry = AuditEntry.objects.get(action="personal_data.disclosed")
    assert (entry.actor, entry.details["what"]) == (reader, what)
    assert entry.details["rows"] >= 0
    if "{unit}" in address or "{company}" in address:
        assert entry.organization_id == of.pk


@pytest.fixture
def lists(city, clock):
    """A city in which every list names its researcher, who used the instrument yesterday."""
    use(city)
    clock.set(NOW + timedelta(days=2))
    Project.objects.create(
        organization=city.company, name="涂层", funding="other", holder=city.researcher, created_at=NOW
    )
    Booking.objects.update(organization_project=Project.objects.get())
    Statement.objects.create(
        organization=city.owner,
        payer_person=city.researcher,
        month=date(2026, 2, 1),
        year=2026,
        number=1,
        drafted_at=NOW,
    )
    SampleOrder.objects.create(
        instrument=city.instrument,
        user=city.researcher,
        payer_person=city.researcher,
        user_kind="external",
        direction="research",
        afterwards="return",
        subject="断口",
        submitted_at=NOW,
        due_at=NOW + timedelta(days=3),
    )
    Qualification.objects.create(
        instrument=city.instrument,
        user=city.researcher,
        granted_by=city.keeper,
        granted_at=NOW,
        expires_at=NOW + timedelta(days=300),
    )
    record(
        actor=city.keeper,
        action="instrument.published",
        subject=city.instrument,
        now=NOW,
        organization_id=city.owner.pk,
    )
    return city


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "address", "what", "rows"),
    [
        (Role.ORG_ADMIN, "/me/organization/{company}/?month=2026-03", "usage.list", 1),
        (Role.ORG_ADMIN, "/organizations/{company}/projects/", "projects.list", 1),
        (Role.ORG_ADMIN, "/projects/{project}/", "project.list", 2),
        (Role.UNIT_MANAGER, "/unit/{unit}/statements/", "statements.list", 1),
        (Role.UNIT_MANAGER, "/samples/", "samples.list", 1),
        (Role.UNIT_MANAGER, "/unit/instruments/{instrument}/people/", "qualifications.list", 1),
        (Role.BUREAU_OFFICER, "/bureau/units/{unit}/", "unit_acts.list", 1),
    ],
)
def test_reader_of_a_page_of_people_is_recorded_once_a_day(lists, clock, client, role, address, what, rows):
    of = {Role.ORG_ADMIN: lists.company, Role.UNIT_MANAGER: lists.owner}
    reader = factories.member(of[role], role) if role in of else factories.officer()
    ids = {"company": lists.company, "unit": lists.owner, "instrument": lists.instrument}
    where = address.format(
        project=Project.objects.get().public_id, **{name: one.public_id for name, one in ids.items()}
    )
    entries = AuditEntry.objects.filter(action="personal_data.disclosed")
    client.force_login(reader)
    for _ in range(2):
        assert client.get(where).status_code == 200
        entry = entries.get()
        assert (entry.actor, entry.details) == (reader, {"what": what, "rows": rows})
    read_of = {"project.list": Project.objects.get(), "samples.list": reader}
    assert entry.subject_id == read_of.get(what, of.get(role, lists.owner)).public_id
    clock.move(timedelta(days=1))
    client.get(where)
    assert entries.count() == 2


@pytest.mark.django_db
def test_reader_of_the_audit_log_is_recorded_once_a_day(lists, client):
    of = factories.organization("数据中心", kind=OrganizationKind.GOVERNMENT.value)
    reader = factories.member(of, Role.SYSADMIN)
    named = AuditEntry.objects.filter(actor__isnull=False).count()
    client.force_login(reader)
    for _ in range(2):
        assert client.get("/journal/").status_code == 200
    entry = AuditEntry.objects.get(action="personal_data.disclosed")
    assert (entry.actor, entry.details) == (reader, {"what": "journal.list", "rows": named})


@pytest.mark.django_db
def test_who_reads_of_two_units_is_recorded_for_each_and_who_reads_of_himself_is_not(lists, client):
    other = factories.organization("云屏第二大学", owns_instruments=True)
    reader = factories.officer()
    record(actor=lists.keeper, action="reminder.sent", subject=other, now=NOW, organization_id=other.pk)
    client.force_login(reader)
    for unit in (lists.owner, other, lists.owner):
        assert client.get(f"/bureau/units/{unit.public_id}/").status_code == 200
    entries = AuditEntry.objects.filter(action="personal_data.disclosed")
    assert [entry.organization_id for entry in entries.order_by("id")] == [lists.owner.pk, other.pk]
    client.force_login(lists.researcher)
    assert client.get(f"/projects/{Project.objects.get().public_id}/").status_code == 200
    assert entries.count() == 2


@pytest.mark.django_db
def test_members_shown_with_a_refused_invitation_are_recorded(city, send):
    admin = factories.member(city.company, Role.ORG_ADMIN)
    page = send(admin, "invitation_send", city.company.public_id, email="nobody", form_token="one")
    assert (page.status_code, city.researcher.name in page.content.decode()) == (422, True)
    entry = AuditEntry.objects.get(action="personal_data.disclosed")
    assert (entry.actor, entry.details) == (admin, {"what": "members.list", "rows": 2})
    assert (entry.subject_id, entry.organization_id) == (city.company.public_id, city.company.pk)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["bookings", "usage"])
def test_a_program_that_reads_a_list_of_people_is_recorded_once_a_day(city, client, clock, path):
    use(city)
    entries = AuditEntry.objects.filter(action="personal_data.disclosed")
    for reader, expected in ((city.researcher, 0), (city.manager, 1)):
        client.force_login(reader)
        for at in (NOW, NOW + timedelta(hours=1)):
            clock.set(at)
            assert len(client.get(f"/api/v1/{path}").json()["items"]) == 1
        assert entries.count() == expected
    assert (entries[0].actor, entries[0].details) == (city.manager, {"what": f"{path}.read", "rows": 1})
    clock.set(NOW + timedelta(days=1))
    client.get(f"/api/v1/{path}")
    assert entries.count() == 2


@pytest.mark.django_db
def test_an_administrator_whose_program_reads_who_waits_is_recorded(city, client, clock):
    clock.set(NOW)
    join(city, city.researcher, wanted=slot(length=8))
    entries = AuditEntry.objects.filter(action="personal_data.disclosed")
    admin = factories.member(city.company, Role.ORG_ADMIN, name="管")
    for reader, expected in ((city.researcher, []), (admin, [{"what": "waits.read", "rows": 1}])):
        client.force_login(reader)
        assert len(client.get("/api/v1/waiting").json()["items"]) == 1
        assert list(entries.values_list("details", flat=True)) == expected
