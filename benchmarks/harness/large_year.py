"""A year of any size on PostgreSQL, written by the server itself in some minutes.

Each instrument is open on all days but three and used by turns by its unit and by an enterprise. Of a
thousand logs five are not confirmed, two run into the next one, five are free of charge, four have no
booking, two were corrected, and every third is rated.
"""

from datetime import date, timedelta

from django.db import connection
from schedule.models import Calendar
from simple_history.utils import bulk_create_with_history

from benchmarks.harness.year import Steps
from instrument_share.accounts.domain import Role
from providers.instruments.models import Instrument
from providers.terms.models import OpenServiceRule
from tests.rewards.builders import BEFORE, YEAR, City, build_city

PER_UNIT = 28
USES_EACH = 182
BATCH = 500
DAY = timedelta(days=1)

WINDOWS = """
INSERT INTO providers_openwindow (instrument_id, rule_id, starts_at, ends_at)
SELECT r.instrument_id, r.id, day + interval '8 hours', day + interval '20 hours'
FROM providers_openservicerule r
CROSS JOIN generate_series(%(first)s::timestamptz, %(last)s::timestamptz, interval '1 day') day
WHERE extract(doy FROM day)::int %% 100 > 0
"""
GROUPS = """
INSERT INTO bookings_bookinggroup (public_id, user_id, created_at)
VALUES ('GRP-BENCH', %(user)s, %(first)s)
"""
USES = """
CREATE TEMPORARY TABLE uses AS
SELECT (row_number() OVER (ORDER BY i.id, n))::bigint AS place, n, i.id AS instrument_id,
    i.organization_id AS owner_id, r.id AS rule_id,
    %(first)s::timestamptz + ((n * 2 + i.id / %(operators)s %% 2) || ' days')::interval + interval '9 hours'
        AS starts_at,
    n %% 3 > 0 AS external
FROM providers_instrument i JOIN providers_openservicerule r ON r.instrument_id = i.id
CROSS JOIN generate_series(0, %(each)s - 1) n
"""
BOOKINGS = """
INSERT INTO bookings_booking (public_id, group_id, instrument_id, rule_id, user_id, payer_organization_id,
    state, starts_at, ends_at, held_until, user_kind, service_mode, subject, project, direction, samples,
    quote, quoted_yuan, requested_at, decision_note, late_cancel, revision)
SELECT 'BKG-' || lpad(to_hex(place), 10, '0'),
    (SELECT id FROM bookings_bookinggroup WHERE public_id = 'GRP-BENCH'),
    instrument_id, rule_id, %(user)s, CASE WHEN external THEN %(client)s ELSE owner_id END, 'completed',
    starts_at, starts_at + interval '4 hours', starts_at + interval '4 hours',
    CASE WHEN external THEN 'enterprise' ELSE 'inside' END, 'operated', '断口观察', '', 'research', 3, '[]',
    400, starts_at - interval '2 days', '', false, 1
FROM uses WHERE place %% 250 > 0
"""
ENTRIES = """
INSERT INTO bookings_usageentry
    (instrument_id, number, kind, form, previous_hash, hash, recorded_at, recorded_by_id)
SELECT instrument_id, 2 * n + turn, CASE turn WHEN 1 THEN 'log' ELSE 'confirmation' END, 1, repeat('0', 64),
    encode(sha256(format('%%s %%s', place, turn)::bytea), 'hex'), starts_at + interval '5 hours', %(user)s
FROM uses CROSS JOIN generate_series(1, 2) turn
WHERE turn = 1 OR place %% 200 > 0
"""
LOGS = """
INSERT INTO bookings_usagelog (public_id, entry_id, instrument_id, booking_id, user_id, operator_id,
    payer_organization_id, user_kind, user_organization_kind, user_size_class, in_region, external, related,
    starts_at, ends_at, setup_seconds, measuring_seconds, post_seconds, idle_seconds, effective_seconds,
    service_mode, direction, purpose, content, project, funding_sources, samples, results, amount_yuan, price,
    capture)
SELECT 'LOG-' || lpad(to_hex(u.place), 10, '0'), e.id, u.instrument_id, b.id, %(user)s,
    %(operator)s + u.instrument_id %% %(operators)s, CASE WHEN external THEN %(client)s ELSE owner_id END,
    CASE WHEN external THEN 'enterprise' ELSE 'inside' END,
    CASE WHEN external THEN 'enterprise' ELSE 'university' END,
    CASE WHEN external THEN 'small' ELSE 'none' END,
    true, external, false, u.starts_at,
    u.starts_at + CASE u.place %% 500 WHEN 7 THEN interval '49 hours' ELSE interval '4 hours' END,
    600, 12000 - u.place %% 60, 900, 900 + u.place %% 60, 13500 - u.place %% 60, 'operated', 'research',
    CASE WHEN u.place %% 100 = 5 THEN 'medical_care' ELSE 'service' END,
    '断口观察', '', '["horizontal"]', 3, '',
    CASE WHEN u.place %% 200 = 9 THEN 0 WHEN external THEN 400 ELSE 300 END, '[]', 'check_out'
FROM uses u JOIN bookings_usageentry e ON e.instrument_id = u.instrument_id AND e.number = 2 * u.n + 1
LEFT JOIN bookings_booking b ON b.public_id = 'BKG-' || lpad(to_hex(u.place), 10, '0')
"""
CONFIRMATIONS = """
INSERT INTO bookings_usageconfirmation (public_id, entry_id, log_id)
SELECT 'CNF-' || lpad(to_hex(l.id), 10, '0'), e.id, l.id
FROM bookings_usageentry e
JOIN bookings_usageentry before ON before.instrument_id = e.instrument_id AND before.number = e.number - 1
JOIN bookings_usagelog l ON l.entry_id = before.id
WHERE e.kind = 'confirmation'
"""
CORRECTIONS = """
WITH corrected AS (
    SELECT l.id, l.instrument_id, row_number() OVER (PARTITION BY l.instrument_id ORDER BY l.id) AS place
    FROM bookings_usagelog l WHERE l.id %% 500 = 3
), entered AS (
    INSERT INTO bookings_usageentry
        (instrument_id, number, kind, form, previous_hash, hash, recorded_at, recorded_by_id)
    SELECT instrument_id, 1000000 + 2 * place + turn,
        CASE turn WHEN 0 THEN 'correction' ELSE 'confirmation' END, 1,
        repeat('0', 64), repeat('1', 64), %(last)s, %(user)s
    FROM corrected CROSS JOIN generate_series(0, 1) turn
    RETURNING id, instrument_id, number
), changes AS (
    INSERT INTO bookings_usagecorrection (public_id, entry_id, log_id, changes, reason)
    SELECT 'COR-' || lpad(to_hex(c.id), 10, '0'), e.id, c.id, '{"samples": 4}', '样品数有误'
    FROM corrected c JOIN entered e USING (instrument_id) WHERE e.number = 1000000 + 2 * c.place
    RETURNING id, log_id
)
INSERT INTO bookings_usageconfirmation (public_id, entry_id, log_id, correction_id)
SELECT 'CNC-' || lpad(to_hex(c.id), 10, '0'), e.id, c.id, ch.id
FROM corrected c JOIN entered e USING (instrument_id) JOIN changes ch ON ch.log_id = c.id
WHERE e.number = 1000001 + 2 * c.place
"""
REVIEWS = """
INSERT INTO bookings_review (log_id, rating, comment, created_at)
SELECT id, CASE id %% 9 WHEN 0 THEN 'satisfied' ELSE 'very_satisfied' END, '', ends_at
FROM bookings_usagelog WHERE id %% 3 = 0
"""


def make_large_year(logs: int) -> Steps:
    """Fill the empty database with a year of so many logs; return its steps."""
    city = build_city()
    client = city.organization("云屏小微企业有限公司", kind="enterprise", size_class="small")
    instruments = -(-logs // USES_EACH)
    fill_instruments(city, instruments)
    operators = [
        city.person(f"操作员{number}", client, Role.KEEPER).pk for number in range(-(-instruments // 2))
    ]
    values = {
        "first": f"{YEAR}-01-01 00:00+08",
        "last": f"{YEAR}-12-31 00:00+08",
        "each": USES_EACH,
        "user": city.researcher.pk,
        "client": client.pk,
        "operator": operators[0],
        "operators": len(operators),
    }
    with connection.cursor() as cursor:
        for statement in (
            WINDOWS, GROUPS, USES, BOOKINGS, ENTRIES, LOGS, CONFIRMATIONS, CORRECTIONS, REVIEWS,
        ):  # fmt: skip
            cursor.execute(statement, values)
        cursor.execute("DROP TABLE uses")
        cursor.execute("VACUUM ANALYZE")
    return Steps(city.officer)


def fill_instruments(city: City, number: int) -> None:
    """Published instruments with a rule each, a hundred to a unit."""
    units = [city.unit(f"云屏单位{place}") for place in range(-(-number // PER_UNIT))]
    instruments = [
        Instrument(
            organization=units[place // PER_UNIT],
            state="published",
            inner_number=f"N{place}",
            name_zh=f"仪器{place}",
            value_yuan=500_000,
            in_service_date=date(2020, 1, 1),
            sharing_mode="external",
            place_zh=f"实验楼{place // 7 % 50}",
            created_at=BEFORE,
            published_at=BEFORE,
            confirmed_at=BEFORE,
        )
        for place in range(number)
    ]
    made = bulk_create_with_history(instruments, Instrument, batch_size=BATCH, default_date=BEFORE)
    calendars = Calendar.objects.bulk_create(
        [Calendar(name="rule", slug=f"rule-{one.pk}") for one in made], batch_size=BATCH
    )
    OpenServiceRule.objects.bulk_create(
        [
            OpenServiceRule(
                instrument=one,
                calendar=calendar,
                version=1,
                applies_from=BEFORE,
                user_kinds=["inside", "outside", "enterprise"],
                service_modes=["operated"],
                created_at=BEFORE,
            )
            for one, calendar in zip(made, calendars, strict=True)
        ],
        batch_size=BATCH,
    )
