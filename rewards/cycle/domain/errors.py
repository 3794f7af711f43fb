"""Errors of opening and freezing a year."""

from instrument_share.kernel.errors import Conflict, DomainError, Forbidden, gettext_noop

REASON_MISSING = "reward.reason_missing"
"""The code of `kernel.errors.ReasonMissing` in this app."""


class CycleExists(Conflict):
    """The year was opened with another policy or budget."""

    code = "reward.cycle_exists"
    message = gettext_noop("The assessment of {year} is open already, with another policy or budget.")


class YearNotOver(Conflict):
    """The year has not ended."""

    code = "reward.year_not_over"
    message = gettext_noop(
        "The year {year} is not over: hours still to come would never count. Freeze it from 1 January on."
    )


class OtherYearFirst(Conflict):
    """Another year is frozen, and neither would know which instruments the other rewards."""

    code = "reward.other_year_first"
    message = gettext_noop(
        "An instrument is rewarded for its value once, and {other} is under way by such a rule. Approve the "
        "results of {other} first; beside a later year, choose a policy without that rule."
    )


class StepUnderWay(Conflict):
    """Another long step of the year waits for the worker or runs."""

    code = "reward.step_under_way"
    message = gettext_noop(
        "A step of {year} is under way: {move}. Its page shows how far it is; try again when it has ended."
    )


class StepNotTheirs(Forbidden):
    """Who asked for a step lost the role that it needs before it was done."""

    code = "reward.step_not_theirs"
    message = gettext_noop(
        "{name}, who started this step, no longer has the role that it needs. Nothing was changed; an "
        "officer can start it again."
    )


class BudgetInvalid(DomainError):
    """A budget that is negative or not in whole 0.01 yuan."""

    code = "reward.budget_invalid"
    field = "budget_yuan"
    message = gettext_noop("The budget must be an amount of at least ¥0, in whole 分.")


class SnapshotDamaged(Conflict):
    """A part of the snapshot is missing or has changed."""

    code = "reward.snapshot_damaged"
    message = gettext_noop(
        "The part “{part}” of the snapshot is not what was frozen; nothing was computed. "
        "Restore it from a backup."
    )


class SnapshotVersionUnknown(Conflict):
    """A snapshot in a version of the schema that can't be read."""

    code = "reward.snapshot_version_unknown"
    message = gettext_noop(
        "The snapshot is of version “{version}”, which this program does not read. Update the program."
    )


class ApprovedByAnnouncer(Conflict):
    """Who announced the results may not approve them."""

    code = "reward.approved_by_announcer"
    message = gettext_noop("The results were announced by you; another officer approves them.")


class TookPart(Conflict):
    """Who prepared, approved or sent the results answers and pays no report of them."""

    code = "reward.took_part"
    message = gettext_noop(
        "You took part in preparing the results of {year}. Somebody else of the Finance Bureau answers and "
        "pays."
    )
