"""The national platform's records of a unit: what they say, what is refused, and the files."""

import io
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from html import unescape

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django_tasks_db.models import DBTaskResult

from bookings.usage.domain.choices import Rating
from bookings.usage.services.usage import usage_confirm, usage_log_by_hand, usage_review
from instrument_share.accounts.services.erasure import account_erase
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.errors import Invalid
from instrument_share.pages.national import checks
from instrument_share.pages.national.checks import pack_report, unpack_report
from instrument_share.pages.national.records import build_report, get_columns, iterate_records
from instrument_share.personal.services.deletions import account_deletion_ask, account_deletions_carry_out
from providers.exchange.domain.national.records import RECORDS, RecordType
from providers.exchange.models import NationalCheck, NationalYear
from providers.exchange.services.national import national_year_save
from providers.instruments.domain.fields import CHINESE
from providers.instruments.models import CustomsSupervision, InstrumentCategory
from providers.terms.domain.choices import ServiceMode
from providers.units.models import OpennessStatement, UnitProfile
from tests import factories
from tests.factories import LONG_AGO, NOW, slot

YEAR = 2026
MINUTE = timedelta(minutes=1)
LATER = NOW + timedelta(days=2)
SAID = {"unit_code": "330199", "innovation": "支撑新材料研发。"}


@pytest.fixture
def city(db, clock):
    """One instrument with all that the platform asks, and one confirmed use of two hours by a company."""
    city = factories.city(decision="by_keeper", decision_hours=48)
    clock.set(LATER)
    category = InstrumentCategory.objects.create(version="t", code="010101", name_zh="电镜")
    instrument = city.instrument
    for name, value in {
        "inner_number": "A-001",
        "category": category,
        "model": "SX-5",
        "manufacturer": "云屏光学",
        "country": "JP",
        "value_yuan": Decimal("3200000"),
        "in_service_date": LONG_AGO.date(),
        "specification_zh": "1 nm",
        "functions_zh": "形貌",
        "services_zh": "测试",
        "user_requirement_zh": "经培训上机",
        "fee_text_zh": "每小时 300 元",
        "subjects": ["430"],
        "place_zh": "一号楼",
        "contact": "王工",
        "phone": "0570-1234567",
        "email": "lab@example.org",
        "postal_code": "313000",
        "picture": "instruments/one.jpg",
    }.items():
        setattr(instrument, name, value)
    instrument.save()
    instrument.history.update(history_date=LONG_AGO)
    UnitProfile.objects.create(organization=city.owner, state="published", address_zh="科技路 1 号")
    for person, phone in ((city.researcher, "13800000000"),):
        person.phone = phone
        person.save()
    return city


def used(city, day=-1, user=None, payer=None):
    user = user or city.researcher
    log = usage_log_by_hand(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(day=day),
        user=user,
        payer_organization_id=(payer or city.company).pk,
        service_mode=ServiceMode.OPERATED,
        content="薄膜形貌",
        now=NOW,
    )
    usage_confirm(actor=user, log_id=log.pk, now=NOW)
    usage_review(actor=user, log_id=log.pk, rating=Rating.VERY_SATISFIED, now=NOW)
    return log


def save(city, **values):
    return national_year_save(
        actor=city.manager,
        organization_id=city.owner.pk,
        year=YEAR,
        values={**SAID, **values},
        now=NOW,
    )


def records(city):
    return list(iterate_records(city.manager, [city.owner], YEAR))


def of(kind, found):
    return [one for one in found if one.kind is kind]


def test_the_amount_of_service_counts_number_and_hours_of_the_same_uses(city):
    used(city)
    used(city, day=-2, user=factories.member(city.owner), payer=city.owner)
    save(city)
    found = records(city)
    hours = sum(Decimal(one.values["service_time"]) for one in of(RecordType.SERVICE, found))
    (unit,) = of(RecordType.UNIT, found)
    assert unit.values["serviceAmounts"] == f"服务 2 次，{hours} 小时"
    assert unit.values["user"] == "本单位用户 1 人次；企业 1 人次"
    (instrument,) = of(RecordType.INSTRUMENT, found)
    assert instrument.values["service_machine"] == f"{hours / 2:.2f}"


def test_the_records_of_a_unit(city):
    log = used(city)
    save(city)
    found = records(city)
    assert [one.kind for one in found] == [RecordType.SERVICE, RecordType.INSTRUMENT, RecordType.UNIT]
    service, instrument, unit = found
    assert (service.refusals, instrument.refusals) == ((), ())
    assert service.values["recordInnerId"] == log.public_id
    assert (service.values["service_type"], service.values["serviceWay"]) == ("130", "委托共享")
    assert (instrument.values["run_machine"], instrument.values["service_machine"]) == (
        service.values["service_time"],
        service.values["service_time"],
    )
    assert (instrument.values["insCode"], instrument.values["worth"]) == ("330199", "320.00")
    assert unit.values["user"] == "企业 1 人次"
    # No openness statement says yet how many instruments the unit could register.
    assert [(one.field, one.code) for one in unit.refusals] == [("submittedRates", "national.missing")]


def test_a_use_that_nobody_confirmed_and_one_of_another_year_are_not_reported(city):
    usage_log_by_hand(
        actor=city.keeper,
        instrument_id=city.instrument.pk,
        interval=slot(day=-1),
        user=city.researcher,
        payer_organization_id=city.company.pk,
        service_mode=ServiceMode.OPERATED,
        content="薄膜形貌",
        now=NOW,
    )
    used(city, day=-70)
    assert of(RecordType.SERVICE, records(city)) == []


def test_a_use_of_who_deleted_their_account_is_reported_without_who_it_was(city):
    used(city)
    account_erase(user=city.researcher, now=NOW)
    (service,) = of(RecordType.SERVICE, records(city))
    assert service.refusals == ()
    assert [service.values[f"applica{name}"] for name in ("nt", "tPhone", "tEmail", "tUnit")] == [
        "已注销用户",
        "",
        "",
        city.company.name_zh,
    ]


def test_what_only_the_applicant_can_shorten_is_told_so(city):
    city.researcher.name = "Alexander Konstantinopolsky"
    city.researcher.save()
    used(city)
    (service,) = of(RecordType.SERVICE, records(city))
    (refusal,) = service.refusals
    assert (refusal.field, refusal.code) == ("applicant", "national.too_long")
    assert refusal.remedy.message == "Ask the applicant to shorten it in the settings of their account."


def test_customs_supervision_has_a_record_of_its_own_behind_the_instruments_number(city):
    CustomsSupervision.objects.create(
        instrument=city.instrument,
        exemption_code="ABCDE2500001",
        declaration_number="220120251000000001",
        import_port="上海",
        responsible_customs="杭州海关",
        import_date=LONG_AGO.date(),
    )
    (customs,) = of(RecordType.CUSTOMS, records(city))
    assert (customs.refusals, list(customs.values)[:2]) == ((), ["innerId", "codeCpd"])
    assert customs.places == {"record": ("instrument_customs", city.instrument.public_id)}
    assert get_columns(RecordType.CUSTOMS)[0] == "innerId"
    (instrument,) = of(RecordType.INSTRUMENT, records(city))
    assert instrument.values["instrSupervise"] == "是"


def test_annual_declaration_is_saved_once_if_unchanged(city):
    first = save(city)
    again = save(city)
    changed = save(city, patent="3 件")
    assert (first.pk, again.saved_at, changed.patent) == (again.pk, NOW, "3 件")
    assert NationalYear.objects.count() == 1
    with pytest.raises(Invalid) as refused:
        save(city, unit_code=" ", patent="长" * 201)
    assert [(one.code, one.field) for one in refused.value.problems] == [
        ("national.unit_code", "unit_code"),
        ("national.too_long", "patent"),
    ]


def test_ten_uses_take_as_many_statements_as_one(city, statements):
    used(city)
    records(city)
    few = len(statements.of(lambda: records(city)))
    for day in range(-12, -3):
        used(city, day)
    assert len(statements.of(lambda: records(city))) == few


# --- Pages and files ----------------------------------------------------------------------------------------


def read(response):
    return b"".join(response.streaming_content)


def test_export_contains_valid_records_or_all_as_drafts(city, client):
    used(city)
    save(city)
    client.force_login(city.manager)
    address = reverse("national_file", args=[city.owner.public_id, YEAR, "json"])
    document = json.loads(read(client.get(address)))
    assert (document["version"], document["year"], list(document)) == (
        "1",
        YEAR,
        ["version", "year", "service", "instrument"],
    )
    assert list(document["service"][0]) == get_columns(RecordType.SERVICE)
    assert {one["auditStatus"] for one in document["instrument"]} == {"0"}
    everything = json.loads(read(client.get(address + "?status=-1&all=1")))
    assert [one["auditStatus"] for one in everything["unit"]] == ["-1"]

    address = reverse("national_file", args=[city.owner.public_id, YEAR, "xlsx"])
    book = openpyxl.load_workbook(io.BytesIO(read(client.get(address + "?status=-1&all=1"))))
    assert book.sheetnames == ["单位年度成效", "仪器", "海关监管", "服务记录"]
    assert [cell.value for cell in book["仪器"][1]] == get_columns(RecordType.INSTRUMENT)
    assert (book["仪器"]["B3"].value, book["仪器"].max_row, book["海关监管"].max_row) == ("A-001", 3, 2)
    assert client.get(address.replace("xlsx", "pdf")).status_code == 404


def test_page_lists_refusals_with_links_to_fix_them(city, client):
    used(city)
    city.instrument.email = ""
    city.instrument.save()
    client.force_login(city.manager)
    page = client.get(
        reverse("national", args=[city.owner.public_id]) + f"?year={YEAR}&check=1"
    ).content.decode()
    assert reverse("instrument_edit", args=[city.instrument.public_id]) in page
    assert reverse("national_year", args=[city.owner.public_id, YEAR]) in page
    assert "insCode" in page
    answer = client.post(reverse("national_year", args=[city.owner.public_id, YEAR]), SAID)
    assert answer["Location"] == reverse("national", args=[city.owner.public_id]) + f"?year={YEAR}"
    page = client.get(answer["Location"] + "&check=1").content.decode()
    assert "submittedRates" in page
    assert "insCode" not in page
    csv = client.get(answer["Location"] + "&export=csv").getvalue().decode("utf-8-sig").splitlines()
    of_instrument = f"A-001 {city.instrument.name_zh}"
    assert [line.partition(",")[0] for line in csv] == ["记录", of_instrument, city.owner.name_zh]


def test_figures_that_a_colleague_has_entered_meanwhile_stay_until_they_were_read(city, client):
    """Both have opened the year while nothing was entered."""
    address = reverse("national_year", args=[city.owner.public_id, YEAR])
    client.force_login(city.manager)
    seen = client.get(address).context["form"]["seen"].value()
    save(city, thesis="论文 3 篇")
    mine = {**SAID, "patent": "专利 1 项", "seen": seen}
    answer = client.post(address, mine)
    assert answer.status_code == 422
    told = [(one.present, one.typed) for one in answer.context["meanwhile"]]
    assert told == [("论文 3 篇", "—"), ("—", "专利 1 项")]
    held = NationalYear.objects.get()
    assert (held.thesis, held.patent) == ("论文 3 篇", "")
    mine |= {"thesis": "论文 3 篇", "seen": answer.context["form"]["seen"].value()}
    assert client.post(address, mine).status_code == 302
    held.refresh_from_db()
    assert (held.thesis, held.patent) == ("论文 3 篇", "专利 1 项")


def mended(city, name):
    """Return what is said of the missing field, and the page to which its record leads."""
    (group,) = [one for one in build_report(iter(records(city))).groups if one.refusal.field == name]
    (record,) = group.first
    assert group.refusal.code == "national.missing"
    return group.refusal.remedy.message, record.address


def test_what_is_missing_leads_to_the_page_where_it_is_entered(city):
    city.instrument.picture, city.instrument.email = "", ""
    city.instrument.value_yuan = Decimal(1000)
    city.instrument.save()
    city.instrument.history.update(value_yuan=Decimal(1000))
    UnitProfile.objects.update(address_zh="")
    unit, instrument = city.owner.public_id, city.instrument.public_id
    fill_in = "Fill it in."
    assert mended(city, "email") == (fill_in, reverse("instrument_edit", args=[instrument]))
    assert mended(city, "address") == (fill_in, reverse("unit_profile_edit", args=[unit]))
    assert mended(city, "image") == (
        "Add a picture to the instrument.",
        reverse("instrument_media", args=[instrument]),
    )
    assert mended(city, "Innovation") == (fill_in, reverse("national_year", args=[unit, YEAR]))
    rate, statements = mended(city, "submittedRates")
    assert rate.startswith("Publish the openness statement of the year.")
    assert statements == reverse("unit_publications", args=[unit, "openness"])
    for name in ("activatedRates", "totalShareRates", "externalShareRates"):
        remedy, address = mended(city, name)
        assert remedy.startswith("No published instrument of the unit reached the registration threshold")
        assert address == ""
    codes = [one for one in build_report(iter(records(city))).groups if one.refusal.field == "insCode"]
    assert [[record.address for record in one.first] for one in codes] == [
        [reverse("national_year", args=[unit, YEAR])]
    ] * 2


def test_the_record_of_a_retired_instrument_cannot_be_mended_here(city, clock):
    save(city)
    city.instrument.email, city.instrument.picture = "", ""
    city.instrument.retired_at = datetime(YEAR + 1, 2, 1, tzinfo=UTC)
    city.instrument.save()
    for name in ("email", "image"):
        remedy, address = mended(city, name)
        assert remedy.startswith("The instrument is retired and can't be changed any more.")
        assert address == ""


def test_english_refusals_contain_no_chinese(city, client):
    city.instrument.name_en, city.owner.name_en = "Electron microscope", "Yunping University"
    for row in (city.instrument, city.owner):
        row.save()
    client.force_login(city.manager)
    client.cookies["django_language"] = "en"
    page = client.get(reverse("national", args=[city.owner.public_id]), {"year": YEAR, "check": 1})
    check = re.sub("<[^>]*>", " ", page.content.decode().partition('id="check"')[2].partition("</main>")[0])
    assert "The unit's code at the platform" in unescape(check)
    assert "A-001 Electron microscope" in check
    assert not CHINESE.search(check)
    assert all(not CHINESE.search(one.english) for kind in RECORDS.values() for one in kind)


def test_page_says_that_uses_are_reported_which_a_finding_made_void(city, client):
    client.force_login(city.manager)
    page = client.get(reverse("national", args=[city.owner.public_id]), {"year": YEAR}).content.decode()
    assert "年度评价中经核查作废的使用仍按记录报送，数据由单位负责。" in page


def test_page_loads_before_full_check_is_requested(city, client, statements):
    used(city)
    client.force_login(city.manager)
    address = reverse("national", args=[city.owner.public_id])
    page = client.get(address).content.decode()
    assert f'hx-get="?year={YEAR - 1}&amp;check=1" hx-trigger="load" hx-select="#check"' in page
    assert "submittedRates" not in page
    assert not [one for one in statements.of(lambda: client.get(address)) if "usagecorrection" in one]


# --- A region: checked by a job -----------------------------------------------------------------------------


@pytest.fixture
def officer(city, settings):
    settings.MEDIA_ROOT = settings.VAR_DIR / "national-files"
    yield factories.officer()
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)


@pytest.fixture
def region(officer, client):
    """`region()` shows its page, `region.send()` starts a check, `region.file(name)` returns a file of it."""

    class Region:
        address = f"{reverse('national_region')}?year={YEAR}"

        def __call__(self):
            return client.get(self.address).content.decode()

        def send(self):
            assert client.post(self.address)["Location"] == self.address

        def file(self, name):
            return client.get(reverse("national_region_file", args=[YEAR, name]))

    client.force_login(officer)
    return Region()


def folders(settings):
    return [path.name for path in (settings.MEDIA_ROOT / "national").iterdir()]


def test_a_check_that_a_colleague_has_begun_begins_once(city, region, clock):
    region.send()
    assert "检查已开始。" in region()
    clock.move(timedelta(minutes=1))
    region.send()
    page = region()
    assert ("检查已开始。" in page, 'hx-trigger="every 3s"' in page) == (False, True)
    assert AuditEntry.objects.filter(action="national_check.started").count() == 1


def test_the_bureau_has_the_records_of_all_units_as_of_the_last_check(city, region, run_jobs, settings):
    used(city)
    save(city)
    assert "该年度的记录尚未检查" in region()
    assert region.file("records.json").status_code == 404
    region.send()
    assert "检查已开始。" in region()
    assert 'hx-trigger="every 3s"' in region()
    run_jobs()
    page = region()
    assert "数据截至 2026年3月4日 08:00" in page
    assert "every 3s" not in page
    document = json.loads(read(region.file("records.json")))
    assert [one["innerId"] for one in document["instrument"]] == ["A-001"]
    for name in ("records.xlsx", "drafts.xlsx"):
        assert openpyxl.load_workbook(io.BytesIO(read(region.file(name)))).sheetnames[0] == "单位年度成效"
    assert read(region.file("refused.zh.csv")).decode("utf-8-sig").startswith("记录,")
    assert read(region.file("refused.en.csv")).decode("utf-8-sig").startswith("Record,")
    (first,) = folders(settings)
    region.send()
    run_jobs()
    assert len(folders(settings)) == 1
    assert folders(settings) != [first]


def test_check_of_a_region_says_what_a_check_of_its_units_says(city, officer, region, run_jobs):
    used(city)
    expected = build_report(iterate_records(officer, [city.owner], YEAR))
    assert expected.groups
    kept = unpack_report(json.loads(json.dumps(pack_report(expected))))
    assert kept.counts == expected.counts
    for one, other in zip(kept.groups, expected.groups, strict=True):
        assert (one.kind, one.count) == (other.kind, other.count)
        assert replace(one.refusal, value=other.refusal.value, page=other.refusal.page) == other.refusal
        assert [(record.name, record.place) for record in one.first] == [
            (record.name, record.place) for record in other.first
        ]
    region.send()
    run_jobs()
    page = region()
    assert all(group.refusal.field in page for group in expected.groups)


def test_who_downloads_a_file_of_a_region_is_recorded_with_the_number_of_its_rows(
    city, officer, region, run_jobs
):
    for day in (-1, -2, -3):
        used(city, day)
    save(city)  # three uses and the instrument pass; the unit lacks one field
    region.send()
    run_jobs()
    for name in checks.FILES:
        read(region.file(name))
    disclosed = AuditEntry.objects.filter(action="personal_data.disclosed").order_by("id")
    assert [(one.actor, one.details) for one in disclosed] == [
        (officer, {"what": "national.export", "year": YEAR, "rows": rows}) for rows in (4, 4, 5, 1, 1)
    ]


def test_who_deletes_their_account_stands_in_no_kept_file(
    city, region, run_jobs, settings, django_capture_on_commit_callbacks
):
    """The files name who used an instrument, with phone and email address."""
    used(city)
    region.send()
    run_jobs()
    assert city.researcher.email in read(region.file("records.json")).decode()
    cut_off = f"national/{NationalCheck.objects.get().pk}-cut-off/records.json"
    default_storage.save(cut_off, ContentFile(city.researcher.email))
    settled = NOW + timedelta(days=400)
    with django_capture_on_commit_callbacks(execute=True):
        account_deletion_ask(actor=city.researcher, now=settled)
        assert account_deletions_carry_out(settled + timedelta(days=7)) == 1
    assert folders(settings) == []
    assert region.file("records.json").status_code == 404
    assert "该年度的记录尚未检查" in region()
    region.send()
    run_jobs()
    assert city.researcher.email not in read(region.file("records.json")).decode()


def test_a_check_that_is_started_twice_runs_once(city, region, run_jobs):
    region.send()
    region.send()
    assert DBTaskResult.objects.count() == 1
    run_jobs()
    region.send()
    assert DBTaskResult.objects.count() == 2


def test_a_check_whose_worker_was_killed_keeps_the_last_result_and_is_done_again(
    city, region, run_jobs, settings, monkeypatch
):
    used(city)
    save(city)
    region.send()
    run_jobs()
    before = read(region.file("records.json"))
    region.send()
    check = NationalCheck.objects.get()
    write = checks._write_file

    def killed(path, aside, year):
        write(path, aside, year)
        raise KeyboardInterrupt

    monkeypatch.setattr(checks, "_write_file", killed)
    with pytest.raises(KeyboardInterrupt):
        checks.check_region(check.pk, str(check.job_id))
    assert len(folders(settings)) == 2
    assert read(region.file("records.json")) == before
    monkeypatch.setattr(checks, "_write_file", write)
    run_jobs()
    assert len(folders(settings)) == 1
    assert read(region.file("records.json")) == before


def test_a_check_that_was_given_up_can_be_started_again(city, region):
    region.send()
    DBTaskResult.objects.all().delete()  # as one that was forgotten after it had failed
    page = region()
    assert "上次检查多次失败" in page
    region.send()
    assert 'hx-trigger="every 3s"' in region()


def test_a_check_of_who_is_no_officer_any_more_ends_without_a_result(city, officer, region, run_jobs):
    region.send()
    officer.memberships.update(state="ended")
    run_jobs()
    check = NationalCheck.objects.get()
    assert (check.job_id, check.made_at) == (None, None)


def test_the_job_tells_how_far_it_is(city, region, run_jobs, monkeypatch):
    used(city)
    monkeypatch.setattr(checks, "TELL_EVERY", 2)
    region.send()
    run_jobs()
    assert NationalCheck.objects.get().done == 2


def test_page_of_a_region_takes_as_many_statements_for_many_records(city, region, run_jobs, statements):
    used(city)
    region.send()
    run_jobs()
    statements.assert_unchanged(region, by=lambda: [used(city, day=-day) for day in (2, 3, 4)])


def state(city, count=1):
    OpennessStatement.objects.create(
        organization=city.owner,
        year=LAST,
        title_zh="开放信息",
        networkable_count=count,
        published_at=LONG_AGO,
        created_at=LONG_AGO,
        **dict.fromkeys(("total_hours", "external_hours"), Decimal(1)),
    )


def unit_of(city, year):
    (unit,) = of(RecordType.UNIT, list(iterate_records(city.manager, [city.owner], year)))
    return unit


LAST = YEAR - 1
AT_YEARS_END = datetime(LAST, 12, 31, 15, 59, tzinfo=UTC)


def test_shares_belong_to_requested_year(city):
    """Of two instruments at the end of last year one was out of order; a third was published since."""
    state(city, count=2)
    threshold = Decimal("3200000")
    since = factories.instrument(city.owner, value_yuan=threshold, published_at=AT_YEARS_END + 2 * MINUTE)
    old = factories.instrument(
        city.owner, value_yuan=threshold, published_at=LONG_AGO, condition="awaiting_repair"
    )
    old.history.update(history_date=AT_YEARS_END)
    old.condition = "normal"
    old._history_date = AT_YEARS_END + 2 * MINUTE
    old.save()
    unit = unit_of(city, LAST)
    assert (unit.values["submittedRates"], unit.values["activatedRates"]) == ("100.00", "50.00")
    numbers = [
        one.values["innerId"]
        for one in of(RecordType.INSTRUMENT, list(iterate_records(city.manager, [city.owner], LAST)))
    ]
    assert sorted(numbers) == sorted(["A-001", old.inner_number])
    assert len(of(RecordType.INSTRUMENT, records(city))) == 3
    assert since.inner_number not in numbers


def test_instrument_retired_later_is_included_in_year(city):
    state(city)
    instrument = city.instrument
    instrument.state, instrument.retired_at = "retired", AT_YEARS_END + 2 * MINUTE
    instrument._history_date = AT_YEARS_END + 2 * MINUTE
    instrument.save()
    assert unit_of(city, LAST).values["submittedRates"] == "100.00"
    assert of(RecordType.INSTRUMENT, list(iterate_records(city.manager, [city.owner], LAST)))
    assert not of(RecordType.INSTRUMENT, records(city))


def test_more_instruments_than_the_statement_declares_are_refused(city):
    state(city)
    other = factories.instrument(city.owner, value_yuan=Decimal("3200000"), published_at=LONG_AGO)
    other.history.update(history_date=LONG_AGO)
    unit = unit_of(city, LAST)
    assert unit.values["submittedRates"] == "200.00"
    assert ("submittedRates", "national.over_whole") in [(one.field, one.code) for one in unit.refusals]


def test_the_forms_mark_what_the_platform_needs(city, client):
    client.force_login(city.manager)
    fields = client.get(reverse("instrument_edit", args=[city.instrument.public_id])).content.decode()
    assert re.search(r"电子邮箱\s*<span class=\"optional\">国家平台报送必填", fields)
    assert fields.count("国家平台报送必填") == 5
    figures = client.get(reverse("national_year", args=[city.owner.public_id, YEAR])).content.decode()
    assert figures.count("国家平台报送必填") == 1
