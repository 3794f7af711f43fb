"""What two processes do with the last yuan, or with the same number; started by `test_two_at_once`."""

from tests.processes import attempt, lingering_after, lingering_after_unguarded, wake


def claim_slowly(checked, released, results, *, environment, is_locked, **facts):
    """Claim, staying between computing the amount and writing the claim."""
    claiming = _wake(environment, is_locked)
    linger = lingering_after if is_locked else lingering_after_unguarded
    claiming.claimable_now = linger(checked, released, claiming.claimable_now)
    attempt(results, claiming.voucher_claim, uploads=[_invoice()], **facts)


def claim_meanwhile(checked, released, results, *, environment, is_locked, **facts):
    claiming = _wake(environment, is_locked)
    checked.wait(60)
    attempt(results, claiming.voucher_claim, uploads=[_invoice()], **facts)
    released.set()


def grant_slowly(checked, released, results, *, environment, is_locked, **facts):
    """Grant, staying between computing what the batch has left and writing the voucher."""
    granting = _wake_granting(environment, is_locked)
    linger = lingering_after if is_locked else lingering_after_unguarded
    granting.get_grant_amount = linger(checked, released, granting.get_grant_amount)
    attempt(results, granting.voucher_grant, **facts)


def grant_meanwhile(checked, released, results, *, environment, is_locked, **facts):
    granting = _wake_granting(environment, is_locked)
    checked.wait(60)
    attempt(results, granting.voucher_grant, **facts)
    released.set()


def claim_on_an_invoice_slowly(checked, released, results, *, environment, **facts):
    """Claim, staying between looking for the invoice and writing the claim."""
    claiming = _wake(environment, is_locked=True)
    claiming.claimable_now = lingering_after_unguarded(checked, released, claiming.claimable_now)
    attempt(results, claiming.voucher_claim, uploads=[_invoice()], **facts)


def open_slowly(checked, released, results, *, environment, **facts):
    """Open a batch, staying before it is written."""
    granting = _wake_granting(environment, is_locked=True)
    granting.replace = lingering_after_unguarded(checked, released, granting.replace)
    _open(results, granting, **facts)


def open_meanwhile(checked, released, results, *, environment, **facts):
    granting = _wake_granting(environment, is_locked=True)
    checked.wait(60)
    _open(results, granting, **facts)
    released.set()


def _open(results, granting, **facts):
    from rewards.vouchers.domain.choices import Issuer
    from tests.rewards.vouchers.conftest import terms

    about = {"issuer": Issuer.CITY, "terms": terms(), "name_zh": "科技创新券", "name_en": "", "facts": []}
    attempt(results, granting.voucher_scheme_open, code="YP", batch=1, **about, **facts)


def reverse_slowly(checked, released, results, *, environment, is_locked, **facts):
    """Record what came back, staying between looking for the bank's number and writing it."""
    paying = _wake_paying(environment, is_locked)
    linger = lingering_after if is_locked else lingering_after_unguarded
    paying.require_reference = linger(checked, released, paying.require_reference)
    attempt(results, paying.voucher_payout_reverse, **facts)


def pay_meanwhile(checked, released, results, *, environment, is_locked, **facts):
    paying = _wake_paying(environment, is_locked)
    checked.wait(60)
    attempt(results, paying.voucher_payout_record, **facts)
    released.set()


def _invoice():
    from django.core.files.base import ContentFile

    return ContentFile(b"%PDF-1.7", name="invoice.pdf")


def _wake(environment, is_locked):
    wake(environment)
    from rewards.vouchers.services import claiming

    if not is_locked:
        claiming.organization_lock = lambda _pk: None
    return claiming


def _wake_granting(environment, is_locked):
    wake(environment)
    from rewards.vouchers.services import granting

    if not is_locked:
        granting.scheme_lock = lambda pk: granting.VoucherScheme.objects.get(pk=pk)
        granting.waiting_before = lambda _application: None
    return granting


def _wake_paying(environment, is_locked):
    wake(environment)
    from rewards.payments.services import references
    from rewards.vouchers.services import paying

    if not is_locked:
        references.references_lock = lambda: None
    return paying
