"""How often an invitation is mailed, and why it no longer works."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from instrument_share.kernel.errors import Conflict, DomainError, Kind, gettext_noop

PAUSE = timedelta(minutes=1)
"""So long after a mail of an invitation the next one goes out."""
MAX_MAILS_A_DAY = 5
"""So many mails with invitations an organization sends to an address within 24 hours."""
MAX_MAILS_OF_ORGANIZATION = 200
"""So many mails with invitations an organization sends within 24 hours, to whomever."""
DAY = timedelta(days=1)


class InvitedTooOften(Conflict):
    code = "invitation.too_often"
    message = gettext_noop(
        "An invitation is mailed once a minute, and a person {most} times a day, at most. It can be sent "
        "again from {time}."
    )


class OrganizationInvitedTooMany(Conflict):
    code = "invitation.too_many_mails"
    message = gettext_noop(
        "An organization sends {most} invitations within 24 hours, at most. More can be sent from {time}."
    )


def find_mail_refusal(
    own: Sequence[datetime],
    to_address: Sequence[datetime],
    of_organization: Sequence[datetime],
    now: datetime,
) -> InvitedTooOften | OrganizationInvitedTooMany | None:
    """Return why another mail may not go out yet, with the time from which it may, or None.

    `own` are the times of the mails of this invitation, `to_address` those of all that the organization has
    sent to the address, `of_organization` those of all within 24 hours, so that a new invitation is no way
    around the limits, nor a withdrawn one.
    """
    if len(of_organization) >= MAX_MAILS_OF_ORGANIZATION:
        begin = sorted(of_organization)[-MAX_MAILS_OF_ORGANIZATION]
        return OrganizationInvitedTooMany(
            most=MAX_MAILS_OF_ORGANIZATION, time=_round_up_to_minute(begin + DAY)
        )
    due = [max(own) + PAUSE] if own else []
    if len(to_address) >= MAX_MAILS_A_DAY:
        due.append(sorted(to_address)[-MAX_MAILS_A_DAY] + DAY)
    if due and now < max(due):
        return InvitedTooOften(most=MAX_MAILS_A_DAY, time=_round_up_to_minute(max(due)))
    return None


def _round_up_to_minute(instant: datetime) -> datetime:
    """Return the instant as people read it, not before it."""
    whole = instant.replace(second=0, microsecond=0)
    return whole if whole == instant else whole + timedelta(minutes=1)


class InvitationOver(DomainError):
    """An invitation that can't be accepted any more; each kind says why and what to do."""

    kind: Kind = "gone"


class InvitationTaken(InvitationOver):
    code = "invitation.taken"
    message = gettext_noop(
        "This invitation has been accepted. If you accepted it, the organization is listed among yours; "
        "if not, ask whoever invited you for a new one."
    )


class InvitationWithdrawn(InvitationOver):
    code = "invitation.withdrawn"
    message = gettext_noop(
        "This invitation has been withdrawn. If you are still to join, ask whoever invited you for a new one."
    )


class InvitationExpired(InvitationOver):
    code = "invitation.expired"
    message = gettext_noop(
        "The 14 days of this invitation are over. Ask whoever invited you to send it again."
    )


class InvitationSuspended(InvitationOver):
    """An invitation to a suspended organization; it works again with its reinstatement."""

    code = "invitation.organization_suspended"
    message = gettext_noop(
        "The organization is suspended at present. Open this address again once it is reinstated, within the "
        "14 days of the invitation."
    )


class InviterDismissed(InvitationOver):
    """The invitation of somebody who no longer manages the organization's people."""

    code = "invitation.inviter_dismissed"
    message = gettext_noop(
        "Whoever sent this invitation may no longer give the role. Ask another administrator of the "
        "organization for a new one."
    )
