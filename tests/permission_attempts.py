"""What everybody tries in `test_permissions.py`: the services that write, on things of a unit and a user."""

from decimal import Decimal
from functools import partial
from io import BytesIO

from django.core.files.base import ContentFile

from bookings.devices.domain import NoteKind
from bookings.feeds.domain.webhooks import WebhookSide
from bookings.groups.domain import Scope
from bookings.projects.domain.facts import ProjectFacts
from bookings.requests.domain.choices import CreditOutcome
from bookings.samples.domain.choices import Afterwards
from bookings.usage.domain.choices import Rating, ResultKind
from bookings.usage.domain.history import HistoryRow
from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.domain.registration import Registration
from instrument_share.jobs import services as jobs
from instrument_share.journal import services as journal
from instrument_share.journal.domain import MailDelivery, NotificationKind
from instrument_share.kernel.uscc import compute_check_character
from instrument_share.mails import services as mails
from instrument_share.personal.services.archives import archive_ask, archive_download
from instrument_share.personal.services.deletions import account_deletion_ask, account_deletion_withdraw
from instrument_share.sheets.table import Table
from providers.exchange.domain.sheets.sheet_columns import INSTRUMENTS, KINDS
from providers.exchange.services.imports import apply as sheet_apply
from providers.exchange.services.imports import preview as sheet_preview
from providers.exchange.services.national import national_year_save
from providers.exchange.services.national_checks import national_check_start
from providers.exchange.services.sheet_runs import sheet_run_continue, sheet_run_start
from providers.exchange.services.sheet_words import sheet_words_remember
from providers.exchange.services.taking_back import sheet_run_take_back
from providers.exchange.services.uploads import sheet_forget, sheet_keep, sheet_kept
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.domain.choices import GroupKind
from providers.terms.domain.choices import ServiceMode
from providers.units.domain.publications import PublicationKind
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.domain.sheet import DeclaredRow
from rewards.inspections.domain.choices import DrawnFrom, InspectionOutcome
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.services.objections import Objector
from rewards.vouchers.domain.choices import Issuer
from tests.bookings.samples.steps import SAMPLES
from tests.factories import LONG_AGO, slot
from tests.permission_world import INVITED, LATER, tomorrow
from tests.providers.conftest import INSTRUMENT, PROFILE, terms
from tests.rewards.builders import CONTACT, POLICY, YEAR
from tests.rooms import services_of_app


def attempts(w):
    """What is tried, by the name of its row: a function of who tries."""
    now = {"now": LATER}
    unit, instrument = {"organization_id": w.unit.pk, **now}, {"instrument_id": w.instrument.pk, **now}
    submitted, suspended = ({"instrument_id": one.pk, **now} for one in (w.submitted, w.suspended))
    newcomer = {"organization_id": w.submitted_profile.organization_id, **now}
    news = {"kind": PublicationKind.NEWS, "publication_id": w.news.pk, **now}
    draft, scheduled = ({**news, "publication_id": one.pk} for one in (w.draft, w.scheduled))
    requested, running = ({"booking_id": one.pk, **now} for one in (w.requested, w.running))
    log, cycle = {"log_id": w.log.pk, **now}, {"cycle_id": w.cycle.pk, **now}
    finding, report = {"finding_id": w.finding.pk, **now}, {"report_id": w.report.pk, **now}
    sheet = {**unit, "table": Table([["内部编号", "名称"], ["B-1", "质谱仪"]])}
    upload = {"organization_id": w.unit.pk, "key": "a-key-that-nobody-has"}
    statement = {"statement_id": w.statement.pk, **now}
    payment = {
        "amount_yuan": Decimal(1),
        "paid_date": LONG_AGO.date(),
        "voucher": "1",
        "invoice_number": "2",
        "invoice_date": LONG_AGO.date(),
    }
    booking = {
        **instrument,
        "interval": tomorrow(),
        "service_mode": ServiceMode.OPERATED,
        "subject": "二氧化钛薄膜",
    }
    project = ProjectFacts(name="钛合金", holder_id=w.people["admin"].pk)
    past = HistoryRow(w.instrument.pk, w.people["user"].pk, None, ServiceMode.OPERATED, "旧记录")
    picture = {"picture_id": w.picture.pk, **now}
    person, reason = w.people["keep2"], {"reason": "理由"}
    fact_row = DeclaredRow(2, w.unit.pk, FactKind.MAJOR_PROJECTS, "", "", Decimal(2), "立项通知书", None)
    fact_sheet = {"year": YEAR, "rows": [fact_row], **now}
    p, b, r = (services_of_app(app) for app in ("providers", "bookings", "rewards"))
    return {
        "user_create": partial(
            accounts.user_create, username="new", name="新", email="new@example.org", password=None, **now
        ),
        "district_create": partial(
            accounts.district_create, code="990102", name_zh="东区", name_en="East", **now
        ),
        "membership_grant": partial(
            accounts.membership_grant, user=person, organization=w.unit, role=Role.UNIT_MANAGER, **now
        ),
        "organization_register": partial(
            accounts.organization_register,
            registration=Registration(
                uscc="12990000000000099" + compute_check_character("12990000000000099"),
                name_zh="云屏新公司",
                kind=OrganizationKind.ENTERPRISE,
            ),
            **now,
        ),
        **_of_people(w, now, reason),
        "account_lock": partial(accounts.account_lock, user_id=w.people["other"].pk, **reason, **now),
        "account_unlock": partial(accounts.account_unlock, user_id=w.people["other"].pk, **now),
        "account_lift_lockout": partial(accounts.account_lift_lockout, user_id=w.people["other"].pk, **now),
        "account_end_access": partial(accounts.account_end_access, user_id=w.people["other"].pk, **now),
        "account_send_reset": partial(
            accounts.account_send_reset, user_id=w.people["other"].pk, send=lambda user: None, **now
        ),
        "second_factor_reset_ask": partial(
            accounts.second_factor_reset_ask, user_id=w.people["other"].pk, **reason, **now
        ),
        "second_factor_reset_grant": partial(
            accounts.second_factor_reset_grant, reset_id=w.factor_reset.public_id, **now
        ),
        "second_factor_reset_refuse": partial(
            accounts.second_factor_reset_refuse, reset_id=w.factor_reset.public_id, **now
        ),
        "api_token_create": partial(accounts.api_token_create, name="导出", **now),
        "session_end": partial(accounts.session_end, handle=w.session_handle, **now),
        "sessions_end_others": partial(accounts.sessions_end_others, session_key="", **now),
        "api_token_revoke": partial(accounts.api_token_revoke, public_id=w.token.public_id, **now),
        "notification_read": partial(journal.notification_read, public_id=w.notification.public_id, **now),
        "mail_choices_set": partial(
            journal.mail_choices_set, choices={NotificationKind.USES: MailDelivery.DAILY}, **now
        ),
        "notifications_read": partial(journal.notifications_read, **now),
        "unit_profile_save": partial(p.unit_profile_save, values=PROFILE, **unit),
        "unit_profile_submit": partial(p.unit_profile_submit, **unit),
        "unit_profile_confirm": partial(p.unit_profile_confirm, **unit),
        "unit_profile_publish": partial(p.unit_profile_publish, **newcomer),
        "unit_profile_return": partial(p.unit_profile_return, **newcomer, **reason),
        "instrument_create": partial(p.instrument_create, values={**INSTRUMENT, "category": ""}, **unit),
        "instrument_update": partial(p.instrument_update, values={"contact": "王工"}, **submitted),
        "instrument_submit": partial(p.instrument_submit, **submitted),
        "instrument_confirm": partial(p.instrument_confirm, **instrument),
        "instrument_remove": partial(p.instrument_remove, instrument_id=w.draft_instrument.pk, **now),
        "instrument_publish": partial(p.instrument_publish, **submitted),
        "instrument_return": partial(p.instrument_return, **submitted, **reason),
        "instrument_changes_accept": partial(p.instrument_changes_accept, **instrument),
        "instrument_changes_refuse": partial(p.instrument_changes_refuse, **instrument, **reason),
        "instrument_categories_keep": partial(
            p.instrument_categories_keep, instrument_ids=[w.instrument.pk], **now
        ),
        "instrument_suspend": partial(p.instrument_suspend, **instrument, **reason),
        "instrument_resume": partial(p.instrument_resume, **suspended),
        "instrument_retire": partial(p.instrument_retire, **suspended, **reason),
        "instrument_picture_add": partial(p.instrument_picture_add, upload=BytesIO(b""), **instrument),
        "instrument_picture_describe": partial(
            p.instrument_picture_describe, alt_zh="主机", alt_en="", **picture
        ),
        "instrument_picture_move": partial(p.instrument_picture_move, forward=True, **picture),
        "instrument_picture_remove": partial(p.instrument_picture_remove, **picture),
        "instrument_attachment_add": partial(
            p.instrument_attachment_add, upload=BytesIO(b"%PDF-1.7 new"), title_zh="手册", **instrument
        ),
        "instrument_attachment_remove": partial(
            p.instrument_attachment_remove, attachment_id=w.attachment.pk, **now
        ),
        "customs_supervision_set": partial(p.customs_supervision_set, values={}, **instrument),
        "customs_supervision_remove": partial(p.customs_supervision_remove, **instrument),
        "instrument_links_set": partial(p.instrument_links_set, linked_ids=[w.suspended.pk], **instrument),
        "instrument_group_save": partial(
            p.instrument_group_save,
            name_zh="能谱组",
            kind=GroupKind.RELATED,
            instrument_ids=[w.instrument.pk, w.suspended.pk],
            **unit,
        ),
        "instrument_group_remove": partial(p.instrument_group_remove, group_id=w.group.pk, **unit),
        "sheet_keep": partial(sheet_keep, content=b"a,b\n", map_text="", organization_id=w.unit.pk),
        "sheet_kept": partial(sheet_kept, **upload),
        "sheet_forget": partial(sheet_forget, **upload),
        "preview": partial(sheet_preview, **sheet),
        "apply": partial(sheet_apply, **sheet),
        "apply/uses": partial(sheet_apply, kind=KINDS["uses"], **sheet),
        "sheet_run_start": partial(
            sheet_run_start, kind=INSTRUMENTS, chosen={}, partial=False, **upload, **now
        ),
        "sheet_run_continue": partial(sheet_run_continue, public_id=w.sheet_run.public_id, **now),
        "sheet_run_take_back": partial(sheet_run_take_back, public_id=w.sheet_run.public_id, **now),
        "sheet_words_remember": partial(
            sheet_words_remember, kind=INSTRUMENTS, words=[("condition", "还行", "正常")], **unit
        ),
        "national_year_save": partial(national_year_save, year=YEAR, values={"unit_code": "330199"}, **unit),
        "national_check_start": partial(national_check_start, year=YEAR, **now),
        "keeper_assign": partial(p.keeper_assign, user_id=person.pk, **instrument),
        "keeper_remove": partial(p.keeper_remove, user_id=w.people["keep"].pk, **instrument),
        "keepers_set": partial(p.keepers_set, user_ids=[person.pk], **instrument),
        "qualification_grant": partial(
            p.qualification_grant, user=person, expires_at=slot(day=90).start, **instrument
        ),
        "qualification_revoke": partial(
            p.qualification_revoke, qualification_id=w.qualification.pk, **now, **reason
        ),
        "rule_publish": partial(p.rule_publish, draft=terms(), applies_from=slot(day=2).start, **instrument),
        "rule_withdraw": partial(p.rule_withdraw, rule_id=w.coming_rule.pk, **now, **reason),
        "closure_record": partial(p.closure_record, interval=tomorrow(), reason_zh="保养", **instrument),
        "closure_lift": partial(p.closure_lift, closure_id=w.closure.pk, **now),
        "publication_draft": partial(
            p.publication_draft, kind=PublicationKind.NEWS, values={"title_zh": "培训"}, **unit
        ),
        "publication_release": partial(p.publication_release, **draft),
        "publication_schedule": partial(p.publication_schedule, at=slot(day=9).start, **draft),
        "publication_unschedule": partial(p.publication_unschedule, **scheduled),
        "publication_discard": partial(p.publication_discard, **draft),
        "publication_picture_add": partial(
            p.publication_picture_add, upload=None, alt_zh="楼", alt_en="Building", **unit
        ),
        "publication_publish": partial(
            p.publication_publish,
            kind=PublicationKind.NEWS,
            values={"title_zh": "培训", "body_zh": "下周培训"},
            **unit,
        ),
        "publication_update": partial(p.publication_update, values={"title_zh": "培训日"}, **news),
        "publication_withdraw": partial(p.publication_withdraw, **news, **reason),
        "completeness_remind": partial(
            p.completeness_remind, organization_ids=[w.unit.pk], note="请尽快", **now
        ),
        "category_table_load": partial(
            p.category_table_load, version="new", rows=[CategoryRow("010000", "分析仪器")], **now
        ),
        "calendar_year_set": partial(p.calendar_year_set, year=2027, days=[], source="通知", **now),
        "windows_rebuild": partial(p.windows_rebuild, instrument_ids=[w.suspended.pk], **now),
        "windows_rebuild_compared": partial(
            p.windows_rebuild_compared, since=LATER, instrument_ids=[w.suspended.pk], **now
        ),
        "windows_check": partial(p.windows_check, since=LATER, instrument_ids=[w.suspended.pk], **now),
        "synonym_group_save": partial(p.synonym_group_save, words=["透射电镜", "TEM"], **now),
        "synonym_group_remove": partial(p.synonym_group_remove, public_id=w.synonyms.public_id, **now),
        "synonyms_load": partial(p.synonyms_load, **now),
        "booking_create": partial(b.booking_create, payer_organization_id=None, **booking),
        "booking_create/company": partial(b.booking_create, payer_organization_id=w.company.pk, **booking),
        "waiting_join": partial(
            b.waiting_join,
            instrument_id=w.instrument.pk,
            wanted=slot(day=9),
            minutes=60,
            service_mode=ServiceMode.OPERATED,
            payer_organization_id=None,
            subject="薄膜",
            **now,
        ),
        "waiting_leave": partial(b.waiting_leave, entry_id=w.wait.pk, **now),
        "offer_accept": partial(b.offer_accept, booking_id=w.offered.pk, **now),
        "offer_decline": partial(b.offer_decline, booking_id=w.offered.pk, **now),
        "booking_move": partial(b.booking_move, interval=tomorrow(), **requested),
        "booking_cancel": partial(b.booking_cancel, **requested, **reason),
        "booking_agree": partial(b.booking_agree, **requested),
        "charge_waive": partial(b.charge_waive, booking_id=w.missed.pk, **now, **reason),
        "booking_extend": partial(b.booking_extend, ends_at=slot(day=0, hour=9, length=5).end, **running),
        "booking_hand_over": partial(b.booking_hand_over, colleague_id=w.people["admin"].pk, **requested),
        "series_book": partial(b.series_book, requests=[w.wanted], **now),
        "together_book": partial(b.together_book, requests=[w.wanted], **now),
        "series_cancel": partial(b.series_cancel, booking_id=w.date.pk, scope=Scope.ALL, **now, **reason),
        "series_move": partial(b.series_move, booking_id=w.date.pk, scope=Scope.ALL, interval=w.later, **now),
        "basket_add": partial(b.basket_add, wanted=w.wanted, **now),
        "basket_book": partial(b.basket_book, subject="样品", **now),
        "basket_remove": partial(b.basket_remove, public_id=w.basket_item.public_id, **now),
        "project_create": partial(b.project_create, organization_id=w.company.pk, facts=project, **now),
        "project_change": partial(b.project_change, project_id=w.project.pk, facts=project, **now),
        "project_close": partial(b.project_close, project_id=w.project.pk, **now),
        "project_reopen": partial(b.project_reopen, project_id=w.closed_project.pk, **now),
        "booking_approve": partial(b.booking_approve, **requested),
        "booking_reject": partial(b.booking_reject, **requested, **reason),
        "requests_decide": partial(b.requests_decide, booking_ids=[w.requested.pk], approve=True, **now),
        "booking_check_in": partial(b.booking_check_in, **requested),
        "booking_check_out": partial(b.booking_check_out, **running),
        "closure_place": partial(b.closure_place, interval=tomorrow(), reason_zh="保养", **instrument),
        "closure_lift/bookings": partial(b.closure_lift, closure_id=w.closure.pk, **now),
        "organization_suspend/bookings": partial(
            b.organization_suspend, organization_id=w.company.pk, **now, **reason
        ),
        "organization_reinstate/bookings": partial(
            b.organization_reinstate, organization_id=w.company.pk, **now
        ),
        "instrument_suspend/bookings": partial(b.instrument_suspend, **instrument, **reason),
        "instrument_resume/bookings": partial(b.instrument_resume, **suspended),
        "instrument_resume/by_bureau": partial(
            b.instrument_resume, instrument_id=w.suspended_by_bureau.pk, **now
        ),
        "instrument_retire/bookings": partial(b.instrument_retire, **suspended, **reason),
        "qualification_revoke/bookings": partial(
            b.qualification_revoke, qualification_id=w.qualification.pk, **now, **reason
        ),
        "holidays_set": partial(b.holidays_set, year=2027, days=[], source="通知", **now),
        "rule_put_in_force": partial(
            b.rule_put_in_force, draft=terms(), applies_from=slot(day=2).start, **instrument
        ),
        "rule_withdraw/bookings": partial(b.rule_withdraw, rule_id=w.coming_rule.pk, **now, **reason),
        "usage_log_by_hand": partial(
            b.usage_log_by_hand,
            interval=slot(day=-3),
            user=w.people["user"],
            payer_organization_id=w.company.pk,
            service_mode=ServiceMode.OPERATED,
            content="补录",
            **instrument,
        ),
        "usage_correct": partial(b.usage_correct, changes={"samples": 5}, **log, **reason),
        "usage_correction_withdraw": partial(
            b.usage_correction_withdraw, correction_id=w.correction.pk, **now, **reason
        ),
        "usage_confirm": partial(b.usage_confirm, **log),
        "usage_confirm/by_manager": partial(b.usage_confirm, log_id=w.by_hand.pk, **now),
        "usage_confirm/correction": partial(b.usage_confirm, correction_id=w.correction.pk, **log),
        "misuse_record": partial(b.misuse_record, booking_id=w.log.booking_id, **now, **reason),
        "credit_appeal": partial(b.credit_appeal, event_id=w.credit_event.pk, **now, **reason),
        "credit_answer": partial(
            b.credit_answer, event_id=w.appealed.pk, outcome=CreditOutcome.LIFTED, **now, **reason
        ),
        "credit_answer/passed_on": partial(
            b.credit_answer, event_id=w.passed_on.pk, outcome=CreditOutcome.LIFTED, **now, **reason
        ),
        "usage_dispute": partial(b.usage_dispute, **log, **reason),
        "usage_dispute_answer": partial(
            b.usage_dispute_answer, dispute_id=w.dispute.pk, answer="已更正", **now
        ),
        "usage_result_state": partial(b.usage_result_state, kind=ResultKind.PAPER, title="疲劳裂纹", **log),
        "usage_result_withdraw": partial(
            b.usage_result_withdraw, result_id=w.stated_result.pk, **now, **reason
        ),
        "usage_review": partial(b.usage_review, rating=Rating.VERY_SATISFIED, **log),
        "usage_review_reply": partial(b.usage_review_reply, log_id=w.disputed.pk, reply="已改进", **now),
        "case_uses_set": partial(b.case_uses_set, case_id=w.case.pk, booking_ids=[], **now),
        "sample_order_create": partial(
            b.sample_order_create, payer_organization_id=None, subject="断口", samples=SAMPLES, **instrument
        ),
        "sample_order_accept": partial(b.sample_order_accept, order_id=w.samples_quoted.pk, **now),
        "sample_order_cancel": partial(b.sample_order_cancel, order_id=w.samples_submitted.pk, **now),
        "sample_order_quote": partial(
            b.sample_order_quote, order_id=w.samples_submitted.pk, hours=Decimal(1), report_days=7, **now
        ),
        "sample_order_reject": partial(
            b.sample_order_reject, order_id=w.samples_submitted.pk, **reason, **now
        ),
        "sample_order_receive": partial(
            b.sample_order_receive, order_id=w.samples_accepted.pk, brought_by="本人", **now
        ),
        "sample_order_plan": partial(
            b.sample_order_plan, order_id=w.samples_received.pk, interval=tomorrow(), **now
        ),
        "sample_photos_add": partial(b.sample_photos_add, order_id=w.samples_submitted.pk, photos=[], **now),
        "sample_order_report": partial(
            b.sample_order_report, order_id=w.samples_reported.pk, uploads=[], **now
        ),
        "sample_order_close": partial(
            b.sample_order_close, order_id=w.samples_reported.pk, outcome=Afterwards.RETURN, **now
        ),
        "statements_draft": partial(
            b.statements_draft, organization_id=w.unit.pk, month=LONG_AGO.date(), **now
        ),
        "statements_send": partial(b.statements_send, organization_id=w.unit.pk, **now),
        "statement_account_enter": partial(
            b.statement_account_enter,
            organization_id=w.unit.pk,
            holder="甲",
            bank="乙",
            number="62220000",
            **now,
        ),
        "statement_send": partial(b.statement_send, statement_id=w.statement_draft.pk, **now),
        "statement_confirm": partial(b.statement_confirm, **statement),
        "statement_dispute": partial(b.statement_dispute, **statement, **reason),
        "statement_answer": partial(
            b.statement_answer, statement_id=w.statement_disputed.pk, text="已核对", **now
        ),
        "statement_answer/own": partial(
            b.statement_answer, statement_id=w.statement_own.pk, text="已核对", **now
        ),
        "statement_payment_record": partial(b.statement_payment_record, **payment, **statement),
        "statement_payment_record/own": partial(
            b.statement_payment_record, statement_id=w.statement_own.pk, **payment, **now
        ),
        "statement_payment_reverse": partial(
            b.statement_payment_reverse, payment_id=w.statement_payment.pk, **now, **reason
        ),
        "statement_payment_reverse/own": partial(
            b.statement_payment_reverse, payment_id=w.statement_own_payment.pk, **now, **reason
        ),
        "membership_end": partial(b.membership_end, membership_id=w.belongs.pk, **now, **reason),
        "organization_leave": partial(b.organization_leave, organization_id=w.elsewhere.pk, **now),
        "calendar_feed_open": partial(b.calendar_feed_open, **now),
        "calendar_feed_open/instrument": partial(b.calendar_feed_open, instrument=w.instrument, **now),
        "calendar_feed_open/unit": partial(b.calendar_feed_open, organization=w.unit, **now),
        "calendar_feed_rekey": partial(b.calendar_feed_rekey, public_id=w.calendar_feed.public_id, **now),
        "calendar_feed_close": partial(b.calendar_feed_close, public_id=w.calendar_feed.public_id, **now),
        "external_calendar_connect": partial(
            b.external_calendar_connect, address="https://example.org/b.ics", **instrument
        ),
        "external_calendar_disconnect": partial(
            b.external_calendar_disconnect, calendar_id=w.external_calendar.pk, **now
        ),
        "note_write": partial(b.note_write, kind=NoteKind.NOTE, text="泵油已换", **instrument),
        "note_close": partial(b.note_close, note_id=w.note.pk, **now),
        "device_key_make": partial(b.device_key_make, **instrument),
        "device_key_revoke": partial(b.device_key_revoke, **instrument),
        "kiosk_make": partial(b.kiosk_make, name="门口", **instrument),
        "kiosk_end": partial(b.kiosk_end, kiosk_id=w.kiosk.pk, **now),
        "webhook_create": partial(
            b.webhook_create, side=WebhookSide.UNIT, address="https://example.org/", actions=[], **unit
        ),
        **{
            name: partial(getattr(b, name), webhook_id=w.webhook.pk, **now)
            for name in ("webhook_test", "webhook_rekey", "webhook_enable", "webhook_remove")
        },
        "history_import": partial(b.history_import, rows=[past], **now),
        "policy_load": partial(r.policy_load, document=POLICY, **now),
        "cycle_open": partial(
            r.cycle_open, year=YEAR + 1, policy_id=w.policy.pk, budget_yuan=Decimal(1), **now
        ),
        "fact_declare": partial(
            r.fact_declare,
            organization_id=w.unit.pk,
            year=YEAR,
            kind=FactKind.MAJOR_PROJECTS,
            figure=Decimal(2),
            evidence="立项通知书",
            **now,
        ),
        "facts_declare": partial(r.facts_declare, **fact_sheet),
        "facts_check": partial(r.facts_check, **fact_sheet),
        "trial_start": partial(
            r.trial_start, year=YEAR, policy_id=w.policy.pk, budget_yuan=Decimal(1), **now
        ),
        "forecast_start": partial(r.forecast_start, year=w.forecast.year, **now),
        "fact_confirm": partial(r.fact_confirm, fact_id=w.fact.pk, **now),
        "fact_withdraw": partial(r.fact_withdraw, fact_id=w.fact.pk, **reason, **now),
        "fact_return": partial(r.fact_return, fact_id=w.fact.pk, **reason, **now),
        "cycle_adopt_policy": partial(r.cycle_adopt_policy, policy_id=w.policy.pk, **reason, **cycle),
        "cycle_freeze": partial(r.cycle_freeze, **cycle),
        "cycle_check": partial(r.cycle_check, **cycle),
        "finding_answer": partial(r.finding_answer, answer="属实", **finding),
        "finding_decide": partial(r.finding_decide, uphold=True, **finding, **reason),
        "findings_decide": partial(
            r.findings_decide, finding_ids=[w.finding.pk], uphold=True, **now, **reason
        ),
        "falsification_propose": partial(r.falsification_propose, question="原件？", **finding, **reason),
        "falsification_answer": partial(r.falsification_answer, answer="属实", **finding),
        "falsification_decide": partial(r.falsification_decide, confirm=True, **finding, **reason),
        "cycle_score": partial(r.cycle_score, **cycle),
        "cycle_announce": partial(r.cycle_announce, **CONTACT, **cycle),
        "cycle_approve": partial(r.cycle_approve, **cycle),
        "draw_announce": partial(
            r.draw_announce,
            over=DrawnFrom.UNITS,
            size=1,
            source_zh="彩票号码",
            seed_date=LATER.date(),
            inspectors=[],
            **cycle,
        ),
        "draw_make": partial(r.draw_make, draw_id=w.draw.pk, seed="2", **now),
        "inspection_record": partial(
            r.inspection_record,
            inspection_id=w.inspection.pk,
            outcome=InspectionOutcome.NO_OBJECTION,
            inspected_date=LATER.date(),
            checklist={},
            notes="",
            **now,
        ),
        "objection_raise": partial(
            r.objection_raise,
            objector=Objector("丁", "ding@example.org"),
            subject="机时",
            text="少计",
            language="en",
            **cycle,
        ),
        "objection_comment": partial(r.objection_comment, objection_id=w.objection.pk, text="属实", **now),
        "objection_answer": partial(
            r.objection_answer, objection_id=w.objection.pk, effect=AnswerEffect.CLARIFIED, text="属实", **now
        ),
        "report_preview": partial(r.report_preview, **cycle),
        "preview_confirm": partial(r.preview_confirm, sha256="0", **cycle),
        "report_send": partial(r.report_send, **cycle),
        "report_accept": partial(r.report_accept, **report),
        "report_return": partial(r.report_return, **report, **reason),
        "payment_record": partial(
            r.payment_record,
            award_id=w.award.pk,
            amount_yuan=w.award.amount_yuan,
            paid_date=LATER.date(),
            voucher="ZF-1",
            **report,
        ),
        "payment_reverse": partial(
            r.payment_reverse,
            payment_id=w.payment.pk,
            reversed_date=LATER.date(),
            voucher="CH-1",
            **now,
            **reason,
        ),
        "batch_make": partial(r.batch_make, awards=[w.award.public_id], **report),
        "batch_settle": partial(r.batch_settle, batch_id=w.batch.pk, answers=[], **now),
        "batch_check": partial(r.batch_check, batch_id=w.batch.pk, answers=[], **now),
        "batch_withdraw": partial(r.batch_withdraw, batch_id=w.batch.pk, **now, **reason),
        "account_enter": partial(
            r.account_enter, organization_id=w.unit.pk, holder="甲", bank="乙", number="62220000", **now
        ),
        "account_check": partial(r.account_check, account_id=w.account.pk, **now),
        **_of_vouchers(w, r, now, reason),
        "cycle_step_start": partial(r.cycle_step_start, move="send", **cycle),
        "recurring_run_now": partial(jobs.recurring_run_now, name="site.audit_seal", **now),
        "job_retry": partial(jobs.job_retry, job_id=w.failed_job, **now),
        "mail_retry": partial(mails.mail_retry, public_id=w.failed_mail.public_id, **now),
    }


def _of_vouchers(w, r, now, reason):
    """What is tried on a voucher of the company, and with its payout list."""
    v = w.vouchers
    claim, application = {"claim_id": v.claim.pk, **now}, {"application_id": v.application.pk, **now}
    day, proof = LATER.date(), ContentFile(b"%PDF-1", "发票.pdf")
    return {
        "voucher_scheme_open": partial(
            r.voucher_scheme_open,
            code="YP",
            batch=2,
            issuer=Issuer.CITY,
            name_zh="券",
            name_en="",
            terms=v.scheme.terms,
            facts=[],
            **now,
        ),
        "voucher_apply": partial(
            r.voucher_apply,
            scheme_id=v.scheme.pk,
            organization_id=w.company.pk,
            amount_yuan=Decimal(1),
            stated=["新材料"],
            uploads=[proof],
            **now,
        ),
        "voucher_grant": partial(r.voucher_grant, **application),
        "voucher_application_refuse": partial(r.voucher_application_refuse, **application, **reason),
        "voucher_claim": partial(
            r.voucher_claim,
            grant_id=v.grant.pk,
            statement_id=v.confirmed.pk,
            invoice_number="FP",
            invoice_date=day,
            sole_support=True,
            uploads=[proof],
            **now,
        ),
        "voucher_claim_check": partial(r.voucher_claim_check, **claim),
        "voucher_claim_audit": partial(r.voucher_claim_audit, **claim),
        "voucher_claim_refuse": partial(r.voucher_claim_refuse, **claim, **reason),
        "voucher_list_make": partial(r.voucher_list_make, scheme_id=v.scheme.pk, **now),
        "voucher_payout_record": partial(
            r.voucher_payout_record,
            row_id=v.row.pk,
            amount_yuan=Decimal(50),
            paid_date=day,
            bank_reference="HK-2",
            **now,
        ),
        "voucher_payout_reverse": partial(
            r.voucher_payout_reverse,
            payout_id=v.payout.pk,
            reversed_date=day,
            bank_reference="TH",
            **now,
            **reason,
        ),
    }


def _of_people(w, now, reason):
    """What is tried on a registered body, and on people of the company."""
    pending, company = ({"organization_id": one.pk, **now} for one in (w.pending, w.company))
    request, belongs = ({"membership_id": one.pk, **now} for one in (w.request, w.belongs))
    invitation = {"invitation_id": w.invitation.pk, **now}
    corrected = Registration(uscc=w.pending.uscc, name_zh="云屏待审单位", kind=OrganizationKind.UNIVERSITY)
    revised = Registration(uscc=w.company.uscc, name_zh="云屏新名有限公司", kind=OrganizationKind.INSTITUTE)
    return {
        "organization_correct": partial(accounts.organization_correct, registration=corrected, **pending),
        "organization_edit": partial(
            accounts.organization_edit, name_en="", contact="甲", phone="0570-1234567", **company
        ),
        "organization_document_add": lambda **who: accounts.organization_document_add(
            uploads=[ContentFile(b"%PDF-1", "执照.pdf")], **pending, **who
        ),
        "organization_document_remove": partial(
            accounts.organization_document_remove, public_id=w.document.public_id, **pending
        ),
        "organization_admit": partial(accounts.organization_admit, **pending),
        "organization_refuse": partial(accounts.organization_refuse, **pending, **reason),
        "organization_revise": partial(
            accounts.organization_revise, registration=revised, **company, **reason
        ),
        "organization_suspend": partial(accounts.organization_suspend, **company, **reason),
        "organization_reinstate": partial(accounts.organization_reinstate, **company),
        "relation_declare": partial(accounts.relation_declare, first=w.unit, second=w.company, **now),
        "relation_end": partial(
            accounts.relation_end, organization_id=w.unit.pk, other_id=w.elsewhere.pk, **now, **reason
        ),
        "membership_request": partial(accounts.membership_request, **company),
        "membership_admit": partial(accounts.membership_admit, **request),
        "membership_refuse": partial(accounts.membership_refuse, **request, **reason),
        "membership_withdraw": partial(accounts.membership_withdraw, **request),
        "membership_close": partial(accounts.membership_close, **belongs, **reason),
        "membership_hand_over": partial(
            accounts.membership_hand_over,
            membership_id=w.administers.pk,
            successor_id=w.people["user"].pk,
            **now,
        ),
        "invitation_send": partial(
            accounts.invitation_send, email="new@example.org", role=Role.RESEARCHER, **company
        ),
        "invitation_resend": partial(accounts.invitation_resend, **invitation),
        "invitation_withdraw": partial(accounts.invitation_withdraw, **invitation),
        "invitation_accept": partial(accounts.invitation_accept, secret=INVITED, **now),
        "user_update": partial(accounts.user_update, name="新", phone="", language="en", **now),
        "user_agree": partial(accounts.user_agree, version=NOTICE_VERSION, **now),
        "archive_ask": partial(archive_ask, **now),
        "account_deletion_ask": partial(account_deletion_ask, **now),
        "account_deletion_withdraw": partial(account_deletion_withdraw, **now),
        "archive_download": partial(archive_download, public_id="PDA-OFNOBODY", **now),
        "user_language_set": partial(accounts.user_language_set, language="en", **now),
    }
