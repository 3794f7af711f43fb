"""Why an invitation no longer works."""

from instrument_share.kernel.errors import DomainError, Kind, gettext_noop


class InvitationOver(DomainError):
    """An invitation that can't be accepted any more; each kind says why and what to do."""

    kind: Kind = "gone"


class InvitationTaken(InvitationOver):
    code = "invitation.taken"
    message = gettext_noop(
        "This invitation has been accepted. If you accepted it, the organization stands among yours; if not, "
        "ask who invited you for a new one."
    )


class InvitationWithdrawn(InvitationOver):
    code = "invitation.withdrawn"
    message = gettext_noop(
        "This invitation has been withdrawn. If you are still to join, ask who invited you for a new one."
    )


class InvitationExpired(InvitationOver):
    code = "invitation.expired"
    message = gettext_noop("The 14 days of this invitation are over. Ask who invited you to send it again.")


class InviterDismissed(InvitationOver):
    """The invitation of somebody who no longer manages the organization's people."""

    code = "invitation.inviter_dismissed"
    message = gettext_noop(
        "Who sent this invitation may no longer give the role. Ask another administrator of the organization "
        "for a new one."
    )
