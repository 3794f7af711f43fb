"""Who waits, and who answers an offer."""

from bookings.requests.permissions import is_own_user
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import add_permissions, has_role_in

administers_payer = has_role_in(lambda subject: subject.payer_organization_id, Role.ORG_ADMIN)

add_permissions(
    {
        "bookings.leave_waiting": is_own_user,
        # Whoever administers the payer sees the offer too, and may answer it while its user is away.
        "bookings.answer_offer": is_own_user | administers_payer,
    }
)
