"""Who orders, who answers a quote, and who looks after the samples."""

import rules

from bookings.requests.permissions import is_instrument_keeper, is_own_user, is_unit_manager
from instrument_share.accounts.permissions import add_permissions

add_permissions(
    {
        "bookings.order_samples": rules.is_authenticated,
        "bookings.answer_samples": is_own_user,
        "bookings.handle_samples": is_instrument_keeper | is_unit_manager,
        "bookings.add_sample_photos": is_own_user | is_instrument_keeper | is_unit_manager,
    }
)
