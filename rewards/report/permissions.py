"""Who may send and answer a report."""

from instrument_share.accounts.permissions import add_permissions, is_finance, is_officer

add_permissions(
    {
        "rewards.send_report": is_officer,
        "rewards.answer_report": is_finance,
    }
)
