"""Jobs: what runs by the clock, and what was given up."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.jobs import selectors, services
from instrument_share.kernel.errors import require_found
from instrument_share.operations.templatetags.operations_ui import period
from instrument_share.operations.views.tabs import build_system_tabs
from instrument_share.web import clock
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.signed_in import SignedInRequest


@login_required
@require_safe
def jobs(request: SignedInRequest) -> HttpResponseBase:
    """List scheduled jobs with their last and next run, and jobs that were given up.

    `?format=csv` exports the latter.
    """
    require(request.user, "site.operate")
    if request.GET.get("format") == "csv":
        return _export()
    now = clock.now()
    context = {
        "tabs": build_system_tabs("system_jobs"),
        "runs": [(run, run.is_overdue(now)) for run in selectors.recurring_jobs()],
        "given_up": selectors.page_given_up_jobs(request.GET.get("failed")),
        "given_up_count": selectors.count_given_up_jobs(),
        "queue": selectors.queue(),
        "is_worker_running": selectors.is_worker_running(now),
        "now": now,
    }
    return render(request, "operations/jobs.html", context)


def _export() -> HttpResponseBase:
    heads = [_("Number"), _("Job"), _("Failed at"), _("Attempts"), _("Error"), _("Where it failed")]
    rows = (
        [job.id, _(job.label), job.failed_at, job.attempts, job.reason, job.trace]
        for job in selectors.iterate_given_up_jobs()
    )
    return csv_response("failed-jobs", heads, rows)


@confirmation_view
def recurring_run(request: SignedInRequest, name: str) -> Confirmation:
    """Confirm running a scheduled job now."""
    require(request.user, "site.operate")
    run = require_found(next((one for one in selectors.recurring_jobs() if one.name == name), None))
    label = _(run.label)
    return Confirmation(
        heading=_("Run “{job}” now?").format(job=label),
        consequences=[
            _("A worker picks it up next; it can be run as often as you like."),
            _("It runs automatically. Interval: {period}.").format(period=period(run.every)),
        ],
        action=_("Run now"),
        perform=lambda: services.recurring_run_now(actor=request.user, name=name, now=clock.now()),
        success=_("“{job}” waits for a worker; its result appears here in a moment.").format(job=label),
        back_address=reverse("system_jobs"),
    )


@confirmation_view
def job_retry(request: SignedInRequest, job_id: UUID) -> Confirmation:
    """Confirm putting a job that was given up back into the queue."""
    require(request.user, "site.operate")
    found = require_found(selectors.given_up_job(str(job_id)))
    if not found.is_known:
        raise services.JobUnknown
    return Confirmation(
        heading=_("Run the failed job “{job}” again?").format(job=_(found.label)),
        consequences=[_("It failed with: {error}").format(error=found.reason)],
        action=_("Run again"),
        perform=lambda: services.job_retry(actor=request.user, job_id=found.id, now=clock.now()),
        success=_("The job waits for a worker."),
        back_address=reverse("system_jobs"),
    )
