"""Errors of objections."""

from instrument_share.kernel.errors import Conflict, DomainError, Forbidden, RevisionMismatch, gettext_noop


class NotInNotice(Conflict):
    """The results are not in public notice, or the notice has ended."""

    code = "objection.not_in_notice"
    message = gettext_noop(
        "Objections are taken during the public notice, from its first through its last day."
    )


class TextMissing(DomainError):
    """Something that has to be written is empty."""

    code = "objection.text_missing"
    message = gettext_noop(
        "Name, email address, subject and grounds are needed, and the organization if you speak for one."
    )


class UnitUnknown(DomainError):
    """A unit that is not in the notice."""

    code = "objection.unit_unknown"
    field = "about"
    message = gettext_noop("This unit is not in the notice. Choose one of its units, or none.")


class FilesTooMany(DomainError):
    """More files than an objection may have."""

    code = "objection.files_too_many"
    field = "documents"
    message = gettext_noop("An objection has at most {most} files.")


class CommentedMeanwhile(RevisionMismatch):
    """The unit concerned commented since the officer read the objection."""

    code = "objection.commented_meanwhile"
    message = gettext_noop(
        "The unit has commented since this page was opened. Read its comment, then answer."
    )


class AnsweredAlready(Conflict):
    """The objection was answered otherwise."""

    code = "objection.answered"
    message = gettext_noop("This objection is answered; the answer stays as it was given.")


class OwnObjection(Forbidden):
    """Who raised an objection does not answer it."""

    code = "objection.own"
    message = gettext_noop("You raised this objection; another officer answers it.")


class FindingNeedsUnit(DomainError):
    """A finding from an objection that is about no unit."""

    code = "objection.finding_needs_unit"
    field = "effect"
    message = gettext_noop(
        "The objection is about no unit, so no finding can be opened. Choose another effect."
    )


class NoFindingDecided(DomainError):
    """An answer that promises findings decided anew, where none about it was there when it was raised."""

    code = "objection.no_finding_decided"
    field = "effect"
    message = gettext_noop(
        "When the objection was raised there was no finding about what it concerns, so none can be decided "
        "anew. Choose another effect."
    )


class ObjectionsOpen(Conflict):
    """Objections are not answered yet."""

    code = "reward.objections_open"
    message = gettext_noop("{count} objections are not answered. Answer each of them first.")


class ObjectionNotScored(Conflict):
    """An upheld objection promised that findings are decided anew and the units scored, and they were not."""

    code = "reward.objection_not_scored"
    message = gettext_noop(
        "An objection was upheld: findings have to be decided anew, and the units scored, first."
    )
