"""What the database refuses for bookings and usage, whatever the code does."""

from bookings.requests.domain.states import HOLDING_STATES
from instrument_share.journal.guards import Guard, append_only, kept_but_for, never_deleted

_HOLDING = ", ".join(f"'{state}'" for state in sorted(HOLDING_STATES))

EXCLUSION = f"""
ALTER TABLE bookings_booking ADD CONSTRAINT booking_no_overlap
EXCLUDE USING gist (instrument_id WITH =, tstzrange(starts_at, held_until, '[)') WITH &&)
WHERE (state IN ({_HOLDING}))
"""
"""PostgreSQL's own refusal of overlapping holds (SQLSTATE 23P01); made by a migration."""


def _no_overlap(name: str, event: str) -> Guard:
    return Guard(
        name=name,
        table="bookings_booking",
        postgresql=None,
        constraint="booking_no_overlap",
        made_by=EXCLUSION,
        sqlite=f"""
        CREATE TRIGGER {name} BEFORE {event} ON bookings_booking
        WHEN NEW.state IN ({_HOLDING}) AND EXISTS (
            SELECT 1 FROM bookings_booking AS other
            WHERE other.instrument_id = NEW.instrument_id AND other.id IS NOT NEW.id
              AND other.state IN ({_HOLDING})
              AND other.starts_at < NEW.held_until AND NEW.starts_at < other.held_until
        )
        BEGIN SELECT RAISE(ABORT, 'booking_no_overlap'); END
        """,  # noqa: S608 (only names and states of this module)
    )


NO_OVERLAP = (
    _no_overlap("booking_no_overlap_insert", "INSERT"),
    _no_overlap("booking_no_overlap_update", "UPDATE OF instrument_id, starts_at, held_until, state"),
)
"""SQLite's refusal of overlapping holds."""

APPEND_ONLY: tuple[Guard, ...] = tuple(
    guard
    for table in (
        "bookings_usageentry",
        "bookings_usagelog",
        "bookings_usageoverlap",
        "bookings_usagesheetrow",
        "bookings_usagecorrection",
        "bookings_usageconfirmation",
        "bookings_usagewithdrawal",
        "bookings_usageresult",
        "bookings_usageresultwithdrawal",
        "bookings_creditevent",
        "bookings_creditanswer",
        "bookings_statementaccount",
        "bookings_statementnote",
        "bookings_statementpayment",
        "bookings_statementreversal",
    )
    for guard in append_only(table)
)

CREDIT_APPEALS = kept_but_for(
    "bookings_creditappeal",
    ("event_id", "reason", "appealed_at", "answer_date"),
    ("passed_on_at",),
    "OLD.passed_on_at IS NOT NULL",
)
"""An appeal is never removed or changed; that it goes to the bureau is noted on it once."""

REVIEWS = (
    *kept_but_for(
        "bookings_review",
        ("log_id", "rating", "comment", "created_at"),
        ("reply", "replied_at"),
        "OLD.replied_at IS NOT NULL",
    ),
    *kept_but_for(
        "bookings_usagedispute",
        ("public_id", "log_id", "raised_by_id", "raised_at", "reason", "answer_by"),
        ("answer", "answered_by_id", "answered_at"),
        "OLD.answered_at IS NOT NULL",
    ),
)
"""What users say of a use stays, and a unit answers once: ratings are scored, open disputes are found."""

_BY_KEY = ("bookings_deviceevent", "bookings_kioskact")


def _stays_with_booking(table: str) -> Guard:
    name, refused = f"{table}_of_booking", f"{table} is append-only"
    head, when = f"CREATE TRIGGER {name} BEFORE DELETE ON {table}", "OLD.booking_id IS NOT NULL"
    return Guard(
        name=name,
        table=table,
        sqlite=f"{head} WHEN {when} BEGIN SELECT RAISE(ABORT, '{refused}'); END",
        postgresql=f"{head} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION guard_refuse('{refused}')",
    )


BY_KEY = (
    *(guard for table in _BY_KEY for guard in append_only(table) if not guard.name.endswith("_no_delete")),
    *(_stays_with_booking(table) for table in _BY_KEY),
)
"""What a device or kiosk reported stays as it came: who made its key does not confirm the hours.

What is about no booking goes with the draft of an instrument that is removed.
"""

_SENT = "bookings_statement is sent"
_KEPT_COLUMNS = (
    "public_id, organization_id, payer_organization_id, payer_person_id, month, year, number, drafted_at"
)
_SENT_COLUMNS = f"{_KEPT_COLUMNS}, total_yuan, sent_at, sent_by_id, account_id"


def _columns_kept(name: str, columns: str, when: str) -> Guard:
    head = f"CREATE TRIGGER {name} BEFORE UPDATE OF {columns} ON bookings_statement"
    return Guard(
        name=name,
        table="bookings_statement",
        sqlite=f"{head} WHEN {when} BEGIN SELECT RAISE(ABORT, '{_SENT}'); END",
        postgresql=f"{head} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION guard_refuse('{_SENT}')",
    )


REFUSE_SENT_FUNCTION = f"""
CREATE OR REPLACE FUNCTION guard_refuse_sent_statement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM bookings_statement WHERE id = NEW.statement_id AND state <> 'draft') THEN
        RAISE EXCEPTION '{_SENT}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""  # noqa: S608 (only names of this module)
"""The PostgreSQL function behind the guard of new lines; made by a migration."""

_LINE_STAYS = "bookings_statementline is append-only"
_LINE_MAY_LEAVE = "CREATE TRIGGER bookings_statementline_no_delete BEFORE DELETE ON bookings_statementline"
CHARGE_LEAVES_DRAFT = Guard(
    name="bookings_statementline_no_delete",
    table="bookings_statementline",
    sqlite=f"""
    {_LINE_MAY_LEAVE}
    WHEN OLD.booking_id IS NULL OR OLD.corrects_id IS NOT NULL
      OR EXISTS (SELECT 1 FROM bookings_statement WHERE id = OLD.statement_id AND state <> 'draft')
    BEGIN SELECT RAISE(ABORT, '{_LINE_STAYS}'); END
    """,  # noqa: S608 (only names of this module)
    postgresql=f"""
    CREATE OR REPLACE FUNCTION guard_keep_statement_line() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.booking_id IS NULL OR OLD.corrects_id IS NOT NULL
            OR EXISTS (SELECT 1 FROM bookings_statement WHERE id = OLD.statement_id AND state <> 'draft')
        THEN
            RAISE EXCEPTION '{_LINE_STAYS}' USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END $$;
    {_LINE_MAY_LEAVE} FOR EACH ROW EXECUTE FUNCTION guard_keep_statement_line()
    """,  # noqa: S608 (only names of this module)
)
"""Of the lines only a charge leaves, and only a draft, once it is taken back or waived."""

STATEMENTS = (
    CHARGE_LEAVES_DRAFT,
    _columns_kept("bookings_statement_kept", _KEPT_COLUMNS, "OLD.id IS NOT NULL"),
    _columns_kept("bookings_statement_sent", _SENT_COLUMNS, "OLD.state <> 'draft'"),
    _columns_kept("bookings_statement_no_way_back", "state", "OLD.state <> 'draft' AND NEW.state = 'draft'"),
    Guard(
        name="bookings_statementline_of_draft",
        table="bookings_statementline",
        sqlite=(
            "CREATE TRIGGER bookings_statementline_of_draft BEFORE INSERT ON bookings_statementline "  # noqa: S608
            "WHEN EXISTS (SELECT 1 FROM bookings_statement WHERE id = NEW.statement_id AND state <> 'draft') "
            f"BEGIN SELECT RAISE(ABORT, '{_SENT}'); END"
        ),
        postgresql=(
            "CREATE TRIGGER bookings_statementline_of_draft BEFORE INSERT ON bookings_statementline "
            "FOR EACH ROW EXECUTE FUNCTION guard_refuse_sent_statement()"
        ),
    ),
    *(guard for guard in append_only("bookings_statementline") if not guard.name.endswith("_no_delete")),
    *never_deleted("bookings_statement"),
)
"""A statement is never removed; what was sent of it stays: lines, total, payer, number and account."""
