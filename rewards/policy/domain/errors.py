"""Errors of loading a policy."""

from instrument_share.kernel.errors import Conflict, gettext_noop


class PolicyVersionTaken(Conflict):
    """This version of the policy was loaded with other content."""

    code = "reward.policy_version_taken"
    message = gettext_noop(
        "Version {version} of “{policy}” is loaded already with other content. "
        "Give what you changed a new version."
    )


class PolicyIsDraft(Conflict):
    """The year's policy is a draft."""

    code = "reward.policy_draft"
    message = gettext_noop(
        "“{policy}” is a draft. By a draft a year can be scored and shown, but not approved, sent or paid."
    )
