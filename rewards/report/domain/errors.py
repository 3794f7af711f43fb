"""Errors of reports."""

from instrument_share.kernel.errors import Conflict, gettext_noop


class ReportDamaged(Conflict):
    """The stored package is missing or has changed."""

    code = "reward.report_damaged"
    message = gettext_noop(
        "The stored package of the report is not the one that was sent. Nothing was done; restore it from a "
        "backup."
    )


class AwardsNotSealed(Conflict):
    """Live awards are not the sealed ones."""

    code = "reward.awards_not_sealed"
    message = gettext_noop(
        "The awards that the platform holds are not the sealed ones ({units}). Nothing was done; have the "
        "administrator run verify_cycle and find out what changed them."
    )


class ResultsNotComputed(Conflict):
    """Stored results are not what snapshot, policy and decisions give."""

    code = "reward.results_not_computed"
    message = gettext_noop(
        "{count} stored figures are not what snapshot, policy and decisions give; the first is {first}. "
        "Nothing was sealed; have the administrator run verify_cycle and find out what changed them."
    )


class PreviewMissing(Conflict):
    """Nobody has looked through the paper before it is sealed."""

    code = "reward.preview_missing"
    message = gettext_noop("Make a preview of the paper and look through it first; then it can be sealed.")
