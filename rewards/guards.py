"""What the database refuses for results, reports and payments, whatever the code does."""

from instrument_share.journal.guards import (
    REFUSE_FOUND_FUNCTION,
    Guard,
    append_only,
    kept_but_for,
    never_deleted,
    refuse_columns,
    refuse_found,
    refuse_rows,
)
from rewards.cycle.domain.states import FINAL

_FINAL = ", ".join(f"'{state}'" for state in FINAL)
_OF_CYCLE = f"SELECT 1 FROM rewards_assessmentcycle WHERE state IN ({_FINAL}) AND id = "  # noqa: S608
_OF_ASSESSMENT = f"""SELECT 1 FROM rewards_unitassessment AS unit
JOIN rewards_assessmentcycle AS cycle ON cycle.id = unit.cycle_id
WHERE cycle.state IN ({_FINAL}) AND unit.id = """  # noqa: S608
_OF_FINDING = f"""SELECT 1 FROM rewards_finding AS finding
JOIN rewards_assessmentcycle AS cycle ON cycle.id = finding.cycle_id
WHERE cycle.state IN ({_FINAL}) AND finding.id = """  # noqa: S608
_FROZEN = "SELECT 1 FROM rewards_assessmentcycle WHERE state <> 'collecting' AND id = "

CYCLE_COLUMNS = (
    "public_id",
    "year",
    "policy_id",
    "budget_yuan",
    "snapshot_hash",
    "unallocated_yuan",
    "excluded",
    "entries_reported",
    "entries_counted",
    "totals",
    "allocation",
    "decisions_scored",
    "frozen_at",
    "checked_at",
    "scored_at",
    "noticed_at",
    "notice_ends_date",
    "announced_by_id",
    "notice_person",
    "notice_phone",
    "notice_address",
    "objections_zh",
    "approved_at",
    "approved_by_id",
)
"""What stays of a year once its results are approved; its state moves on among the last ones alone."""
REPORT_COLUMNS = (
    "public_id",
    "cycle_id",
    "number",
    "code",
    "total_yuan",
    "manifest",
    "package_sha256",
    "package_sm3",
    "pdf_sha256",
    "pdf_file",
    "package_file",
    "sealed_at",
    "sent_by_id",
)
"""What stays of a report once it is sealed: everything but the answer, which is given once."""
ANSWER_COLUMNS = ("state", "answered_at", "answered_by_id", "answer_note")


def _refuse_written(table: str, event: str, name: str, wrong: str, message: str) -> Guard:
    """Return a guard that refuses a row as it was written where the query `wrong` finds it."""
    name = f"{table}_{name}"
    found = f"SELECT 1 FROM {table} AS written {wrong} AND written.id = "  # noqa: S608
    head = f"CREATE TRIGGER {name} AFTER {event} ON {table}"
    return Guard(
        name=name,
        table=table,
        sqlite=f"{head} WHEN EXISTS ({found}NEW.id) BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql=f"{REFUSE_FOUND_FUNCTION}; {head} FOR EACH ROW {refuse_found(message, found, 'id')}",
    )


PREVIEW_COLUMNS = ("cycle_id", "number", "sha256", "file", "made_at", "made_by_id")
LOOKED_COLUMNS = ("looked_at", "looked_by_id")
BATCH_COLUMNS = ("batch_id", "position", "award_id", "account_id", "amount_yuan")
OUTCOME_COLUMNS = ("payment_id", "failed_at", "failed_reason")
ACCOUNT_COLUMNS = ("public_id", "organization_id", "holder", "bank", "number", "entered_at", "entered_by_id")
CHECK_COLUMNS = ("checked_at", "checked_by_id")
SUBMITTED_COLUMNS = ("submitted_at", "submitted_by_id")

ALL = ("INSERT", "UPDATE", "DELETE")
APPROVED = "results are approved"
RESULTS = (
    *refuse_rows("rewards_unitassessment", "cycle_id", _OF_CYCLE, ALL, APPROVED),
    *refuse_rows("rewards_indicatorresult", "assessment_id", _OF_ASSESSMENT, ALL, APPROVED),
    *refuse_rows("rewards_instrumentresult", "assessment_id", _OF_ASSESSMENT, ALL, APPROVED),
    *refuse_rows("rewards_award", "assessment_id", _OF_ASSESSMENT, ALL, APPROVED),
    *refuse_rows("rewards_finding", "cycle_id", _OF_CYCLE, ALL, APPROVED),
    *refuse_rows("rewards_findingdecision", "cycle_id", _OF_CYCLE, ("INSERT",), APPROVED),
    *append_only("rewards_findingdecision"),
    *refuse_rows("rewards_falsification", "finding_id", _OF_FINDING, ("INSERT", "UPDATE"), APPROVED),
    *never_deleted("rewards_falsification"),
    refuse_columns(
        "rewards_falsification",
        ("finding_id", "reason", "question", "proposed_at", "proposed_by_id", "answer_due_date"),
        "OLD.id IS NOT NULL",
        "rewards_falsification_proposed",
        "what was proposed stays",
    ),
    *refuse_rows("rewards_snapshotpart", "cycle_id", _FROZEN, ALL, "the year is frozen"),
    refuse_columns(
        "rewards_assessmentcycle", CYCLE_COLUMNS, f"OLD.state IN ({_FINAL})", "rewards_cycle_final", APPROVED
    ),
    refuse_columns(
        "rewards_assessmentcycle",
        ("state",),
        f"OLD.state IN ({_FINAL}) AND NEW.state NOT IN ({_FINAL})",
        "rewards_cycle_final_state",
        APPROVED,
    ),
    *append_only("rewards_rewardpolicy"),
)
"""Results may be computed anew until they are approved, never afterwards; a policy stays as it was loaded."""

REPORTS = (
    *kept_but_for("rewards_financereport", REPORT_COLUMNS, ANSWER_COLUMNS, "OLD.state <> 'sent'"),
    *kept_but_for("rewards_reportpreview", PREVIEW_COLUMNS, LOOKED_COLUMNS, "OLD.looked_at IS NOT NULL"),
    *append_only("rewards_payment"),
    *append_only("rewards_reversal"),
    *append_only("rewards_paymentbatch"),
    *kept_but_for(
        "rewards_batchrow",
        BATCH_COLUMNS,
        OUTCOME_COLUMNS,
        "OLD.payment_id IS NOT NULL OR OLD.failed_at IS NOT NULL",
    ),
    *kept_but_for("rewards_payeeaccount", ACCOUNT_COLUMNS, CHECK_COLUMNS, "OLD.checked_at IS NOT NULL"),
)

_ITS_REPORT = """JOIN rewards_financereport AS report ON report.id = {key}
JOIN rewards_assessmentcycle AS cycle ON cycle.id = report.cycle_id
WHERE written.{person} IN (cycle.announced_by_id, cycle.approved_by_id, report.sent_by_id)"""
_ITS_CLAIM = """JOIN rewards_voucherpayoutrow AS listed ON listed.id = {key}
JOIN rewards_voucherpayoutlist AS payout_list ON payout_list.id = listed.payout_list_id
JOIN rewards_voucherclaim AS claim ON claim.id = listed.claim_id
WHERE written.recorded_by_id IN (
    claim.submitted_by_id, claim.checked_by_id, claim.audited_by_id, payout_list.made_by_id
)"""
_TOOK_PART_IN_CLAIM = "who made, checked, audited or listed a claim does not pay it"
_TOOK_PART = "who announced, approved or sent results neither answers nor pays"
UNINVOLVED = (
    _refuse_written(
        "rewards_financereport",
        "UPDATE OF answered_by_id",
        "uninvolved",
        _ITS_REPORT.format(key="written.id", person="answered_by_id"),
        _TOOK_PART,
    ),
    _refuse_written(
        "rewards_payment",
        "INSERT",
        "uninvolved",
        _ITS_REPORT.format(key="written.report_id", person="recorded_by_id"),
        _TOOK_PART,
    ),
    _refuse_written(
        "rewards_reversal",
        "INSERT",
        "uninvolved",
        "JOIN rewards_payment AS payment ON payment.id = written.payment_id "
        + _ITS_REPORT.format(key="payment.report_id", person="recorded_by_id"),
        _TOOK_PART,
    ),
    _refuse_written(
        "rewards_voucherpayout",
        "INSERT",
        "uninvolved",
        _ITS_CLAIM.format(key="written.row_id"),
        _TOOK_PART_IN_CLAIM,
    ),
    _refuse_written(
        "rewards_voucherreversal",
        "INSERT",
        "uninvolved",
        "JOIN rewards_voucherpayout AS payout ON payout.id = written.payout_id "
        + _ITS_CLAIM.format(key="payout.row_id"),
        _TOOK_PART_IN_CLAIM,
    ),
)
"""Who decides on results takes no part in their payment, and the other way round."""

DRAWN_COLUMNS = (
    "public_id",
    "draw_id",
    "position",
    "organization_id",
    "instrument_id",
    "log",
    "lead_id",
    "second_id",
)
"""What stays of an inspection once it is drawn."""
SEEN_COLUMNS = (
    "outcome",
    "inspected_date",
    "checklist",
    "notes",
    "finding_id",
    "recorded_at",
    "recorded_by_id",
)
"""What stays of it once it is recorded."""
INSPECTIONS = (
    *append_only("rewards_inspectiondraw"),
    *append_only("rewards_inspector"),
    *append_only("rewards_drawresult"),
    *append_only("rewards_inspectionphoto"),
    *never_deleted("rewards_randominspection"),
    refuse_columns(
        "rewards_randominspection",
        DRAWN_COLUMNS,
        "OLD.id IS NOT NULL",
        "rewards_inspection_drawn",
        "the inspection is drawn",
    ),
    refuse_columns(
        "rewards_randominspection",
        SEEN_COLUMNS,
        "OLD.outcome <> ''",
        "rewards_inspection_recorded",
        "the inspection is recorded",
    ),
)

OBJECTIONS = (
    *append_only("rewards_objection"),
    *append_only("rewards_objectionfile"),
    *append_only("rewards_objectioncomment"),
    *append_only("rewards_objectionanswer"),
    *refuse_rows("rewards_objection", "cycle_id", _OF_CYCLE, ("INSERT",), APPROVED),
)
"""What was said during the notice, and answered, stays; after approval nothing is added."""

VOUCHERS = (
    *append_only("rewards_voucherscheme"),
    *kept_but_for(
        "rewards_voucherapplication",
        (*("public_id", "scheme_id", "organization_id", "amount_yuan", "stated"), *SUBMITTED_COLUMNS),
        ("state", "reason", "decided_at", "decided_by_id"),
        "OLD.state <> 'submitted'",
    ),
    *append_only("rewards_vouchergrant"),
    *kept_but_for(
        "rewards_voucherclaim",
        (
            *("public_id", "grant_id", "statement_id", "seller_id", "year", "basis_yuan", "amount_yuan"),
            *("invoice_number", "invoice_date", *SUBMITTED_COLUMNS),
        ),
        (
            *("state", "reason", "audited_at", "audited_by_id", "refused_at", "refused_by_id"),
            *CHECK_COLUMNS,
        ),
        "OLD.state = 'refused' OR (OLD.state = 'audited' AND NEW.state <> 'refused')",
    ),
    _refuse_written(
        "rewards_voucherclaim",
        "UPDATE OF state",
        "listed",
        "JOIN rewards_voucherpayoutrow AS listed ON listed.claim_id = written.id "
        "WHERE written.state = 'refused'",
        "the claim stands on a payout list",
    ),
    refuse_columns(
        "rewards_voucherclaim",
        CHECK_COLUMNS,
        "OLD.checked_at IS NOT NULL",
        "rewards_voucherclaim_checked",
        "the claim is checked",
    ),
    refuse_columns(
        "rewards_voucherclaim",
        ("audited_at", "audited_by_id"),
        "OLD.audited_at IS NOT NULL",
        "rewards_voucherclaim_audited",
        "the claim is audited",
    ),
    *kept_but_for(
        "rewards_voucheruse",
        ("claim_id", "log_id", "starts_at", "ends_at", "effective_seconds", "billed_yuan"),
        ("released_at",),
        "OLD.released_at IS NOT NULL",
    ),
    *append_only("rewards_voucherfile"),
    *append_only("rewards_voucherpayoutlist"),
    *append_only("rewards_voucherpayoutrow"),
    *append_only("rewards_voucherpayout"),
    *append_only("rewards_voucherreversal"),
)
"""What was applied for, granted, claimed, listed and paid stays; decisions are written once."""
