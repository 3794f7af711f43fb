"""What two processes do with the last yuan; started by `test_two_at_once`."""

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
