"""Errors of sample orders."""

from instrument_share.kernel.errors import Conflict, DomainError, Invalid, gettext_noop

REJECTION_REASON_MISSING = "samples.rejection_reason_missing"
CLOSING_REASON_MISSING = "samples.closing_reason_missing"


class OrderRefused(Invalid):
    """An order, a quote or a file with everything that is wrong about it."""

    code = "samples.refused"
    message = gettext_noop("This can't be saved as it stands. Correct what is listed and try again.")


class DeadlinePassed(DomainError):
    """A step after its deadline; the order lapses."""

    code = "samples.deadline_passed"
    message = gettext_noop("This was possible until {deadline}. Place a new order.")


class QuoteChanged(Conflict):
    """A quote that is not the one that was shown to whoever accepts it, or quotes again."""

    code = "samples.quote_changed"
    message = gettext_noop("The quote has changed. Check it first.")


class AlreadyPlanned(Conflict):
    """An order whose samples have a time already, or are measured."""

    code = "samples.already_planned"
    message = gettext_noop("These samples already have a time. Move or cancel that booking instead.")


class NotMeasured(DomainError):
    """A report before the samples were measured."""

    code = "samples.not_measured"
    message = gettext_noop("The samples are not measured yet. Plan a time, check in and check out first.")


class StillPlanned(DomainError):
    """Samples that are given back while a time is booked for them."""

    code = "samples.still_planned"
    message = gettext_noop("A time is booked for these samples. Cancel the booking first.")


class OutOfService(Conflict):
    """A step towards a use of an instrument that is suspended or retired, or whose unit is."""

    code = "samples.out_of_service"
    message = gettext_noop(
        "The instrument is out of service. Quotes are accepted and samples planned again once it is back."
    )


class SamplesNotTaken(Conflict):
    """A quote or its acceptance under a rule that takes no samples from this kind of user any more."""

    code = "samples.not_taken"
    message = gettext_noop(
        "The rule in force no longer takes samples from this kind of user. Nothing is quoted or accepted "
        "until it does again; the unit can decline the order, and the user withdraw it."
    )


class PayerLeft(Conflict):
    """A step towards a use that an organization was to pay whose user is no longer of it."""

    code = "samples.payer_left"
    message = gettext_noop(
        "Whoever ordered no longer belongs to the organization that was to pay, or it is suspended. Until "
        "the samples are handed in, the order lapses at its deadline all the same. Order anew with another "
        "payer; samples that are at the unit are given back."
    )


class UserMayNotBook(Conflict):
    """A time for samples whose user may book nothing at present; `problems` has what they are told."""

    code = "samples.user_may_not_book"
    message = gettext_noop(
        "{user} may not book at present, so that no time can be planned. The unit plans one once they may "
        "again; samples that are there can be given back."
    )


class NoRuleForSamples(Conflict):
    """A time for samples that no rule takes, neither the one in force nor one to come."""

    code = "samples.no_rule"
    message = gettext_noop(
        "No open-service rule takes samples from this kind of user, now or from a date already set, so that "
        "no time can be planned. Samples that are there are given back, unless a new rule takes them."
    )


class CompanionRefuses(Conflict):
    """A time for samples on an instrument whose companion, booked together with it, can't be had."""

    code = "samples.companion_refuses"
    message = gettext_noop(
        "“{instrument}”, which is booked together with this instrument, is out of service or takes no such "
        "samples, so that no time can be planned. The unit plans one once it can; samples that are there can "
        "be given back."
    )
