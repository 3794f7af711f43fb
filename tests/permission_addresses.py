"""What stands in the addresses of `test_page_permissions.py`: the ids of one unit's and one user's things."""

from bookings.feeds.keys import CALENDAR, get_secret
from bookings.requests.keys import get_check_in_code
from rewards.objections.selectors.objections import sign_objection
from tests.permission_world import INVITED
from tests.rewards.builders import YEAR


def arguments(w):
    """What stands in the address of each page that needs something."""
    instrument, unit, news = [w.instrument.public_id], [w.unit.public_id], ["news", w.news.public_id]
    draft = ["news", w.draft.public_id]
    booking, running, log = [w.requested.public_id], [w.running.public_id], [w.log.public_id]
    submitted, suspended, by_hand = ([one.public_id] for one in (w.submitted, w.suspended, w.by_hand))
    batch = [w.report.public_id, w.batch.public_id]
    review, finding, report = [w.submitted.public_id], [w.finding.public_id], [w.report.public_id]
    return {
        "account_confirm_email": ["key"],
        "archive": ["PDA-OFNOBODY"],
        "account_reset_password_from_key": ["1", "key"],
        "openid_connect_login": ["city"],
        "openid_connect_callback": ["city"],
        "mfa_remove_webauthn": [w.factor_of_nobody],
        "mfa_edit_webauthn": [w.factor_of_nobody],
        "api-v1:availability": instrument,
        "api-v1:instrument": instrument,
        **dict.fromkeys(
            ("api-v1:booking", "api-v1:booking_cancel_cost", "api-v1:hand_over_options"), booking
        ),
        "api-v1:usage_log": log,
        "log_earlier_checkpoint": [1],
        "log_timestamp": [1],
        "usage_receipt": [*log, 1],
        "instrument_edit": instrument,
        "rule_new": instrument,
        "rule_withdraw": [w.coming_rule.instrument.public_id, w.coming_rule.public_id],
        "holiday_year": [YEAR],
        "instrument_people": instrument,
        "instrument_device": instrument,
        "device_revoke": instrument,
        "instrument_kiosks": instrument,
        "kiosk_end": [*instrument, w.kiosk.public_id],
        "kiosk_enter": ["guessed"],
        "keepers_set": instrument,
        "qualification_new": instrument,
        "qualification_revoke": [*instrument, w.qualification.pk],
        "instrument_submit": submitted,
        "instrument_confirm": instrument,
        "instrument_suspend": instrument,
        "instrument_resume": suspended,
        "instrument_retire": suspended,
        "closure_lift": [w.closure.public_id],
        "instrument_gallery_picture": [w.picture.public_id, "large"],
        "instrument_file": [w.attachment.public_id],
        "instrument_sheet": instrument,
        "instrument_media": instrument,
        "picture_add": instrument,
        "picture_change": [w.picture.public_id],
        "picture_remove": [w.picture.public_id],
        "attachment_add": instrument,
        "attachment_remove": [w.attachment.public_id],
        "instrument_together": instrument,
        "instrument_customs": instrument,
        "customs_remove": instrument,
        "instrument_remove": [w.draft_instrument.public_id],
        "group_new": unit,
        "group_edit": [w.group.public_id],
        "group_remove": [w.group.public_id],
        "publication_edit": news,
        "publication": [w.news.public_id],
        "publication/draft": [w.draft.public_id],
        "publication/gone": [w.gone.public_id],
        "publication_picture": [w.text_picture.public_id],
        "publication_release": draft,
        "publication_schedule": draft,
        "publication_unschedule": ["news", w.scheduled.public_id],
        "publication_discard": draft,
        "case_uses": [w.case.public_id],
        "unit_pictures": unit,
        "statement_new": unit,
        "revisions": [w.news.public_id],
        "revision": [w.news.public_id, w.news.history.latest("history_id").pk],
        "publication_withdraw": news,
        "unit_profile_edit": unit,
        "unit_profile_submit": unit,
        "unit_profile_confirm": unit,
        "unit_instruments": unit,
        "instrument_new": unit,
        "sheet_import": unit,
        "sheet_preview": [*unit, "rules", "a-key-that-nobody-has"],
        "sheet_template": [*unit, "rules", "csv"],
        "national": unit,
        "national_year": [*unit, YEAR],
        "national_file": [*unit, YEAR, "json"],
        "national_region_file": [YEAR, "records.json"],
        "sheet_result": [*unit, w.sheet_run.public_id],
        "sheet_take_back": [*unit, w.sheet_run.public_id],
        "unit_publications": [*unit, "news"],
        "publication_new": [*unit, "news"],
        "regulation_file": [w.regulation.public_id],
        "bureau_review": review,
        "review_publish": review,
        "review_return": review,
        "booking": booking,
        "booking_agree": booking,
        "booking_file": booking,
        "wait": instrument,
        "wait_leave": [w.wait.public_id],
        "offer_accept": [w.offered.public_id],
        "offer_decline": [w.offered.public_id],
        "booking_cancel": booking,
        "charge_waive": [w.missed.public_id],
        "booking_move": booking,
        "booking_move_quote": booking,
        "booking_move_times": booking,
        "booking_approve": booking,
        "booking_reject": booking,
        "booking_check_in": booking,
        "booking_check_out": running,
        "booking_extend": running,
        "booking_misuse": [w.log.booking.public_id],
        "usage_log": log,
        "usage_confirm": by_hand,
        "usage_correct": log,
        "usage_correction_withdraw": [*log, w.correction.public_id],
        "usage_result_new": log,
        "usage_result_withdraw": [*log, w.stated_result.public_id],
        "api-v1:dispute_read": [w.dispute.public_id],
        "usage_review": log,
        **_of_statements(w),
        **_of_statistics(w),
        **_of_samples(w),
        "usage_review_reply": [w.disputed.public_id],
        "credit_event": [w.appealed.public_id],
        "credit_answer": [w.appealed.public_id],
        "credit_appeal": [w.credit_event.public_id],
        "usage_dispute": log,
        "usage_dispute_answer": [w.disputed.public_id, w.dispute.public_id],
        "result": [YEAR],
        "objections": [YEAR],
        "objection_new": [YEAR],
        "objection_status": [sign_objection(w.objection)],
        "objection": [w.objection.public_id],
        "objection_answer": [w.objection.public_id],
        "objection_comment": [w.objection.public_id],
        "objection_file": [w.objection.public_id, w.objection.files.get().sha256],
        "draw": [w.draw.public_id],
        "draw_inputs": [w.draw.public_id],
        "draw_table": [w.draw.public_id],
        "draws": [YEAR],
        "draw_new": [YEAR],
        "draw_seed": [w.draw.public_id],
        "inspection": [w.inspection.public_id],
        "inspection_photo": [w.inspection.public_id, 1],
        "cycle": [YEAR],
        "cycle_open": [YEAR],
        "cycle_adopt": [YEAR],
        "policy": [w.policy.public_id],
        "policy_file": [w.policy.public_id],
        "policy_preset": ["chongqing"],
        "policy_change": [w.policy.public_id],
        "declared_facts": [YEAR],
        "fact_sheet": [YEAR],
        "fact_sheet_template": [YEAR],
        "trials": [YEAR],
        "trial_search": [YEAR],
        "forecast": [w.forecast.year],
        "forecast_compute": [w.forecast.year],
        "unit_forecast": [w.forecast.year, w.unit.public_id],
        "trial": [w.trial.public_id],
        "fact_take_back": [w.fact.public_id],
        "fact_decide": [w.fact.public_id, "confirm"],
        "fact_file": [w.fact.public_id, w.fact.proofs.get().sha256],
        "units_csv": [YEAR],
        "findings": [YEAR],
        "cycle_step": [YEAR, "approve"],
        "finding": finding,
        "api-v1:finding": finding,
        "finding_decide": finding,
        "finding_answer": finding,
        "falsification_propose": finding,
        "falsification_answer": finding,
        "falsification_decide": finding,
        "findings_decide": [YEAR],
        "assessment": [w.assessment.public_id],
        "certificate": [w.assessment.public_id],
        "assessment_sheet": [w.assessment.public_id],
        "assessment_ratings": [w.assessment.public_id],
        "assessment_decisions": [w.assessment.public_id],
        "assessment_completeness": [w.assessment.public_id],
        "instrument_result": [w.assessment.public_id, w.instrument.public_id],
        "report_preview": [YEAR],
        "report_preview_pdf": [YEAR],
        "report": report,
        "report_pdf": report,
        "report_package": report,
        "report_accept": report,
        "report_return": report,
        "payment_new": [*report, w.award.public_id],
        "payment_back": [*report, w.payment.public_id],
        "batch_new": report,
        **dict.fromkeys(("batch", "batch_sheet", "batch_answer", "batch_take_back"), batch),
        "payee_account": unit,
        "payee_account_check": [*unit, w.account.public_id],
        "instrument": instrument,
        "instrument/submitted": submitted,
        "instrument_picture": instrument,
        "instrument_availability": instrument,
        "book": instrument,
        "book_series": instrument,
        "basket_add": instrument,
        "basket_remove": [w.basket_item.public_id],
        "booking_group": [w.requested.group.public_id],
        "booking_hand_over": booking,
        "series_cancel": [w.date.public_id],
        "series_move": [w.date.public_id],
        "quote": instrument,
        "unit": unit,
        "unit/submitted": [w.submitted_profile.public_id],
        "unit_picture": unit,
        "my_organization": [w.company.public_id],
        "notification_open": [w.notification.public_id],
        **_of_the_site(w),
        "calendar_rekey": [w.calendar_feed.public_id],
        "calendar_close": [w.calendar_feed.public_id],
        "calendar_file": [
            w.calendar_feed.public_id,
            get_secret(CALENDAR, w.calendar_feed.public_id, w.calendar_feed.generation),
        ],
        "external_calendar_disconnect": [w.external_calendar.public_id],
        "note_close": [w.note.public_id],
        "booking_arrival": [*booking, get_check_in_code(w.requested)],
        "webhooks": unit,
        **{
            name: [*unit, w.webhook.public_id]
            for name in ("webhook", "webhook_test", "webhook_rekey", "webhook_enable", "webhook_remove")
        },
        "payer_webhooks": [w.company.public_id],
        **{
            f"payer_{name}": [w.company.public_id, w.payer_webhook.public_id]
            for name in ("webhook", "webhook_test", "webhook_rekey", "webhook_enable", "webhook_remove")
        },
        "token_revoke": [w.token.public_id],
        "session_end": [w.session_handle],
        **_of_people(w),
        **_of_vouchers(w.vouchers),
    }


def _of_vouchers(v):
    scheme, application, claim = [v.scheme.public_id], [v.application.public_id], [v.claim.public_id]
    made = [v.payout_list.public_id]
    decided = ("voucher_application", "voucher_application_grant", "voucher_application_refuse")
    of_claim = ("voucher_claim", "voucher_claim_check", "voucher_claim_refuse")
    return {
        **dict.fromkeys(("voucher_scheme", "voucher_apply", "voucher_list_new"), scheme),
        **dict.fromkeys(decided, application),
        "voucher_application_file": [*application, v.application_file.sha256],
        "voucher": [v.grant.public_id],
        "api-v1:voucher": [v.grant.public_id],
        "api-v1:application": application,
        "api-v1:claim": claim,
        "api-v1:payout_list": made,
        "voucher_claim_new": [v.grant.public_id, v.confirmed.public_id],
        **dict.fromkeys(of_claim, claim),
        "voucher_claim_audit": [v.checked_claim.public_id],
        "voucher_claim_file": [*claim, v.claim_file.sha256],
        **dict.fromkeys(("voucher_list", "voucher_list_pdf"), made),
        "voucher_payout_new": [*made, v.paid_claim.public_id],
        "voucher_payout_back": [*made, v.payout.public_id],
    }


def _of_statistics(w):
    company = w.company.public_id
    return {
        "statistics": ["city", "all"],
        "statistics/unit": ["unit", w.unit.public_id],
        "statistics/instrument": ["instrument", w.instrument.public_id],
        "statistics/organization": ["organization", company],
        "statistics_file": ["organization", company, "csv"],
    }


def _of_samples(w):
    states = ("submitted", "quoted", "accepted", "received", "reported")
    submitted, quoted, accepted, received, reported = (
        [getattr(w, f"samples_{state}").public_id] for state in states
    )
    return {
        **dict.fromkeys(("sample_order", "api-v1:sample_order", "sample_photos_add"), submitted),
        **dict.fromkeys(("sample_order_quote", "sample_order_cancel", "sample_order_reject"), submitted),
        "sample_order_new": [w.instrument.public_id],
        "sample_order_accept": quoted,
        **dict.fromkeys(("sample_label", "sample_order_receive"), accepted),
        **dict.fromkeys(("sample_order_plan", "sample_order_plan_times"), received),
        **dict.fromkeys(("sample_order_report", "sample_order_close"), reported),
        "sample_file": [*reported, w.sample_file.sha256],
    }


def _of_statements(w):
    sent, draft, disputed = (
        [one.public_id] for one in (w.statement, w.statement_draft, w.statement_disputed)
    )
    unit = [w.unit.public_id]
    of_unit = ("unit_statements", "statements_draft", "statements_send", "statement_account")
    of_sent = ("statement", "statement_pdf", "statement_xlsx", "statement_confirm", "statement_dispute")
    return {
        **dict.fromkeys(of_unit, unit),
        **dict.fromkeys((*of_sent, "statement_payment", "api-v1:statement"), sent),
        "statement_payment_reverse": [*sent, w.statement_payment.public_id],
        "statement_send": draft,
        "statement/draft": draft,
        "statement_answer": disputed,
    }


def _of_the_site(w):
    somebody = [w.people["other"].public_id]
    return {
        "system_account": somebody,
        "account_lock": somebody,
        "account_unlock": somebody,
        "account_lift_lockout": somebody,
        "account_end_access": somebody,
        "account_send_reset": somebody,
        "second_factor_reset_ask": somebody,
        "second_factor_reset_grant": [w.factor_reset.public_id],
        "second_factor_reset_refuse": [w.factor_reset.public_id],
        "mail_retry": [w.failed_mail.public_id],
        "job_retry": [w.failed_job],
        "recurring_run": ["site.audit_seal"],
    }


def _of_people(w):
    pending, company, unit = ([one.public_id] for one in (w.pending, w.company, w.unit))
    project = [w.project.public_id]
    request, belongs = w.request.public_id, w.belongs.public_id
    document, invitation = w.document.public_id, w.invitation.public_id
    return {
        "organization_admit": pending,
        "organization_refuse": pending,
        "organization_revise": company,
        "organization_suspend": company,
        "organization_reinstate": company,
        "membership_request": company,
        "organization": pending,
        "organization/company": company,
        "organization_correct": pending,
        "organization_edit": company,
        "organization_documents": pending,
        "organization_document": [*pending, document],
        "organization_document_remove": [*pending, document],
        "relation_new": unit,
        "relation_end": [*unit, w.elsewhere.public_id],
        "members": company,
        "invitation_send": company,
        "invitation_resend": [*company, invitation],
        "invitation_withdraw": [*company, invitation],
        "member_admit": [*company, request],
        "member_refuse": [*company, request],
        "member_role": [*company, belongs],
        "member_end": [*company, belongs],
        "hand_over": [*company, w.administers.public_id],
        "organization_leave": company,
        "organization_projects": company,
        "project_new": company,
        "project": project,
        "project_edit": project,
        "project_close": project,
        "project_reopen": [w.closed_project.public_id],
        "api-v1:project": project,
        "api-v1:project_spending": project,
        "invitation": [INVITED],
        "request_withdraw": [request],
        "unit_supervision": unit,
        "data_set/csv": ["rules", "csv"],
        "data_set/json": ["units", "json"],
        "unit_feed": unit,
        "sitemap_part": ["instruments"],
        "synonym_edit": [w.synonyms.public_id],
        "synonym_remove": [w.synonyms.public_id],
    }
