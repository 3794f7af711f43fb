"""Errors of voucher schemes, applications, claims and payouts."""

from instrument_share.kernel.errors import Conflict, DomainError, gettext_noop

REASON_MISSING = "voucher.reason_missing"


class SchemeIncomplete(DomainError):
    """A scheme whose terms contradict each other; `problems` name the fields."""

    code = "voucher.scheme_incomplete"
    message = gettext_noop("Some of what was entered needs to be changed.")


class BatchOpened(Conflict):
    """A batch that was opened before."""

    code = "voucher.batch_opened"
    message = gettext_noop("Batch {batch} of this scheme is open already. Nothing was opened a second time.")


class NotQualified(DomainError):
    """An organization for which the scheme is not meant."""

    code = "voucher.not_qualified"
    message = gettext_noop(
        "This scheme is not meant for organizations of this kind and size. Where kind or size are recorded "
        "wrongly, have them corrected first."
    )


class ApplicantSuspended(Conflict):
    """An application of an organization that nobody can act for at present."""

    code = "voucher.applicant_suspended"
    message = gettext_noop(
        "The organization is suspended. Grant the voucher once it is reinstated, or refuse the application."
    )


class NotOpenNow(Conflict):
    """An application before or after the scheme's time for them."""

    code = "voucher.not_open"
    message = gettext_noop("Applications are taken from {first} to {last}.")


class AppliedAlready(Conflict):
    """A second application while the first waits or is granted."""

    code = "voucher.applied_already"
    message = gettext_noop("Your organization has applied for this batch already. Nothing was sent again.")


class ApplicationIncomplete(DomainError):
    """An application that lacks something; `problems` name the fields."""

    code = "voucher.application_incomplete"
    message = gettext_noop("Some of what was entered needs to be changed.")


class ApplicationDecided(Conflict):
    """An application that was decided before."""

    code = "voucher.application_decided"
    message = gettext_noop("This application has been decided already. Nothing was changed.")


class EarlierFirst(Conflict):
    """An application with an earlier one of the batch still waiting: first come, first served."""

    code = "voucher.earlier_first"
    message = gettext_noop("{organization} applied earlier. Decide on that application first.")


class BudgetSpent(Conflict):
    """A batch of which nothing is left to grant."""

    code = "voucher.budget_spent"
    message = gettext_noop("The budget of this batch is used up. Refuse the application with this reason.")


class BudgetUsedUp(Conflict):
    """An application to a batch of which nothing is left; what was granted does not come back."""

    code = "voucher.budget_used_up"
    message = gettext_noop("All of this batch has been granted. Apply for a voucher of another batch.")


class VoucherExpired(Conflict):
    """A voucher that is to be claimed on after the last day of claims."""

    code = "voucher.expired"
    message = gettext_noop("This voucher could be claimed on through {last}.")


class GrantedTooLate(VoucherExpired):
    """A voucher that is to be granted after the last day on which it could be claimed on."""

    message = gettext_noop(
        "Vouchers of this batch could be claimed on through {last}. Refuse the application with this reason."
    )


class StatementUnconfirmed(Conflict):
    """A claim against a statement that its payer has not confirmed."""

    code = "voucher.statement_unconfirmed"
    message = gettext_noop("Confirm the statement first; then claim against it.")


class RelatedUnit(Conflict):
    """A claim for hours on instruments of a related organization."""

    code = "voucher.related_unit"
    message = gettext_noop("{unit} is related to your organization. Its hours are not supported.")


class RelatedSince(RelatedUnit):
    """A claim whose unit has been recorded as related to its organization since it was made."""

    message = gettext_noop(
        "Since claim {claim} was made, {unit} has been recorded as related to {organization}. Its hours are "
        "not supported; refuse the claim with this reason."
    )


class NothingClaimable(Conflict):
    """A claim of which no yuan would be left: no use that counts, a spent voucher, or the year's cap."""

    code = "voucher.nothing_claimable"
    message = gettext_noop(
        "There is nothing to claim: no use in the voucher’s period, the voucher is used up, or the year’s "
        "cap is reached."
    )


class ClaimedAlready(Conflict):
    """A statement, or a use on it, for which a claim is in force."""

    code = "voucher.claimed_already"
    message = gettext_noop("Claim {claim} covers these hours already. Nothing is paid for twice.")


class InvoiceUsed(Conflict):
    """An invoice on which a claim in force stands."""

    code = "voucher.invoice_used"
    message = gettext_noop("Invoice {invoice} is on claim {claim} already. Nothing is paid for twice.")


class InvoiceUsedByOther(InvoiceUsed):
    """An invoice on which a claim in force of another organization stands."""

    message = gettext_noop(
        "Invoice {invoice} is on a claim of another organization already. Nothing is paid for twice."
    )


class ClaimIncomplete(DomainError):
    """A claim that lacks something; `problems` name the fields."""

    code = "voucher.claim_incomplete"
    message = gettext_noop("Some of what was entered needs to be changed.")


class AmountChanged(Conflict):
    """An amount that is no longer the one that was shown."""

    code = "voucher.amount_changed"
    message = gettext_noop("The amount is ¥{amount} now. Check it, then send the claim.")


class UsesChanged(Conflict):
    """A claim whose uses were corrected since it was made."""

    code = "voucher.uses_changed"
    message = gettext_noop(
        "Uses of claim {claim} were corrected since: ¥{now} is billed now in the period of use, not "
        "¥{before}. Refuse it with this reason; the organization can claim anew through {last}."
    )


class UsesChangedTooLate(UsesChanged):
    """The same after the last day of claims: nobody can claim anew."""

    message = gettext_noop(
        "Uses of claim {claim} were corrected since: ¥{now} is billed now in the period of use, not "
        "¥{before}. Refuse it with this reason; claims were taken through {last}."
    )


class AuditedBySame(Conflict):
    """Who checked a claim wants to audit it."""

    code = "voucher.audited_by_same"
    message = gettext_noop("You checked this claim; another person has to audit it.")


class TookPartInClaim(Conflict):
    """Who claims for an organization, or decided on its claim, wants to record what is paid of it."""

    code = "voucher.took_part"
    message = gettext_noop(
        "You took part in this claim or its list, or belong to its organization, or did within the last "
        "three years; somebody else records the payout."
    )


class NothingToList(Conflict):
    """A payout list without a claim."""

    code = "voucher.nothing_to_list"
    message = gettext_noop("No audited claim of this scheme waits for a payout list.")


class ListChanged(Conflict):
    """Claims that are no longer those that were shown to who makes a payout list of them."""

    code = "voucher.list_changed"
    message = gettext_noop("Claims over ¥{amount} wait for the list now. Look at it again, then make it.")


class PayoutDiffers(DomainError):
    """A payout of another amount than the claim's."""

    code = "voucher.payout_differs"
    field = "amount_yuan"
    message = gettext_noop("The list says ¥{listed}, not ¥{amount}. What is paid must equal it.")


class PaidAlready(Conflict):
    """A claim that was paid before."""

    code = "voucher.paid_already"
    message = gettext_noop("This claim was paid on {date}. Nothing was recorded a second time.")


class PaidBeforeList(DomainError):
    """A payout before its list was made."""

    code = "voucher.paid_before_list"
    field = "paid_date"
    message = gettext_noop("The list was made on {date}; nothing can have been paid before.")


class PayoutReversed(Conflict):
    """A payout that came back before."""

    code = "voucher.payout_reversed"
    message = gettext_noop("This payout came back on {date}. Nothing was recorded a second time.")
