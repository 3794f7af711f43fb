"""Everybody who could try something, and one of each thing that they could try it on.

`ROLES` are the columns of the tables in `test_permissions.py` and `test_page_permissions.py`. The things are
those of one unit with its instrument, and the bookings, uses and papers of one user on it.
"""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from types import SimpleNamespace

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django_tasks_db.models import DBTaskResult

from bookings.devices.domain import NoteKind
from bookings.devices.services.keys import device_key_make
from bookings.devices.services.notes import note_write
from bookings.feeds.domain.webhooks import WebhookSide
from bookings.feeds.models import Webhook
from bookings.feeds.services.calendars import calendar_feed_open
from bookings.feeds.services.external_calendars import external_calendar_connect
from bookings.feeds.services.webhooks import webhook_create
from bookings.groups.selectors.together import Wanted
from bookings.groups.services.basket import basket_add
from bookings.groups.services.together import series_book
from bookings.kiosk.services.kiosks import kiosk_make
from bookings.projects.models import Project
from bookings.requests.domain.states import BookingState
from bookings.requests.models import CreditAppeal, CreditEvent
from bookings.requests.services.deciding import booking_approve
from bookings.samples.models import SampleFile
from bookings.statements.models import Statement, StatementPayment
from bookings.usage.domain.choices import ResultKind
from bookings.usage.models import Review
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.disputes import usage_dispute
from bookings.usage.services.results import usage_result_state
from bookings.usage.services.usage import usage_correct, usage_log_by_hand
from bookings.waiting.services.entries import waiting_join
from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import MembershipState, OrganizationKind, OrganizationState, Role
from instrument_share.accounts.models import (
    Invitation,
    Membership,
    OrganizationDocument,
    OrganizationRelation,
    SecondFactorReset,
    Session,
)
from instrument_share.accounts.selectors.sessions import session_handle
from instrument_share.jobs.services import enqueue
from instrument_share.journal.models import Notification
from instrument_share.kernel.interval import Interval
from instrument_share.mails.messages import keep_message
from instrument_share.mails.models import OutgoingMail
from instrument_share.mails.services import ATTEMPTS
from providers.exchange.models import SheetRun
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import (
    InstrumentAttachment,
    InstrumentGroup,
    InstrumentPicture,
    Keeper,
    Qualification,
)
from providers.search.models import SynonymGroup
from providers.terms.domain.choices import ServiceMode
from providers.terms.models import Closure
from providers.units.models import PublicationPicture, Regulation, ServiceCase, UnitNews, UnitProfile
from rewards.assessment.models import UnitAssessment
from rewards.assessment.services.notice import cycle_announce, cycle_approve
from rewards.assessment.services.scoring import cycle_score
from rewards.cycle.services.cycles import cycle_freeze, cycle_open
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.services import fact_declare
from rewards.findings.models import Finding
from rewards.findings.services.checking import cycle_check
from rewards.findings.services.deciding import finding_decide
from rewards.forecast.models import Forecast
from rewards.forecast.services import forecast_compute
from rewards.inspections.domain.choices import DrawnFrom
from rewards.inspections.models import InspectionPhoto
from rewards.inspections.services.draws import NamedInspector, draw_announce, draw_make
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.services.objections import Objector, objection_answer, objection_raise
from rewards.payments.models import PayeeAccount, Payment, PaymentBatch
from rewards.policy.services import policy_load
from rewards.report.services.previews import preview_confirm, report_preview
from rewards.report.services.reports import report_send
from rewards.trials.services import trial_start
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.samples.steps import accepted, quoted, received, submitted
from tests.factories import LONG_AGO, NOW, slot
from tests.rewards.builders import AFTER, CONTACT, POLICY_OF_ALL_ROWS, YEAR, build_city, local
from tests.rewards.vouchers.things import voucher_things

DAY = timedelta(days=1)
LATER = NOW + timedelta(minutes=90)
"""When somebody tries: 09:30 in the city, half an hour after the running booking began."""

ROLES = {
    "visit": "a visitor without an account",
    "other": "a researcher of another organization",
    "user": "the researcher who booked and used the instrument",
    "admin": "administrator of the organization that pays",
    "keep": "keeper of the instrument",
    "keep2": "keeper of another instrument of the unit",
    "mgr": "manager of the unit",
    "mgr2": "manager of another unit",
    "offic": "officer of the bureau",
    "audit": "auditor of the bureau",
    "finan": "officer of Finance",
    "sys": "system administrator",
}


def build_world():
    city = factories.city(decision="by_keeper", decision_hours=48)
    unit, instrument, company = city.owner, city.instrument, city.company
    factories.windows(instrument, first=NOW - 7 * DAY, days=7)
    second = factories.instrument(unit)
    elsewhere = factories.organization("云屏另一研究所", owns_instruments=True)
    factories.rule(factories.instrument(elsewhere))
    for one in (unit, elsewhere):
        _profile(one, published_at=LONG_AGO, confirmed_at=LONG_AGO, state="published")
    authorities = build_city()
    office = factories.organization("云屏市大数据中心", kind=OrganizationKind.GOVERNMENT.value)
    people = {
        "visit": AnonymousUser(),
        "other": factories.member(factories.organization("云屏另一科技有限公司"), name="庚"),
        "user": city.researcher,
        "admin": factories.member(company, Role.ORG_ADMIN, name="辛"),
        "keep": city.keeper,
        "keep2": factories.keeper(second),
        "mgr": city.manager,
        "mgr2": factories.member(elsewhere, Role.UNIT_MANAGER, name="壬"),
        "offic": authorities.officer,
        "audit": authorities.auditor,
        "finan": authorities.finance,
        "sys": factories.member(office, Role.SYSADMIN, name="癸"),
    }
    assert list(people) == list(ROLES)
    return SimpleNamespace(
        city=city,
        people=people,
        unit=unit,
        instrument=instrument,
        elsewhere=elsewhere,
        company=company,
        coming_rule=factories.rule(second, applies_from=NOW + 80 * DAY),
        synonyms=SynonymGroup.objects.create(updated_at=NOW),
        **_things_of_the_unit(city, unit, instrument),
        **_things_of_organizations(people, unit, elsewhere, company),
        **_things_of_the_user(city, instrument),
        **_things_made_together(city),
        **(year := _year(city, authorities, instrument, company)),
        **_statements(unit, company, people["mgr"]),
        vouchers=SimpleNamespace(**voucher_things(unit, company, people, year["account"])),
        **_projects(company, people["admin"]),
        **_things_of_the_site(people["offic"], people["other"]),
    )


def _projects(company, admin):
    """Two projects of the company, an open one and a closed one."""
    facts = {"organization": company, "holder": admin, "funding": "other", "created_at": LONG_AGO}
    return {
        "project": Project.objects.create(name="钛合金疲劳机理", **facts),
        "closed_project": Project.objects.create(name="已结题", state="closed", **facts),
    }


def _profile(of, **fields):
    return UnitProfile.objects.create(organization=of, **fields)


def _things_of_the_unit(city, unit, instrument):
    """What the unit has published, handed in, and decided about its instrument."""
    jpeg = ContentFile(factories.jpeg(), name="picture.jpg")
    instrument.picture.save("picture.jpg", jpeg)
    picture = InstrumentPicture.objects.create(
        instrument=instrument, position=1, large=jpeg, small=jpeg, width=4, height=3, created_at=LONG_AGO
    )
    attachment = InstrumentAttachment(
        instrument=instrument,
        title_zh="使用手册",
        sha256="0" * 64,
        size_bytes=5,
        audience="qualified",
        created_at=LONG_AGO,
        created_by=city.manager,
    )
    attachment.file.save("manual.pdf", ContentFile(b"%PDF-"))
    unit.unit_profile.picture.save("unit.jpg", ContentFile(b"jpeg"))
    dated = {"organization": unit, "created_at": LONG_AGO, "published_at": LONG_AGO}
    news = UnitNews.objects.create(title_zh="开放日", body_zh="欢迎", **dated)
    news.body_zh = "欢迎参观"
    news.save()
    regulation = Regulation(title_zh="管理办法", effective_date=LONG_AGO.date(), **dated)
    regulation.file.save("regulation.pdf", ContentFile(b"%PDF-"))
    suspended = factories.instrument(unit, state=InstrumentState.SUSPENDED.value)
    Keeper.objects.create(instrument=suspended, user=city.keeper)
    by_bureau = factories.instrument(
        unit, state=InstrumentState.SUSPENDED.value, suspended_by_bureau=True, suspension_reason="核查"
    )
    Keeper.objects.create(instrument=by_bureau, user=city.keeper)
    newcomer = factories.organization("云屏新单位", owns_instruments=True)
    sheet_run = SheetRun.objects.create(
        organization=unit, user=city.manager, kind="news", key="k" * 24, total=0, started_at=LONG_AGO
    )
    return {
        "sheet_run": sheet_run,
        "news": news,
        "draft": UnitNews.objects.create(
            title_zh="预告", body_zh="敬请期待", organization=unit, created_at=LONG_AGO
        ),
        "scheduled": UnitNews.objects.create(
            title_zh="明天", body_zh="敬请期待", organization=unit, created_at=NOW, scheduled_at=NOW + 9 * DAY
        ),
        "gone": UnitNews.objects.create(
            title_zh="已撤", body_zh="无", withdrawn_at=NOW, withdrawn_reason="有误", **dated
        ),
        "case": ServiceCase.objects.create(title_zh="案例", body_zh="完成检测", **dated),
        "text_picture": PublicationPicture.objects.create(
            organization=unit,
            file=ContentFile(b"jpeg", name="text.jpg"),
            sha256="0" * 64,
            alt_zh="楼",
            alt_en="Building",
            created_at=NOW,
            created_by=city.manager,
        ),
        "regulation": regulation,
        "picture": picture,
        "group": InstrumentGroup.objects.create(
            organization=unit, name_zh="电镜组", kind="related", created_at=LONG_AGO
        ),
        "attachment": attachment,
        "draft_instrument": factories.instrument(unit, state=InstrumentState.DRAFT.value, published_at=None),
        "submitted": factories.instrument(
            unit, state=InstrumentState.SUBMITTED.value, submitted_at=NOW, published_at=None
        ),
        "suspended": suspended,
        "suspended_by_bureau": by_bureau,
        "submitted_profile": _profile(newcomer, state="submitted", submitted_at=NOW),
        "qualification": Qualification.objects.create(
            instrument=instrument,
            user=city.researcher,
            granted_by=city.keeper,
            granted_at=LONG_AGO,
            expires_at=NOW + 300 * DAY,
        ),
        "closure": Closure.objects.create(
            instrument=instrument,
            starts_at=NOW + 20 * DAY,
            ends_at=NOW + 21 * DAY,
            reason_zh="保养",
            created_at=NOW,
            created_by=city.keeper,
        ),
    }


INVITED = "the-secret-of-a-mail"


def _things_of_organizations(people, unit, elsewhere, company):
    """A body that the user has registered, with its document; who asks to join the company, is invited."""
    user, admin, other = people["user"], people["admin"], people["other"]
    pending = factories.organization(
        "云屏待审单位", state=OrganizationState.PENDING.value, registered_by=user, submitted_at=NOW
    )
    document = OrganizationDocument(
        organization=pending,
        name="执照.pdf",
        media_type="application/pdf",
        size=5,
        sha256="0" * 64,
        uploaded_by=user,
        uploaded_at=NOW,
    )
    document.file.save("licence.pdf", ContentFile(b"%PDF-"))
    asked = {"role": Role.RESEARCHER.value, "created_at": NOW}
    first, second = sorted((unit, elsewhere), key=lambda one: one.pk)
    return {
        "pending": pending,
        "document": document,
        "related": OrganizationRelation.objects.create(first=first, second=second, declared_at=NOW),
        "request": Membership.objects.create(
            user=other, organization=company, state=MembershipState.PENDING.value, **asked
        ),
        "belongs": Membership.objects.get(user=user, organization=company),
        "administers": Membership.objects.get(user=admin, organization=company),
        "invitation": Invitation.objects.create(
            organization=company,
            email=other.email,
            role=Role.RESEARCHER.value,
            digest=sha256(INVITED.encode()).hexdigest(),
            invited_by=admin,
            created_at=NOW,
            expires_at=NOW + DAY,
        ),
    }


def _things_made_together(city):
    """A series of one date, what somebody wants to book, and the same in the user's basket."""
    wanted = Wanted(city.instrument, tomorrow(), ServiceMode.OPERATED, None, "样品")
    dates = [replace(wanted, interval=slot(day=10), payer=city.company)]
    series = series_book(actor=city.researcher, requests=dates, now=NOW)
    return {
        "wanted": wanted,
        "date": series.booked[0],
        "later": slot(day=11),
        "basket_item": basket_add(actor=city.researcher, wanted=wanted, now=NOW),
    }


def _things_of_the_user(city, instrument):
    """A request, a booking in use, a use that the keeper recorded and corrected, one that the manager did."""
    notification = Notification.objects.create(user=city.researcher, message="Approved.", created_at=NOW)
    used = _running(city, slot(day=-1))
    log = booking_check_out(actor=city.keeper, booking_id=used.pk, now=used.ends_at)
    correction = usage_correct(
        actor=city.keeper, log_id=log.pk, changes={"samples": 3}, reason="漏记", now=NOW
    )
    by_hand = usage_log_by_hand(
        actor=city.manager,
        instrument_id=instrument.pk,
        interval=slot(day=-2),
        user=city.researcher,
        payer_organization_id=city.company.pk,
        service_mode=ServiceMode.OPERATED,
        content="补录",
        now=NOW,
    )
    disputed = usage_log_by_hand(
        actor=city.manager,
        instrument_id=instrument.pk,
        interval=slot(day=-4),
        user=city.researcher,
        payer_organization_id=city.company.pk,
        service_mode=ServiceMode.OPERATED,
        content="补录",
        now=NOW,
    )
    Review.objects.create(log=disputed, rating="neutral", comment="等待较久", created_at=NOW)
    dispute = usage_dispute(actor=city.researcher, log_id=disputed.pk, reason="时间有误", now=NOW)
    stated_result = usage_result_state(
        actor=city.researcher, log_id=log.pk, kind=ResultKind.PRODUCT, title="探针", now=NOW
    )
    device_key_make(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
    kiosk, _key = kiosk_make(actor=city.keeper, instrument_id=city.instrument.pk, name="门口", now=NOW)
    note = note_write(
        actor=city.keeper, instrument_id=city.instrument.pk, kind=NoteKind.NOTE, text="泵油已换", now=NOW
    )
    samples = {
        name: make(city)
        for name, make in {
            "samples_submitted": submitted,
            "samples_quoted": quoted,
            "samples_accepted": accepted,
            "samples_received": received,
            "samples_reported": received,
        }.items()
    }
    samples["samples_reported"].state = "reported"
    samples["samples_reported"].save()
    (report,) = samples["samples_reported"].files.bulk_create([_sample_file(samples["samples_reported"])])
    webhook = webhook_create(
        actor=city.manager,
        organization_id=city.owner.pk,
        side=WebhookSide.UNIT,
        address="https://example.org/",
        actions=[],
        now=NOW,
    )
    payer_webhook = Webhook.objects.create(
        organization=city.company,
        side=WebhookSide.PAYER,
        address="https://example.org/",
        actions=[],
        created_at=NOW,
        read_through=0,
    )
    external_calendar = external_calendar_connect(
        actor=city.manager, instrument_id=instrument.pk, address="https://example.org/a.ics", now=NOW
    )
    calendar_feed = calendar_feed_open(actor=city.researcher, now=NOW)
    Session.objects.create(
        session_key="of-the-researcher",
        user=city.researcher,
        expire_date=NOW + timedelta(days=365),
    )
    token, _secret = accounts.api_token_create(actor=city.researcher, name="导出", now=NOW)
    wait = waiting_join(
        actor=city.researcher,
        instrument_id=instrument.pk,
        wanted=slot(day=8),
        minutes=120,
        service_mode=ServiceMode.OPERATED,
        payer_organization_id=city.company.pk,
        subject="薄膜",
        now=NOW,
    )
    requested = book(city, slot(day=1))
    requested.moved_by_unit_at = NOW
    requested.save()
    missed = book(city, slot(day=6))
    missed.state, missed.charged_yuan, missed.ended_at = BookingState.NO_SHOW, Decimal(200), NOW
    missed.save()
    credit_event, appealed, passed_on = (
        CreditEvent.objects.create(
            user=city.researcher, booking=of, kind=kind, occurred_at=NOW, ends_at=NOW + timedelta(days=days)
        )
        for of, kind, days in (
            (requested, "no_show", 90),
            (requested, "late_cancel", 90),
            (missed, "late_cancel", 0),
        )
    )
    for event, passed_on_at in ((appealed, None), (passed_on, NOW)):
        CreditAppeal.objects.create(
            event=event,
            reason="停电",
            appealed_at=NOW,
            answer_date=LATER.date(),
            passed_on_at=passed_on_at,
        )
    return {
        "credit_event": credit_event,
        "appealed": appealed,
        "passed_on": passed_on,
        "notification": notification,
        "requested": requested,
        "missed": missed,
        "wait": wait,
        "offered": wait.offers.get().booking,
        "running": _running(city, slot(day=0, hour=9, length=4)),
        "log": log,
        "correction": correction,
        "by_hand": by_hand,
        "disputed": disputed,
        "dispute": dispute,
        "stated_result": stated_result,
        **samples,
        "sample_file": report,
        "calendar_feed": calendar_feed,
        "note": note,
        "kiosk": kiosk,
        "webhook": webhook,
        "payer_webhook": payer_webhook,
        "external_calendar": external_calendar,
        "token": token,
        "session_handle": session_handle("of-the-researcher"),
    }


def _sample_file(order):
    return SampleFile(
        order=order,
        kind="report",
        name="报告.pdf",
        media_type="application/pdf",
        size=1,
        sha256="0" * 64,
        added_at=NOW,
        added_by=order.received_by,
        file=default_storage.save("samples/report.pdf", ContentFile(b"1")),
    )


def _statements(unit, company, manager):
    """What the unit has billed the company: a draft, and statements that were sent and are disputed.

    And a disputed one that its manager pays in person.
    """

    def statement(number, state, **fields):
        facts = {"payer_organization": company, **fields}
        return Statement.objects.create(
            organization=unit,
            month=date(2025, number, 1),
            year=2025,
            number=number,
            state=state,
            total_yuan=100,
            drafted_at=LONG_AGO,
            **facts,
        )

    def payment(of):
        return StatementPayment.objects.create(
            statement=of,
            amount_yuan=10,
            paid_date=NOW.date(),
            voucher="ZF",
            invoice_number="FP",
            invoice_date=NOW.date(),
            recorded_at=LONG_AGO,
            recorded_by=manager,
        )

    sent = {"sent_at": LONG_AGO, "sent_by": manager, "due_date": NOW.date()}
    billed = statement(2, "sent", **sent)
    own = statement(4, "disputed", payer_organization=None, payer_person=manager, **sent)
    return {
        "statement_draft": statement(1, "draft"),
        "statement": billed,
        "statement_payment": payment(billed),
        "statement_disputed": statement(3, "disputed", **sent),
        "statement_own": own,
        "statement_own_payment": payment(own),
    }


def _running(city, interval):
    booking = book(city, interval, now=interval.start - timedelta(hours=1))
    booking_approve(actor=city.keeper, booking_id=booking.pk, now=interval.start - timedelta(hours=1))
    return booking_check_in(actor=city.keeper, booking_id=booking.pk, now=interval.start)


def _things_of_the_site(administrator, other):
    """A mail and a job that were given up, and a lost second factor."""
    mail = OutgoingMail.objects.create(
        recipients=["geng@example.org"],
        subject="通知",
        content=keep_message(EmailMessage("通知", "请查看", to=["geng@example.org"])),
        created_at=NOW,
        failed_at=NOW,
        error="550 no such mailbox",
    )
    job = enqueue("mails.send", public_id=mail.public_id)
    DBTaskResult.objects.filter(pk=job).update(
        status="FAILED", worker_ids=["w"] * ATTEMPTS, finished_at=NOW, traceback="ValueError: out of paper"
    )
    Authenticator.objects.create(user=other, type=Authenticator.Type.TOTP, data={}, created_at=NOW)
    factor_reset = SecondFactorReset.objects.create(
        user=other,
        requested_by=administrator,
        requested_at=NOW,
        expires_at=NOW + timedelta(days=7),
        reason="已当面核实",
    )
    return {"failed_mail": mail, "failed_job": job, "factor_reset": factor_reset, "factor_of_nobody": 0}


def _year(city, authorities, instrument, company):
    """The assessment of last year, as far as its report has been sent, with a finding about the unit."""
    authorities.operators[instrument.pk] = city.keeper
    instrument.in_service_date, instrument._history_date = LONG_AGO.date(), LONG_AGO
    instrument.save()
    for day, payer in ((6, company), (7, company), (8, instrument.organization)):
        start = local(YEAR, 5, day, 8)
        authorities.log(instrument, start, payer=payer, external=True, amount=Decimal(1000))
    officer = {"actor": authorities.officer}
    policy = policy_load(document=POLICY_OF_ALL_ROWS, now=AFTER, **officer)
    cycle = cycle_open(year=YEAR, policy_id=policy.pk, budget_yuan=Decimal(100_000), now=AFTER, **officer)
    step = {"cycle_id": cycle.pk, **officer}
    cycle_freeze(now=AFTER, **step)
    cycle_check(now=AFTER, **step)
    for found in Finding.objects.all():
        finding_decide(
            actor=authorities.auditor,
            finding_id=found.pk,
            uphold=False,
            reason="情况属实",
            now=AFTER + 20 * DAY,
        )
    inspection = _draw(cycle, authorities)
    cycle_score(now=AFTER + 20 * DAY, **step)
    cycle_announce(now=AFTER + 20 * DAY, **CONTACT, **step)
    objection = _object(cycle, city.owner, authorities)
    cycle_approve(actor=authorities.reviewer, cycle_id=cycle.pk, now=AFTER + 34 * DAY)
    preview = report_preview(now=AFTER + 35 * DAY, **step)
    preview_confirm(now=AFTER + 35 * DAY, sha256=preview.sha256, **step)
    report = report_send(now=AFTER + 35 * DAY, **step)
    assessment = UnitAssessment.objects.get(organization=city.owner)
    at = AFTER + 16 * DAY
    account = PayeeAccount.objects.create(
        organization=city.owner,
        holder="甲",
        bank="乙",
        number="62220001",
        entered_at=at,
        entered_by=city.keeper,
    )
    payment = Payment.objects.create(
        report=report,
        award=assessment.award,
        amount_yuan=Decimal(1),
        paid_date=at.date(),
        recorded_at=at,
        recorded_by=authorities.finance,
    )
    batch = PaymentBatch.objects.create(report=report, number=1, made_at=at, made_by=authorities.finance)
    fact = fact_declare(
        actor=city.manager,
        organization_id=city.owner.pk,
        year=YEAR,
        kind=FactKind.MAJOR_PROJECTS,
        figure=Decimal(1),
        evidence="立项通知书",
        now=AFTER,
        uploads=[ContentFile(factories.jpeg(), name="立项通知书.jpg")],
    )
    forecast_compute(year=AFTER.year, now=AFTER)
    trial = trial_start(year=YEAR, policy_id=policy.pk, budget_yuan=Decimal(1), now=AFTER, **officer)
    return {
        "account": account,
        "payment": payment,
        "batch": batch,
        "trial": trial,
        "forecast": Forecast.objects.get(year=AFTER.year),
        "fact": fact,
        "policy": policy,
        "cycle": cycle,
        "draw": inspection.draw,
        "inspection": inspection,
        "objection": objection,
        "finding": Finding.objects.filter(organization=city.owner).first(),
        "report": report,
        "assessment": assessment,
        "award": assessment.award,
    }


def _draw(cycle, authorities):
    """An inspection of the unit, the only one of the year, drawn for the auditor; with a photo."""
    auditor = NamedInspector(authorities.auditor.name, "", authorities.auditor.pk)
    officer = {"actor": authorities.officer}
    draw = draw_announce(
        cycle_id=cycle.pk,
        over=DrawnFrom.ENTRIES,
        size=1,
        source_zh="彩票号码",
        seed_date=(AFTER + DAY).date(),
        inspectors=[auditor, NamedInspector("专家甲", "云屏理工大学")],
        now=AFTER,
        **officer,
    )
    draw_make(draw_id=draw.pk, seed="1", now=AFTER + DAY, **officer)
    inspection = draw.inspections.get()
    InspectionPhoto.objects.create(
        inspection=inspection, position=1, file=ContentFile(factories.jpeg(), name="photo.jpg")
    )
    return inspection


def _object(cycle, unit, authorities):
    """An objection about the unit, with a file, answered."""
    objection = objection_raise(
        actor=AnonymousUser(),
        cycle_id=cycle.pk,
        objector=Objector("丙", "bing@example.org"),
        subject="机时",
        text="少计",
        about=unit.public_id,
        uploads=[ContentFile(b"%PDF-", "证明.pdf")],
        language="zh-hans",
        now=AFTER + 20 * DAY,
    )
    objection_answer(
        actor=authorities.officer,
        objection_id=objection.pk,
        effect=AnswerEffect.NOT_UPHELD,
        text="数据无误",
        now=AFTER + 21 * DAY,
    )
    return objection


def tomorrow():
    """A free time on the instrument."""
    return Interval(NOW + 3 * DAY, NOW + 3 * DAY + timedelta(hours=2))


def cells(text):
    """A table in words as {row: {role: cell}}; a line of one word is a heading, `#` begins a comment."""
    table = {}
    for line in text.splitlines():
        row, _, _comment = line.partition("#")
        name, *given = row.split() or [""]
        if given and row.split() != list(ROLES):
            assert name not in table, f"{name} stands twice in the table"
            table[name] = dict(zip(ROLES, given, strict=True))
    return table


def differences(expected, found):
    """One line for each cell that is not as the table says."""
    return [
        f"{row}: {ROLES[role]} ({role}): {expected[row][role]} in the table, {cell} in truth"
        for row, line in found.items()
        for role, cell in line.items()
        if cell != expected[row][role]
    ]
