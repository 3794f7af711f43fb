"""Errors of projects, beyond what admission says of a booking that names one."""

from instrument_share.kernel.errors import Conflict, DomainError, RevisionMismatch, gettext_noop


class ProjectRefused(DomainError):
    """Facts of a project that don't add up; `problems` lists all of them."""

    code = "project.refused"
    message = gettext_noop("The project can't be saved as it stands. Change what is listed and try again.")


class ProjectNumberTaken(Conflict):
    """The organization has another project with this number."""

    code = "project.number_taken"
    message = gettext_noop("Your organization has a project with this number already. Enter another number.")


class ProjectChanged(RevisionMismatch):
    """The project has changed since the caller read it."""

    code = "project.changed_meanwhile"
    message = gettext_noop(
        "Somebody else has changed this project since you read it. Compare the two, then save yours again."
    )
