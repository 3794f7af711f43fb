"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from instrument_share.operations.views import accounts, desk, jobs, journal, mails, metrics

system_urls = [
    path("", desk.system, name="system"),
    path("accounts/", accounts.accounts, name="system_accounts"),
    path("accounts/<str:public_id>/", accounts.account, name="system_account"),
    path("accounts/<str:public_id>/lock/", accounts.account_lock, name="account_lock"),
    path("accounts/<str:public_id>/unlock/", accounts.account_unlock, name="account_unlock"),
    path(
        "accounts/<str:public_id>/lift-lockout/", accounts.account_lift_lockout, name="account_lift_lockout"
    ),
    path("accounts/<str:public_id>/end-access/", accounts.account_end_access, name="account_end_access"),
    path("accounts/<str:public_id>/send-reset/", accounts.account_send_reset, name="account_send_reset"),
    path(
        "accounts/<str:public_id>/second-factor-reset/",
        accounts.second_factor_reset_ask,
        name="second_factor_reset_ask",
    ),
    path(
        "second-factor-resets/<str:public_id>/grant/",
        accounts.second_factor_reset_grant,
        name="second_factor_reset_grant",
    ),
    path(
        "second-factor-resets/<str:public_id>/refuse/",
        accounts.second_factor_reset_refuse,
        name="second_factor_reset_refuse",
    ),
    path("mail/", mails.mails, name="system_mails"),
    path("mail/<str:public_id>/retry/", mails.mail_retry, name="mail_retry"),
    path("jobs/", jobs.jobs, name="system_jobs"),
    path("jobs/failed/<uuid:job_id>/retry/", jobs.job_retry, name="job_retry"),
    path("jobs/<str:name>/run/", jobs.recurring_run, name="recurring_run"),
]
"""Under `system/`."""
journal_urls = [
    path("", journal.journal, name="journal"),
    path("entries.csv", journal.journal_csv, name="journal_csv"),
]
"""Under `journal/`."""
metrics_urls = [
    path("", metrics.metrics, name="metrics"),
]
"""Under `metrics`."""
