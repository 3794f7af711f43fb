"""Errors of draws and inspections."""

from instrument_share.kernel.errors import Conflict, DomainError, gettext_noop


class NothingToDraw(Conflict):
    """The frozen year has no candidate."""

    code = "draw.nothing"
    message = gettext_noop("There is nothing to draw from: the frozen year has no such unit or entry.")


class YearNotDrawable(Conflict):
    """The year is not frozen yet, or its results are approved."""

    code = "draw.year_not_drawable"
    message = gettext_noop("A draw is made when the year is frozen and before its results are approved.")


class SeedDateTooEarly(DomainError):
    """The day of the seed is not after the day of the announcement."""

    code = "draw.seed_date_too_early"
    field = "seed_date"
    message = gettext_noop(
        "The seed must not be known yet: choose a day after today on which its source publishes."
    )


class SeedNotOut(Conflict):
    """The day of the seed has not come."""

    code = "draw.seed_not_out"
    message = gettext_noop("The seed is published on {date}. Draw from then on.")


class SeedMissing(DomainError):
    """An empty seed."""

    code = "draw.seed_missing"
    field = "seed"
    message = gettext_noop("Enter the seed exactly as its source published it.")


class DrawnAlready(Conflict):
    """The draw was made with another seed."""

    code = "draw.drawn_already"
    message = gettext_noop("This draw was made on {date}, with the seed “{seed}”. It cannot be made again.")


class SizeInvalid(DomainError):
    """A sample that is empty or larger than allowed."""

    code = "draw.size_invalid"
    field = "size"
    message = gettext_noop("Draw at least 1 and at most {most}.")


class InspectorsTooFew(Conflict):
    """A unit could not be visited by two inspectors without a conflict of interest."""

    code = "draw.inspectors_too_few"
    message = gettext_noop(
        "For these units there are not two inspectors without a conflict of interest, one of them an "
        "auditor: {units}. Name more inspectors."
    )


class ChecklistIncomplete(DomainError):
    """A point of the checklist has no answer."""

    code = "inspection.checklist_incomplete"
    message = gettext_noop("Answer every point of the checklist.")


class NotesMissing(DomainError):
    """What was seen is not described where it has to be."""

    code = "inspection.notes_missing"
    field = "notes"
    message = gettext_noop("Describe what was seen: a point is answered with no, or a finding is opened.")


class InspectionRecorded(Conflict):
    """The inspection has its outcome."""

    code = "inspection.recorded"
    message = gettext_noop("{name} recorded this inspection at {time}; it stays as it is.")


class InspectedInFuture(DomainError):
    """The day of the visit is to come, or before the draw."""

    code = "inspection.day_invalid"
    field = "inspected_date"
    message = gettext_noop("The visit took place between the draw on {first} and today.")


class LogsNotOfUnit(DomainError):
    """Usage logs that are not among the frozen ones of the inspected unit."""

    code = "inspection.logs_not_of_unit"
    field = "logs"
    message = gettext_noop(
        "These usage logs are not in the year’s frozen data of the inspected unit: {logs}."
    )


class PhotosTooMany(DomainError):
    """More photos than an inspection may have."""

    code = "inspection.photos_too_many"
    field = "photos"
    message = gettext_noop("An inspection has at most {most} photos.")
