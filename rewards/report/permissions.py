"""Who may send, answer and pay a report."""

import rules

from instrument_share.accounts.permissions import is_finance, is_officer

rules.add_perm("rewards.send_report", is_officer)
rules.add_perm("rewards.answer_report", is_finance)
rules.add_perm("rewards.record_payment", is_finance)
