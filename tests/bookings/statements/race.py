"""What two processes do with a unit's statements; started by `test_two_at_once`."""

from tests.processes import attempt, lingering_after, lingering_after_unguarded, wake


def draft_slowly(checked, released, results, *, environment, is_locked, **facts):
    """Draft the statements of a month, staying between finding the uses and writing the lines."""
    drafting = _wake(environment, is_locked)
    linger = lingering_after if is_locked else lingering_after_unguarded
    drafting.group_by_payer = linger(checked, released, drafting.group_by_payer)
    attempt(results, drafting.statements_draft, **facts)


def draft_meanwhile(checked, released, results, *, environment, is_locked, **facts):
    drafting = _wake(environment, is_locked)
    checked.wait(60)
    attempt(results, drafting.statements_draft, **facts)
    released.set()


def send_meanwhile(checked, released, results, *, environment, **facts):
    wake(environment)
    from bookings.statements.services.statements import statement_send

    checked.wait(60)
    attempt(results, statement_send, **facts)
    released.set()


def _wake(environment, is_locked):
    wake(environment)
    from bookings.statements.services import drafting
    from instrument_share.accounts.models import Organization

    if not is_locked:
        drafting.organization_lock = lambda pk: Organization.objects.get(pk=pk)
    return drafting


def import_slowly(checked, released, results, *, environment, **facts):
    """Enter a sheet's uses, staying after each no-show that one of them takes back."""
    wake(environment)
    from bookings.usage.services import usage

    usage.no_show_take_back = lingering_after(checked, released, usage.no_show_take_back)
    attempt(results, _enter_uses, **facts)


def _enter_uses(*, actor, text, **facts):
    from instrument_share.sheets.reading import read_table
    from providers.exchange.domain.sheets.sheet_columns import KINDS
    from providers.exchange.services.imports import apply

    report = apply(actor=actor, table=read_table(text.encode()), kind=KINDS["uses"], **facts)
    assert report.counts["new"] == 2, report.errors


def send_all_meanwhile(checked, released, results, *, environment, **facts):
    wake(environment)
    from bookings.statements.services.statements import statements_send

    checked.wait(60)
    attempt(results, statements_send, **facts)
    released.set()
