-- Logs in one table and in a table a year, side by side (docs/adr/0077). In an empty database:
--   psql -v rows=10000000 -f benchmarks/partitions.sql
-- The columns are those of bookings_usagelog that its indexes and the largest reads need, with ballast for the
-- rest; rows come in the order of time, as they do on a site, over ten years and 20,000 instruments.
\set ON_ERROR_STOP on
\timing on
SET jit = off;
SET synchronous_commit = off;
\if :{?rows} \else \set rows 1000000 \endif

CREATE TABLE whole (
    id bigint NOT NULL, public_id varchar(16) NOT NULL, entry_id bigint NOT NULL, instrument_id bigint NOT NULL,
    user_id bigint NOT NULL, payer_organization_id bigint, starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL, effective_seconds int NOT NULL, amount_yuan numeric(12,2) NOT NULL,
    ballast text NOT NULL
);
CREATE TABLE yearly (LIKE whole INCLUDING ALL) PARTITION BY RANGE (starts_at);
SELECT format('CREATE TABLE yearly_%s PARTITION OF yearly FOR VALUES FROM (%L) TO (%L)', y, y || '-01-01', (y + 1) || '-01-01')
FROM generate_series(2017, 2027) AS y \gexec

\echo == write: one table, then yearly
CREATE VIEW made AS
    SELECT n AS id, 'LOG-' || upper(substr(md5(n::text), 1, 12)) AS public_id, n AS entry_id,
           1 + (hashint8(n) & 2147483647) % 20000 AS instrument_id, 1 + (hashint8(n + 7) & 2147483647) % 40000 AS user_id,
           1 + (hashint8(n + 9) & 2147483647) % 2000 AS payer_organization_id,
           '2017-01-01'::timestamptz + n * (interval '10 years' / :rows) AS starts_at,
           '2017-01-01'::timestamptz + n * (interval '10 years' / :rows) + interval '3 hours' AS ends_at,
           10800 AS effective_seconds, 1234.50 AS amount_yuan, repeat(md5(n::text), 9) AS ballast
    FROM generate_series(1::bigint, :rows) AS n;
INSERT INTO whole SELECT * FROM made;
INSERT INTO yearly SELECT * FROM whole;

\echo == indexes: those of the log; in yearly a unique key must have the year's column in it
ALTER TABLE whole ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX ON whole (public_id);
CREATE UNIQUE INDEX ON whole (entry_id);
CREATE INDEX ON whole (instrument_id, starts_at);
CREATE INDEX ON whole (starts_at, instrument_id);
CREATE INDEX ON whole (user_id, starts_at);
CREATE INDEX ON whole (payer_organization_id, starts_at);
ALTER TABLE yearly ADD PRIMARY KEY (id, starts_at);
CREATE UNIQUE INDEX ON yearly (public_id, starts_at);
CREATE UNIQUE INDEX ON yearly (entry_id, starts_at);
CREATE INDEX ON yearly (instrument_id, starts_at);
CREATE INDEX ON yearly (starts_at, instrument_id);
CREATE INDEX ON yearly (user_id, starts_at);
CREATE INDEX ON yearly (payer_organization_id, starts_at);

\echo == first vacuum: one table, yearly
VACUUM (FREEZE, ANALYZE) whole;
VACUUM (FREEZE, ANALYZE) yearly;

\echo == sizes
SELECT pg_size_pretty(pg_table_size('whole')) AS whole, pg_size_pretty(pg_indexes_size('whole')) AS whole_indexes,
       (SELECT pg_size_pretty(sum(pg_table_size(relid))) FROM pg_partition_tree('yearly') WHERE isleaf) AS yearly,
       (SELECT pg_size_pretty(sum(pg_indexes_size(relid))) FROM pg_partition_tree('yearly') WHERE isleaf) AS yearly_indexes,
       pg_size_pretty(pg_indexes_size('yearly_2026')) AS indexes_of_2026;

\echo == the next 10,000 logs: one table, yearly (twice)
CREATE TEMP TABLE next_logs AS SELECT id + :rows AS id, 'NEW' || public_id AS public_id, entry_id + :rows AS entry_id, instrument_id,
    user_id, payer_organization_id, '2026-12-30'::timestamptz AS starts_at, '2026-12-30 03:00'::timestamptz AS ends_at,
    effective_seconds, amount_yuan, ballast FROM whole ORDER BY id LIMIT 10000;
UPDATE next_logs SET public_id = left(public_id, 16);
INSERT INTO whole SELECT * FROM next_logs;
INSERT INTO yearly SELECT * FROM next_logs;

\echo == vacuum of what was added: one table, yearly
VACUUM whole;
VACUUM yearly;

\echo == a year by instrument, as a freeze reads it: one table, yearly (twice each)
SELECT count(*) FROM (SELECT instrument_id, sum(effective_seconds), sum(amount_yuan) FROM whole WHERE starts_at >= '2026-01-01' AND starts_at < '2027-01-01' GROUP BY 1) AS a;
SELECT count(*) FROM (SELECT instrument_id, sum(effective_seconds), sum(amount_yuan) FROM yearly WHERE starts_at >= '2026-01-01' AND starts_at < '2027-01-01' GROUP BY 1) AS a;
SELECT count(*) FROM (SELECT instrument_id, sum(effective_seconds), sum(amount_yuan) FROM whole WHERE starts_at >= '2026-01-01' AND starts_at < '2027-01-01' GROUP BY 1) AS a;
SELECT count(*) FROM (SELECT instrument_id, sum(effective_seconds), sum(amount_yuan) FROM yearly WHERE starts_at >= '2026-01-01' AND starts_at < '2027-01-01' GROUP BY 1) AS a;

\echo == a thousand logs by number: one table, yearly
DO $$ DECLARE n int; BEGIN FOR n IN 1..1000 LOOP PERFORM 1 FROM whole WHERE public_id = 'LOG-' || upper(substr(md5(n::text), 1, 12)); END LOOP; END $$;
DO $$ DECLARE n int; BEGIN FOR n IN 1..1000 LOOP PERFORM 1 FROM yearly WHERE public_id = 'LOG-' || upper(substr(md5(n::text), 1, 12)); END LOOP; END $$;

\echo == the newest 20 uses of a thousand people: one table, yearly
DO $$ DECLARE n int; BEGIN FOR n IN 1..1000 LOOP PERFORM id FROM whole WHERE user_id = n ORDER BY starts_at DESC LIMIT 20; END LOOP; END $$;
DO $$ DECLARE n int; BEGIN FOR n IN 1..1000 LOOP PERFORM id FROM yearly WHERE user_id = n ORDER BY starts_at DESC LIMIT 20; END LOOP; END $$;

\echo == all uses of a thousand instruments, as their chain is checked: one table, yearly
DO $$ DECLARE n int; BEGIN FOR n IN 1..1000 LOOP PERFORM count(*) FROM whole WHERE instrument_id = n; END LOOP; END $$;
DO $$ DECLARE n int; BEGIN FOR n IN 1..1000 LOOP PERFORM count(*) FROM yearly WHERE instrument_id = n; END LOOP; END $$;

\echo == the least index by time that a whole table could have: BRIN
CREATE INDEX whole_brin ON whole USING brin (starts_at);
SELECT pg_size_pretty(pg_relation_size('whole_brin')) AS brin;
