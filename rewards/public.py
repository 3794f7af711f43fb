"""Names that other apps may use. Pure types and rules are in the rooms' `domain`."""

from rewards.assessment.selectors import assessments
from rewards.assessment.services.notice import cycle_announce, cycle_approve
from rewards.assessment.services.scoring import cycle_score
from rewards.cycle.selectors.cycles import cycles, get_frozen_date, get_running_notices
from rewards.cycle.services.cycles import cycle_freeze, cycle_open
from rewards.declarations.domain.facts import FactKind
from rewards.declarations.selectors import waiting_facts
from rewards.declarations.services import fact_confirm, fact_declare
from rewards.findings.selectors.falsifications import falsifications_to_answer
from rewards.findings.selectors.findings import findings, findings_to_answer
from rewards.findings.services.checking import cycle_check
from rewards.findings.services.deciding import finding_answer, finding_decide, findings_decide
from rewards.findings.services.falsification import (
    falsification_answer,
    falsification_decide,
    falsification_propose,
)
from rewards.forecast.selectors import forecasts, unit_forecasts
from rewards.forecast.services import forecast_compute
from rewards.inspections.domain.choices import CHECKLIST, DrawnFrom, InspectionOutcome, Seen
from rewards.inspections.selectors.inspections import drawn_of, inspections_to_record
from rewards.inspections.services.draws import NamedInspector, auditors_named, draw_announce, draw_make
from rewards.inspections.services.inspections import inspection_record
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.services.objections import (
    Objector,
    objection_answer,
    objection_comment,
    objection_raise,
)
from rewards.payments.domain.bank_sheet import BankRow
from rewards.payments.selectors.accounts import find_account_tasks
from rewards.payments.services.accounts import account_check, account_enter
from rewards.payments.services.batches import batch_make, batch_settle
from rewards.policy.selectors import has_policy
from rewards.policy.services import policy_load
from rewards.report.services.answers import report_accept
from rewards.report.services.previews import preview_confirm, report_preview
from rewards.report.services.reports import report_send
from rewards.vouchers.domain.choices import Issuer
from rewards.vouchers.domain.terms import Terms
from rewards.vouchers.selectors.claims import offered_statements
from rewards.vouchers.selectors.payouts import payout_rows
from rewards.vouchers.selectors.vouchers import get_claim_ends
from rewards.vouchers.services.claiming import (
    voucher_claim,
    voucher_claim_audit,
    voucher_claim_check,
    voucher_claim_refuse,
)
from rewards.vouchers.services.granting import (
    voucher_application_refuse,
    voucher_apply,
    voucher_grant,
    voucher_scheme_open,
)
from rewards.vouchers.services.paying import (
    voucher_list_make,
    voucher_payout_record,
    voucher_payout_reverse,
)
from rewards.vouchers.views.tasks import find_voucher_tasks
from rewards.year.selectors import get_cycles_ahead, get_years_to_open
