"""What stands of vouchers in the world of permissions: one of each, of the company that pays the unit."""

from datetime import date
from decimal import Decimal

from django.core.files.base import ContentFile

from bookings.statements.models import Statement
from rewards.vouchers.models import (
    VoucherApplication,
    VoucherClaim,
    VoucherFile,
    VoucherGrant,
    VoucherPayout,
    VoucherPayoutList,
    VoucherPayoutRow,
    VoucherScheme,
)
from tests.factories import LONG_AGO

SHA = "a" * 64


def voucher_things(unit, company, people, account):
    """A batch, an application that waits and one that was granted, a claim to check, and a paid one."""
    admin, officer = people["admin"], people["offic"]
    sent = {"submitted_at": LONG_AGO, "submitted_by": admin}
    decided = {"decided_at": LONG_AGO, "decided_by": officer}
    first, last = date(2026, 1, 1), date(2026, 12, 31)
    scheme = VoucherScheme.objects.create(
        code="YP",
        batch=1,
        issuer="city",
        name_zh="科技创新券",
        kinds=["enterprise"],
        sizes=["small"],
        facts=[{"zh": "项目", "en": "Project"}],
        share_percent=50,
        cap_yuan=1000,
        budget_yuan=5000,
        apply_from=first,
        apply_until=last,
        use_from=first,
        use_until=last,
        claim_until=last,
        opened_at=LONG_AGO,
        opened_by=officer,
    )
    waiting, granted = (
        VoucherApplication.objects.create(
            scheme=scheme, organization=of, amount_yuan=100, stated=[], state=state, **sent, **more
        )
        for of, state, more in ((company, "submitted", {}), (unit, "granted", decided))
    )
    grant = VoucherGrant.objects.create(
        application=granted,
        scheme=scheme,
        organization=company,
        amount_yuan=Decimal(1000),
        granted_at=LONG_AGO,
        granted_by=officer,
    )
    claim, paid, checked = (
        VoucherClaim.objects.create(
            grant=grant,
            statement=Statement.objects.create(
                organization=unit,
                payer_organization=company,
                month=date(2025, month, 1),
                year=2025,
                number=month,
                state="confirmed",
                total_yuan=100,
                drafted_at=LONG_AGO,
                sent_at=LONG_AGO,
                due_date=first,
            ),
            seller=unit,
            year=2025,
            basis_yuan=100,
            amount_yuan=50,
            invoice_number=f"FP{month}",
            invoice_date=first,
            state=state,
            checked_by=officer if state == "audited" else None,
            audited_by=people["audit"] if state == "audited" else None,
            **sent,
        )
        for month, state in ((8, "submitted"), (9, "audited"), (10, "checked"))
    )
    made = VoucherPayoutList.objects.create(
        scheme=scheme, number=1, total_yuan=50, made_at=LONG_AGO, made_by=officer
    )
    row = VoucherPayoutRow.objects.create(payout_list=made, position=1, claim=paid, amount_yuan=50)
    payout = VoucherPayout.objects.create(
        row=row,
        amount_yuan=50,
        paid_date=first,
        bank_reference="HK",
        payee_account=account,
        recorded_at=LONG_AGO,
        recorded_by=people["finan"],
    )
    return {
        "scheme": scheme,
        "application": waiting,
        "application_file": _file(application=waiting),
        "grant": grant,
        "claim": claim,
        "claim_file": _file(claim=claim),
        "payout_list": made,
        "row": row,
        "payout": payout,
        "paid_claim": paid,
        "checked_claim": checked,
        "confirmed": claim.statement,
    }


def _file(**of):
    made = VoucherFile(name="发票.pdf", media_type="application/pdf", sha256=SHA, **of)
    made.file.save("a.pdf", ContentFile(b"%PDF-1"), save=False)
    made.save()
    return made
