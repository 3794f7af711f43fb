"""Errors of trying a policy on a year."""

from instrument_share.kernel.errors import DomainError, gettext_noop
from rewards.policy.domain.policy_document import PolicyRefused


class SearchIncomplete(DomainError):
    """A search without a range or an aim, or for what is no figure of the policy."""

    code = "reward.search_incomplete"
    message = gettext_noop(
        "A search needs a figure of the policy, a lowest value below the highest, and an aim."
    )


class NothingFound(DomainError):
    """No value that was tried reaches the aim."""

    code = "reward.nothing_found"
    message = gettext_noop("No value of {name} from {low} to {high} reaches the aim ({number} were tried).")


class ValueRefused(PolicyRefused):
    """A value that the policy cannot have; `problems` say why."""

    code = "reward.value_refused"
    message = gettext_noop("“{name}” cannot be {value} in this policy. Choose another range.")
