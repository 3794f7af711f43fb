"""The personal data that the yearly assessment holds."""

from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.registry import (
    ACTED,
    OwnRows,
    register_kept_texts,
    register_links,
    register_own_rows,
)

OWN = (
    OwnRows("rewards.Objection", gettext_noop("Objections to results"), ("user",)),
    OwnRows("rewards.ObjectionAnswer", gettext_noop("Answers to your objections"), ("objection__user",)),
    OwnRows("rewards.Inspector", gettext_noop("Inspections you were drawn from"), ("user",)),
    OwnRows("rewards.VoucherApplication", gettext_noop("Applications for vouchers"), ("submitted_by",)),
    OwnRows("rewards.VoucherClaim", gettext_noop("Claims on vouchers"), ("submitted_by",)),
    OwnRows(
        "rewards.PolicyTrial", gettext_noop("Trials of policies"), ("user",), hidden=("result", "search")
    ),
)
ACTS_IN_OFFICE = {
    "rewards.AssessmentCycle": ["announced_by", "approved_by"],
    "rewards.StepRun": ["user"],
    "rewards.DeclaredFact": ["declared_by", "decided_by"],
    "rewards.Finding": ["answered_by", "decided_by"],
    "rewards.FindingDecision": ["decided_by"],
    "rewards.Falsification": ["proposed_by", "answered_by", "decided_by"],
    "rewards.InspectionDraw": ["announced_by"],
    "rewards.DrawResult": ["drawn_by"],
    "rewards.RandomInspection": ["recorded_by"],
    "rewards.ObjectionComment": ["commented_by"],
    "rewards.ObjectionAnswer": ["answered_by"],
    "rewards.PayeeAccount": ["entered_by", "checked_by"],
    "rewards.Payment": ["recorded_by"],
    "rewards.Reversal": ["recorded_by"],
    "rewards.PaymentBatch": ["made_by"],
    "rewards.FinanceReport": ["sent_by", "answered_by"],
    "rewards.ReportPreview": ["made_by", "looked_by"],
    "rewards.VoucherScheme": ["opened_by"],
    "rewards.VoucherApplication": ["decided_by"],
    "rewards.VoucherGrant": ["granted_by"],
    "rewards.VoucherClaim": ["checked_by", "audited_by", "refused_by"],
    "rewards.VoucherPayoutList": ["made_by"],
    "rewards.VoucherPayout": ["recorded_by"],
    "rewards.VoucherReversal": ["recorded_by"],
}
PAPERS = {
    "rewards.Objection": ["name", "organization_name", "email", "phone", "subject", "text"],
    "rewards.ObjectionFile": ["name"],
    "rewards.ObjectionComment": ["text"],
    "rewards.ObjectionAnswer": ["text"],
    "rewards.Inspector": ["name", "organization_name"],
    "rewards.RandomInspection": ["notes"],
    "rewards.AssessmentCycle": ["notice_person", "notice_phone", "notice_address"],
    "rewards.DeclaredFact": ["evidence", "reason"],
    "rewards.Finding": ["reason", "answer"],
    "rewards.FindingDecision": ["reason"],
    "rewards.Falsification": ["reason", "question", "answer", "decision"],
    "rewards.FinanceReport": ["manifest", "answer_note"],
    "rewards.VoucherApplication": ["stated", "reason"],
    "rewards.VoucherClaim": ["reason"],
    "rewards.VoucherPayoutRow": ["names"],
    "rewards.PayeeAccount": ["holder"],
    "rewards.Payment": ["account"],
    "rewards.Reversal": ["reason"],
    "rewards.VoucherReversal": ["reason"],
}


def register() -> None:
    """Declare all of this."""
    register_own_rows(*OWN)
    register_links(ACTS_IN_OFFICE, ACTED)
    register_kept_texts(PAPERS, "papers of a year, which the law on archives keeps")
