"""What the database refuses for published terms, whatever the code does."""

from instrument_share.journal.guards import refuse_columns, refuse_rows

_KNOWN = """JOIN journal_auditentry AS entry ON entry.subject_id = version.public_id
    AND entry.subject_type = 'providers.OpenServiceRule' AND entry.action = 'rule.published'"""
_VERSION = f"SELECT 1 FROM providers_openservicerule AS version {_KNOWN}"  # noqa: S608
_KEPT = f"""{_VERSION} JOIN providers_instrument AS instrument ON instrument.id = version.instrument_id
    WHERE NOT (instrument.state = 'draft' AND instrument.submitted_at IS NULL)"""
_OF_EVENT = "JOIN schedule_event AS event ON event.calendar_id = version.calendar_id"

VERSION_COLUMNS = (
    "public_id",
    "instrument_id",
    "version",
    "applies_from",
    "calendar_id",
    "holidays",
    "step_minutes",
    "min_minutes",
    "max_minutes",
    "lead_minutes",
    "horizon_days",
    "change_deadline_minutes",
    "cancel_deadline_minutes",
    "turnaround_minutes",
    "may_span_gaps",
    "user_kinds",
    "needs_qualification",
    "decision",
    "decision_hours",
    "service_modes",
    "minimum_charge_yuan",
    "late_cancel_percent",
    "no_show_percent",
    "accepts_vouchers",
    "created_at",
    "created_by_id",
)
WITHDRAWN_COLUMNS = ("withdrawn_at", "withdrawn_by_id")
PUBLISHED = "the terms are published"

TERMS = (
    *refuse_rows(
        "providers_openservicerule",
        "id",
        f"{_VERSION} WHERE version.id = ",
        (f"UPDATE OF {', '.join(VERSION_COLUMNS)}",),
        PUBLISHED,
    ),
    *refuse_rows("providers_openservicerule", "id", f"{_KEPT} AND version.id = ", ("DELETE",), PUBLISHED),
    refuse_columns(
        "providers_openservicerule",
        WITHDRAWN_COLUMNS,
        "OLD.withdrawn_at IS NOT NULL",
        "providers_openservicerule_withdrawn",
        "the version is withdrawn",
    ),
    *(
        guard
        for table in ("providers_priceline", "providers_rulequota", "providers_ruleexception")
        for found, events in ((f"{_VERSION} WHERE", ("INSERT", "UPDATE")), (f"{_KEPT} AND", ("DELETE",)))
        for guard in refuse_rows(table, "rule_id", f"{found} version.id = ", events, PUBLISHED)
    ),
    *refuse_rows(
        "schedule_event",
        "calendar_id",
        f"{_VERSION} WHERE version.calendar_id = ",
        ("INSERT", "UPDATE", "DELETE"),
        PUBLISHED,
    ),
    *refuse_rows(
        "schedule_rule",
        "id",
        f"{_VERSION} {_OF_EVENT} WHERE event.rule_id = ",
        ("UPDATE", "DELETE"),
        PUBLISHED,
    ),
)
"""A version stays as the journal says that it was published; it is withdrawn once, and its windows go on.

It goes with its instrument alone, and only a draft that was never submitted is removed. Its opening hours are
events of django-scheduler, which leave after it.
"""
