"""Sentences of notifications as they were before they were reworded: what is kept stays Chinese.

A notification keeps its English sentence and is translated when it is read, also the one that was sent before
the sentence had other words. Each stands here until no notification is kept any more that may have it
(`RETENTION_NOTIFICATIONS_DAYS`).
"""

from instrument_share.kernel.errors import gettext_noop

FORMER = (
    gettext_noop(
        "The addresses at which your calendar programs read ended together with your sessions and API "
        "tokens. Subscribe again at the new ones."
    ),
    gettext_noop(
        "The external calendar of {instrument} is no longer followed: {person}, who connected it, no longer "
        "looks after the instrument. Disconnect the calendar and connect it again."
    ),
    gettext_noop(
        "What {person} did at the kiosk of {instrument} at {at} ({act}) could not be recorded: {detail} "
        "Record the time by hand where it is missing."
    ),
    gettext_noop("You may now operate “{name}”."),
    gettext_noop("You did not come for your booking of {instrument} from {starts_at}."),
    gettext_noop(
        "Your account can be opened by the city login now. If you did not link it, unlink it under Settings "
        "and change your password."
    ),
    gettext_noop("The bureau has changed what is registered of “{name}”: {reason}"),
    gettext_noop(
        "Somebody else has registered an organization with the code {uscc}. The refused registration of "
        "“{name}” is void, and your membership in it has ended. If it is your organization, ask to be "
        "admitted; otherwise register yours with its own code."
    ),
    gettext_noop(
        "The data of {year} are frozen. What was not confirmed by then does not count. Of your unit: "
        "{unconfirmed} usage logs, {running} uses without a check-out, {facts} declared facts."
    ),
    gettext_noop(
        "“{other}” is now registered as superior to “{name}”; rewards leave out use between them. "
        "Reason: {reason}"
    ),
    gettext_noop("“{other}” is no longer registered as superior to “{name}”. Reason: {reason}"),
    gettext_noop(
        "An administrator has ended all access to your account: sessions, API tokens and calendar addresses. "
        "Log in again; programs that use the API need new tokens."
    ),
    gettext_noop(
        "{companion}, which is booked together with {instrument}, is back in service: a time can be planned "
        "for your samples ({subject})."
    ),
    gettext_noop(
        "The city login can now be used for your account. If you did not link it, unlink it under Settings "
        "and change your password."
    ),
    gettext_noop(
        "“{organization}”, which is to pay for samples of {user} with {instrument} ({subject}), is "
        "suspended: {reason} No quote is accepted and no time planned for them until it is reinstated; "
        "deadlines run on."
    ),
)
