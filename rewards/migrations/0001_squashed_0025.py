import django.db.models.deletion
import functools
import instrument_share.kernel.public_id
from django.conf import settings
from django.db import migrations, models

from instrument_share.databases.new_tables import created_together
from rewards.guards import REFUSE_FOUND_FUNCTION


def create_guard_function(_apps, editor):
    """Make the function behind PostgreSQL's guards of results, which `post_migrate` creates."""
    if editor.connection.vendor == "postgresql":
        editor.execute(REFUSE_FOUND_FUNCTION, params=None)


def drop_guard_function(_apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION guard_refuse_found() CASCADE")


class Migration(migrations.Migration):
    replaces = [
        ("rewards", "0001_initial"),
        ("rewards", "0002_guard_function"),
        ("rewards", "0003_step_runs"),
        ("rewards", "0004_no_score"),
        ("rewards", "0005_payments"),
        ("rewards", "0006_procedure"),
        ("rewards", "0007_fill_decisions"),
        ("rewards", "0008_finding_figures"),
        ("rewards", "0009_declared_facts"),
        ("rewards", "0010_policy_trials"),
        ("rewards", "0011_inspections"),
        ("rewards", "0012_objections"),
        ("rewards", "0013_report_preview"),
        ("rewards", "0014_forecasts"),
        ("rewards", "0015_trial_year"),
        ("rewards", "0016_trial_year_filled"),
        ("rewards", "0017_trial_without_cycle"),
        ("rewards", "0018_fact_proofs"),
        ("rewards", "0019_step_counted"),
        ("rewards", "0020_vouchers"),
        ("rewards", "0021_report_sm3"),
        ("rewards", "0022_known_states_and_totals"),
        ("rewards", "0023_voucher_bounds"),
        ("rewards", "0024_known_codes"),
        ("rewards", "0025_voucher_row_names"),
    ]

    initial = True

    dependencies = [("accounts", "0001_squashed_0013"), ("bookings", "0001_squashed_0040"), ("journal", "0001_squashed_0012"), ("providers", "0001_squashed_0031")]

    operations = created_together([
        migrations.CreateModel(
            name="RewardPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("POL",), **{}), editable=False, max_length=16, unique=True)),
                ("code", models.CharField(max_length=40)),
                ("version", models.CharField(max_length=20)),
                ("title_zh", models.CharField(max_length=200)),
                ("title_en", models.CharField(blank=True, max_length=300)),
                ("is_draft", models.BooleanField(default=False, help_text="shown on every page and paper that uses it")),
                ("document", models.TextField(help_text="the TOML, to the byte")),
                ("sha256", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("code", "version"), name="policy_version_once")]},
        ),
        migrations.CreateModel(
            name="AssessmentCycle",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("CYC",), **{}), editable=False, max_length=16, unique=True)),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("policy", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="cycles", to="rewards.rewardpolicy")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("collecting", "collecting"),
                            ("frozen", "frozen"),
                            ("checked", "checked"),
                            ("scored", "scored"),
                            ("noticed", "noticed"),
                            ("approved", "approved"),
                            ("reported", "reported"),
                            ("paid", "paid"),
                        ],
                        default="collecting",
                        max_length=10,
                    ),
                ),
                ("budget_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("snapshot_hash", models.CharField(blank=True, help_text="SHA-256 of the manifest, the snapshot's name", max_length=64)),
                ("unallocated_yuan", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("excluded", models.JSONField(default=list, help_text="reason, number of entries that did not count, their hours; in order")),
                ("entries_reported", models.PositiveIntegerField(default=0)),
                ("entries_counted", models.PositiveIntegerField(default=0)),
                ("totals", models.JSONField(default=dict, help_text="sums over all units: numbers, seconds, yuan, months; as the report prints them")),
                ("allocation", models.JSONField(default=dict, help_text="what each pot could give, was asked for and gave")),
                ("decisions_scored", models.PositiveIntegerField(default=0, help_text="number of the last decision on a finding that the scores take into account")),
                ("frozen_at", models.DateTimeField(null=True)),
                ("checked_at", models.DateTimeField(null=True)),
                ("scored_at", models.DateTimeField(null=True)),
                ("noticed_at", models.DateTimeField(null=True)),
                ("notice_ends_date", models.DateField(null=True)),
                ("announced_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("notice_person", models.CharField(blank=True, help_text="who takes objections", max_length=100)),
                ("notice_phone", models.CharField(blank=True, max_length=50)),
                ("notice_address", models.CharField(blank=True, max_length=200)),
                ("objections_zh", models.TextField(blank=True, help_text="what was said during the public notice, and the answers; empty: nothing was")),
                ("approved_at", models.DateTimeField(null=True)),
                ("approved_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("budget_yuan__gte", 0)), name="cycle_budget_not_negative"),
                    models.CheckConstraint(condition=models.Q(("unallocated_yuan__gte", 0)), name="cycle_rest_not_negative"),
                    models.CheckConstraint(condition=models.Q(("state__in", ["collecting", "frozen", "checked", "scored", "noticed", "approved", "reported", "paid"])), name="cycle_state_known"),
                ]
            },
        ),
        migrations.CreateModel(
            name="UnitAssessment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.DecimalField(decimal_places=2, help_text="sum of the indicators", max_digits=6)),
                ("deducted", models.DecimalField(decimal_places=2, default=0, max_digits=6)),
                ("score", models.DecimalField(decimal_places=2, help_text="0–100, after deductions; null under a policy without indicators", max_digits=6, null=True)),
                ("grade", models.CharField(blank=True, help_text="code of the grade in the policy, if it has grades", max_length=20)),
                ("grade_zh", models.CharField(blank=True, max_length=50)),
                ("grade_en", models.CharField(blank=True, max_length=100)),
                ("deductions", models.JSONField(default=list, help_text="kind, count, points each, points off")),
                ("barred", models.BooleanField(default=False)),
                ("effective_seconds", models.BigIntegerField()),
                ("external_seconds", models.BigIntegerField()),
                ("external_share", models.DecimalField(decimal_places=4, help_text="external ÷ effective; null without effective time", max_digits=5, null=True)),
                ("external_income_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("instruments_counted", models.PositiveIntegerField()),
                ("months", models.JSONField(default=list, help_text="effective and external seconds, January to December")),
                ("balance", models.JSONField(help_text="reported, excluded, overlap, counted: entries and hours; null: scored before it was kept", null=True)),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("ASM",), **{}), editable=False, max_length=16, unique=True)),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="assessments", to="rewards.assessmentcycle")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="assessments", to="accounts.organization")),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("cycle", "organization"), name="assessment_once_a_cycle"),
                    models.CheckConstraint(condition=models.Q(("score__gte", 0), ("score__lte", 100)), name="assessment_score_range"),
                ]
            },
        ),
        migrations.CreateModel(
            name="IndicatorResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assessment", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="indicators", to="rewards.unitassessment")),
                ("position", models.PositiveSmallIntegerField()),
                ("code", models.CharField(max_length=40)),
                ("measure", models.CharField(max_length=40)),
                ("group_zh", models.CharField(max_length=50)),
                ("group_en", models.CharField(max_length=100)),
                ("title_zh", models.CharField(max_length=100)),
                ("title_en", models.CharField(max_length=200)),
                ("value", models.CharField(blank=True, help_text="as shown; empty when there is none", max_length=40)),
                ("formula", models.CharField(max_length=500)),
                ("points", models.DecimalField(decimal_places=2, max_digits=6)),
                ("full_points", models.DecimalField(decimal_places=2, max_digits=6)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("assessment", "code"), name="indicator_once")]},
        ),
        migrations.CreateModel(
            name="InstrumentResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("assessment", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="instruments", to="rewards.unitassessment")),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.instrument")),
                ("eligible", models.BooleanField()),
                ("ineligible_reason", models.CharField(blank=True, max_length=60)),
                ("in_service_days", models.PositiveSmallIntegerField()),
                ("quota_hours", models.DecimalField(decimal_places=2, max_digits=8)),
                ("effective_seconds", models.BigIntegerField()),
                ("external_seconds", models.BigIntegerField()),
                ("external_income_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("internal_income_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("open_seconds", models.BigIntegerField()),
                ("closed_seconds", models.BigIntegerField()),
                ("entries_counted", models.PositiveIntegerField()),
                ("entries_excluded", models.JSONField(default=dict, help_text="reason → public ids of logs left out")),
                ("entries_reduced", models.JSONField(default=dict, help_text="public id of a log → the part of it that counts, and the logs that took the rest")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("assessment", "instrument"), name="instrument_result_once")]},
        ),
        migrations.CreateModel(
            name="Award",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("AWD",), **{}), editable=False, max_length=16, unique=True)),
                ("assessment", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="award", to="rewards.unitassessment")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("reasoning", models.JSONField(help_text="basis, rate, caps and rounding, step by step")),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("amount_yuan__gte", 0)), name="award_not_negative")]},
        ),
        migrations.CreateModel(
            name="SnapshotPart",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="parts", to="rewards.assessmentcycle")),
                ("kind", models.CharField(help_text="units, instruments, usage, openness …", max_length=20)),
                ("instrument", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.instrument")),
                ("rows", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("file", models.CharField(help_text="name in file storage", max_length=200)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("cycle", "kind", "instrument"), name="snapshot_part_once")]},
        ),
        migrations.CreateModel(
            name="StepRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cycle", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="step_run", to="rewards.assessmentcycle")),
                ("move", models.CharField(help_text="freeze, check, score, send", max_length=10)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("started_at", models.DateTimeField()),
                ("job_id", models.UUIDField(help_text="the job that takes it; none when it has ended", null=True)),
                ("done", models.PositiveIntegerField(default=0, help_text="how much the job has done")),
                ("total", models.PositiveIntegerField(help_text="of how much; 0: not known yet, none: the job has not begun", null=True)),
                ("counted", models.CharField(default="logs", help_text="of what: logs, paper, files", max_length=10)),
                ("ended_at", models.DateTimeField(null=True)),
                ("problem", models.JSONField(default=dict, help_text="code, message and params of the refusal that ended it, if any")),
            ],
        ),
        migrations.CreateModel(
            name="DeclaredFact",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("FCT",), **{}), editable=False, max_length=16, unique=True)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("instrument", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="providers.instrument")),
                ("year", models.PositiveSmallIntegerField(help_text="for which it holds; from which, of an instrument")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("qualification", "qualification"),
                            ("grade", "grade"),
                            ("major_projects", "major_projects"),
                            ("nonfiscal_value", "nonfiscal_value"),
                            ("rewarded_before", "rewarded_before"),
                        ],
                        max_length=20,
                    ),
                ),
                ("about", models.CharField(blank=True, help_text="what it is declared once for: a qualification, an instrument", max_length=40)),
                ("code", models.CharField(blank=True, help_text="of the qualification or grade, as policies name it", max_length=40)),
                ("figure", models.DecimalField(decimal_places=2, help_text="projects, or yuan", max_digits=14, null=True)),
                ("evidence", models.CharField(help_text="the document and its number", max_length=200)),
                ("valid_through", models.DateField(null=True)),
                ("state", models.CharField(choices=[("declared", "declared"), ("confirmed", "confirmed"), ("returned", "returned")], default="declared", max_length=10)),
                ("reason", models.CharField(blank=True, help_text="why it was returned", max_length=500)),
                ("declared_at", models.DateTimeField()),
                ("declared_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["qualification", "grade", "major_projects", "nonfiscal_value", "rewarded_before"])), name="declared_fact_kind_known"),
                    models.UniqueConstraint(fields=("organization", "year", "kind", "about"), name="fact_once"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "returned"), _negated=True), models.Q(("reason", ""), _negated=True), _connector="OR"), name="fact_returned_with_reason"
                    ),
                    models.CheckConstraint(condition=models.Q(("figure__isnull", True), ("figure__gte", 0), _connector="OR"), name="fact_figure_not_negative"),
                    models.CheckConstraint(condition=models.Q(("state__in", ["declared", "confirmed", "returned"])), name="fact_state_known"),
                ]
            },
        ),
        migrations.CreateModel(
            name="FactProof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fact", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="proofs", to="rewards.declaredfact")),
                ("file", models.FileField(upload_to="facts/")),
                ("name", models.CharField(help_text="as the file was called by who sent it", max_length=200)),
                ("media_type", models.CharField(max_length=40)),
                ("sha256", models.CharField(max_length=64)),
                ("replaced_at", models.DateTimeField(help_text="when other files were declared instead", null=True)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("fact", "sha256"), name="fact_proof_once")]},
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("FND",), **{}), editable=False, max_length=16, unique=True)),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="rewards.assessmentcycle")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="accounts.organization")),
                ("instrument", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="findings", to="providers.instrument")),
                ("kind", models.CharField(help_text="code of the check (rewards.findings.domain.checks)", max_length=40)),
                ("evidence_hash", models.CharField(help_text="over kind, logs and evidence: found once", max_length=64)),
                ("logs", models.JSONField(help_text="public ids of the usage logs concerned, sorted")),
                ("evidence", models.JSONField(default=dict)),
                ("first_date", models.DateField(help_text="of its first log; null: found before it was kept", null=True)),
                ("effective_seconds", models.PositiveIntegerField(default=0, help_text="of its logs together")),
                ("amount_yuan", models.DecimalField(decimal_places=2, default=0, help_text="of its logs", max_digits=14)),
                ("points_at_stake", models.DecimalField(decimal_places=2, help_text="score if it is dismissed − score if it is upheld with all its logs, when last scored", max_digits=6, null=True)),
                ("yuan_at_stake", models.DecimalField(decimal_places=2, help_text="the same for the award", max_digits=14, null=True)),
                ("state", models.CharField(choices=[("open", "open"), ("dismissed", "dismissed"), ("upheld", "upheld")], default="open", max_length=10)),
                ("decision_number", models.PositiveIntegerField(help_text="order of decisions in the cycle", null=True)),
                ("invalidated_logs", models.JSONField(default=list, help_text="logs that no longer count")),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("falsified", models.BooleanField(default=False, help_text="a proven falsification bars the unit")),
                ("overdue", models.BooleanField(default=False, help_text="upheld, and the unit had not answered in time")),
                ("answer", models.CharField(blank=True, help_text="what the unit says", max_length=500)),
                ("no_objection", models.BooleanField(default=False, help_text="the unit accepts what was found")),
                ("answer_due_date", models.DateField()),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("found_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["cycle", "state", "id"], name="finding_by_state")],
                "constraints": [
                    models.UniqueConstraint(fields=("cycle", "evidence_hash"), name="finding_once"),
                    models.UniqueConstraint(condition=models.Q(("decision_number__isnull", False)), fields=("cycle", "decision_number"), name="finding_decision_number_once"),
                    models.CheckConstraint(
                        condition=models.Q(("state", "open"), models.Q(("decided_at__isnull", False), models.Q(("reason", ""), _negated=True)), _connector="OR"), name="finding_decided_with_reason"
                    ),
                    models.CheckConstraint(condition=models.Q(("state__in", ["open", "dismissed", "upheld"])), name="finding_state_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="FindingDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.assessmentcycle")),
                ("finding", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="rewards.finding")),
                ("number", models.PositiveIntegerField(help_text="order of decisions in the cycle")),
                ("state", models.CharField(choices=[("open", "open"), ("dismissed", "dismissed"), ("upheld", "upheld")], max_length=10)),
                ("reason", models.CharField(max_length=500)),
                ("invalidated_logs", models.JSONField(help_text="logs that no longer count")),
                ("falsified", models.BooleanField()),
                ("overdue", models.BooleanField()),
                ("decided_at", models.DateTimeField()),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("cycle", "number"), name="decision_number_once"),
                    models.CheckConstraint(condition=models.Q(("state__in", ["open", "dismissed", "upheld"])), name="decision_state_known"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Falsification",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("finding", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="falsifications", to="rewards.finding")),
                ("state", models.CharField(choices=[("proposed", "proposed"), ("confirmed", "confirmed"), ("rejected", "rejected")], default="proposed", max_length=10)),
                ("reason", models.CharField(max_length=500)),
                ("question", models.CharField(help_text="what the unit is asked", max_length=500)),
                ("proposed_at", models.DateTimeField()),
                ("proposed_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("answer_due_date", models.DateField()),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("decision", models.CharField(blank=True, help_text="the reason of who decided", max_length=500)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state__in", ["proposed", "confirmed"])), fields=("finding",), name="falsification_standing_once"),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by__isnull", True), models.Q(("decided_by", models.F("proposed_by")), _negated=True), _connector="OR"), name="falsification_by_two"
                    ),
                    models.CheckConstraint(condition=models.Q(("state__in", ["proposed", "confirmed", "rejected"])), name="falsification_state_known"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Forecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("job_id", models.UUIDField(help_text="the job that computes it anew; none when it has ended", null=True)),
                ("computed_at", models.DateTimeField(null=True)),
                ("policy", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.rewardpolicy")),
                ("budget_yuan", models.DecimalField(decimal_places=2, max_digits=14, null=True)),
                ("basis_year", models.PositiveSmallIntegerField(help_text="the year whose policy and budget it takes: its own if that is opened", null=True)),
                ("totals", models.JSONField(default=dict, help_text="sums over all units, as those of a scored year")),
                ("excluded", models.JSONField(default=list, help_text="as that of a scored year")),
            ],
        ),
        migrations.CreateModel(
            name="UnitForecast",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("points", models.DecimalField(decimal_places=2, help_text="sum of the indicators", max_digits=6)),
                ("deducted", models.DecimalField(decimal_places=2, default=0, max_digits=6)),
                ("score", models.DecimalField(decimal_places=2, help_text="0–100, after deductions; null under a policy without indicators", max_digits=6, null=True)),
                ("grade", models.CharField(blank=True, help_text="code of the grade in the policy, if it has grades", max_length=20)),
                ("grade_zh", models.CharField(blank=True, max_length=50)),
                ("grade_en", models.CharField(blank=True, max_length=100)),
                ("deductions", models.JSONField(default=list, help_text="kind, count, points each, points off")),
                ("barred", models.BooleanField(default=False)),
                ("effective_seconds", models.BigIntegerField()),
                ("external_seconds", models.BigIntegerField()),
                ("external_share", models.DecimalField(decimal_places=4, help_text="external ÷ effective; null without effective time", max_digits=5, null=True)),
                ("external_income_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("instruments_counted", models.PositiveIntegerField()),
                ("months", models.JSONField(default=list, help_text="effective and external seconds, January to December")),
                ("balance", models.JSONField(help_text="reported, excluded, overlap, counted: entries and hours; null: scored before it was kept", null=True)),
                ("forecast", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="units", to="rewards.forecast")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization")),
                ("indicators", models.JSONField(default=list, help_text="fields of IndicatorResult; points as text")),
                ("award_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("forecast", "organization"), name="unit_forecast_once")]},
        ),
        migrations.CreateModel(
            name="InspectionDraw",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("DRW",), **{}), editable=False, max_length=16, unique=True)),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="draws", to="rewards.assessmentcycle")),
                ("number", models.PositiveSmallIntegerField(help_text="order of draws in the cycle, from 1")),
                ("over", models.CharField(choices=[("units", "units"), ("entries", "entries")], max_length=10)),
                ("size", models.PositiveSmallIntegerField(help_text="how many are drawn")),
                ("source_zh", models.CharField(help_text="what the seed will be", max_length=200)),
                ("source_en", models.CharField(blank=True, max_length=300)),
                ("seed_date", models.DateField(help_text="the day on which the seed comes out")),
                ("inputs_sha256", models.CharField(max_length=64)),
                ("inputs_file", models.CharField(help_text="name in file storage", max_length=200)),
                ("candidates", models.PositiveIntegerField(help_text="how many could be drawn")),
                ("announced_at", models.DateTimeField()),
                ("announced_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("over__in", ["units", "entries"])), name="inspection_draw_over_known"),
                    models.UniqueConstraint(fields=("cycle", "number"), name="draw_number_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Inspector",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("draw", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="inspectors", to="rewards.inspectiondraw")),
                ("number", models.PositiveSmallIntegerField(help_text="by which the public knows him or her")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("name", models.CharField(max_length=100)),
                ("organization_name", models.CharField(max_length=100)),
                ("barred", models.JSONField(default=list, help_text="USCCs of units with a conflict of interest")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("draw", "number"), name="inspector_number_once")]},
        ),
        migrations.CreateModel(
            name="DrawResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("draw", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="result", to="rewards.inspectiondraw")),
                ("seed", models.CharField(max_length=500)),
                ("drawn_at", models.DateTimeField()),
                ("drawn_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="RandomInspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("RIN",), **{}), editable=False, max_length=16, unique=True)),
                ("draw", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="rewards.inspectiondraw")),
                ("position", models.PositiveSmallIntegerField(help_text="order in which it was drawn, from 1")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="accounts.organization")),
                ("instrument", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="providers.instrument")),
                ("log", models.CharField(blank=True, help_text="public id of the usage entry, if one was drawn", max_length=16)),
                ("lead", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.inspector")),
                ("second", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.inspector")),
                ("outcome", models.CharField(blank=True, choices=[("no_objection", "no_objection"), ("finding", "finding")], max_length=15)),
                ("inspected_date", models.DateField(null=True)),
                ("checklist", models.JSONField(default=dict, help_text="code of the point → what was seen")),
                ("notes", models.CharField(blank=True, max_length=2000)),
                ("finding", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="inspection", to="rewards.finding")),
                ("recorded_at", models.DateTimeField(null=True)),
                ("recorded_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("outcome__in", ["", "no_objection", "finding"])), name="random_inspection_outcome_known"),
                    models.UniqueConstraint(fields=("draw", "position"), name="inspection_position_once"),
                    models.CheckConstraint(
                        condition=models.Q(("outcome", ""), models.Q(("inspected_date__isnull", False), ("recorded_at__isnull", False)), _connector="OR"), name="inspection_recorded_with_day"
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="InspectionPhoto",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("inspection", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="photos", to="rewards.randominspection")),
                ("file", models.FileField(upload_to="inspections/")),
                ("position", models.PositiveSmallIntegerField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("inspection", "position"), name="inspection_photo_position_once")]},
        ),
        migrations.CreateModel(
            name="Objection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("OBJ",), **{}), editable=False, max_length=16, unique=True)),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="rewards.assessmentcycle")),
                ("number", models.PositiveSmallIntegerField(help_text="order in the cycle, from 1")),
                (
                    "organization",
                    models.ForeignKey(help_text="the unit that it is about", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="objections", to="accounts.organization"),
                ),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("in_name_of", models.CharField(choices=[("person", "person"), ("organization", "organization")], max_length=15)),
                ("name", models.CharField(max_length=100)),
                ("organization_name", models.CharField(blank=True, max_length=100)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(blank=True, max_length=50)),
                ("language", models.CharField(help_text="in which the objector is written to", max_length=10)),
                ("subject", models.CharField(max_length=100)),
                ("text", models.CharField(max_length=4000)),
                ("raised_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("in_name_of__in", ["person", "organization"])), name="objection_in_name_of_known"),
                    models.UniqueConstraint(fields=("cycle", "number"), name="objection_number_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="ObjectionFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("objection", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="files", to="rewards.objection")),
                ("file", models.FileField(upload_to="objections/")),
                ("name", models.CharField(help_text="as the file was called by who sent it", max_length=200)),
                ("media_type", models.CharField(max_length=40)),
                ("sha256", models.CharField(max_length=64)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("objection", "sha256"), name="objection_file_once")]},
        ),
        migrations.CreateModel(
            name="ObjectionComment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("objection", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="comments", to="rewards.objection")),
                ("text", models.CharField(max_length=2000)),
                ("commented_at", models.DateTimeField()),
                ("commented_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="ObjectionAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("objection", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="answer", to="rewards.objection")),
                ("effect", models.CharField(choices=[("not_upheld", "not_upheld"), ("clarified", "clarified"), ("finding", "finding"), ("scored_anew", "scored_anew")], max_length=15)),
                ("text", models.CharField(max_length=2000)),
                ("finding", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="objection_answer", to="rewards.finding")),
                ("answered_at", models.DateTimeField()),
                ("answered_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("effect__in", ["not_upheld", "clarified", "finding", "scored_anew"])), name="objection_answer_effect_known")]},
        ),
        migrations.CreateModel(
            name="PayeeAccount",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("ACC",), **{}), editable=False, max_length=16, unique=True)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payee_accounts", to="accounts.organization")),
                ("holder", models.CharField(max_length=100)),
                ("bank", models.CharField(max_length=100)),
                ("number", models.CharField(help_text="digits", max_length=32)),
                ("entered_at", models.DateTimeField()),
                ("entered_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("checked_at", models.DateTimeField(null=True)),
                ("checked_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("checked_by__isnull", True), models.Q(("checked_by", models.F("entered_by")), _negated=True), _connector="OR"), name="account_checked_by_another"
                    )
                ]
            },
        ),
        migrations.CreateModel(
            name="FinanceReport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("RPT",), **{}), editable=False, max_length=16, unique=True)),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reports", to="rewards.assessmentcycle")),
                ("number", models.PositiveSmallIntegerField(help_text="1 for the first that was sent, then 2, …")),
                ("code", models.CharField(help_text="printed on the paper, for /verify/", max_length=20, unique=True)),
                ("state", models.CharField(choices=[("sent", "sent"), ("accepted", "accepted"), ("returned", "returned")], default="sent", max_length=10)),
                ("total_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("manifest", models.JSONField(help_text="the package's: each file's name, SHA-256, SM3 and size; facts")),
                ("package_sha256", models.CharField(max_length=64, unique=True)),
                ("package_sm3", models.CharField(blank=True, db_default="", default="", help_text="empty: none was asked for", max_length=64)),
                ("pdf_sha256", models.CharField(max_length=64, unique=True)),
                ("pdf_file", models.CharField(help_text="name in file storage", max_length=200)),
                ("package_file", models.CharField(help_text="name in file storage", max_length=200)),
                ("sealed_at", models.DateTimeField()),
                ("sent_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("answered_at", models.DateTimeField(null=True)),
                ("answered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("answer_note", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("cycle", "number"), name="report_number_once"),
                    models.UniqueConstraint(condition=models.Q(("state__in", ["sent", "accepted"])), fields=("cycle",), name="report_one_in_force"),
                    models.CheckConstraint(condition=models.Q(("state__in", ["sent", "accepted", "returned"])), name="report_state_known"),
                    models.CheckConstraint(condition=models.Q(("total_yuan__gte", 0)), name="report_total_not_negative"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("PAY",), **{}), editable=False, max_length=16, unique=True)),
                ("report", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="rewards.financereport")),
                ("award", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="rewards.award")),
                ("number", models.PositiveSmallIntegerField(default=1, help_text="1 for the first payment of the award, 2 for one after a reversal, …")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("paid_date", models.DateField()),
                ("voucher", models.CharField(blank=True, help_text="empty only for payments from before vouchers were kept", max_length=60)),
                ("account", models.CharField(help_text="the number that received it, last four digits shown", max_length=60)),
                (
                    "payee_account",
                    models.ForeignKey(
                        help_text="null only for payments from before accounts were kept", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.payeeaccount"
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="payment_positive"),
                    models.UniqueConstraint(fields=("award", "number"), name="payment_number_once"),
                    models.UniqueConstraint(condition=models.Q(("voucher", ""), _negated=True), fields=("voucher",), name="payment_voucher_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Reversal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("REV",), **{}), editable=False, max_length=16, unique=True)),
                ("payment", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="reversal", to="rewards.payment")),
                ("reversed_date", models.DateField()),
                ("voucher", models.CharField(max_length=60, unique=True)),
                ("reason", models.CharField(max_length=500)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="PaymentBatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("BAT",), **{}), editable=False, max_length=16, unique=True)),
                ("report", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="batches", to="rewards.financereport")),
                ("number", models.PositiveSmallIntegerField(help_text="1 for the first of the report, then 2, …")),
                ("made_at", models.DateTimeField()),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("report", "number"), name="batch_number_once")]},
        ),
        migrations.CreateModel(
            name="BatchRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("batch", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="rewards.paymentbatch")),
                ("position", models.PositiveSmallIntegerField()),
                ("award", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.award")),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.payeeaccount")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("payment", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="batch_row", to="rewards.payment")),
                ("failed_at", models.DateTimeField(null=True)),
                ("failed_reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("batch", "position"), name="batch_position_once"),
                    models.UniqueConstraint(condition=models.Q(("failed_at__isnull", True), ("payment__isnull", True)), fields=("award",), name="batch_award_waits_once"),
                    models.CheckConstraint(condition=models.Q(("payment__isnull", True), ("failed_at__isnull", True), _connector="OR"), name="batch_row_one_outcome"),
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="batch_row_positive"),
                ]
            },
        ),
        migrations.CreateModel(
            name="ReportPreview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cycle", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="previews", to="rewards.assessmentcycle")),
                ("number", models.PositiveSmallIntegerField(help_text="of the report that it shows")),
                ("sha256", models.CharField(max_length=64)),
                ("file", models.CharField(help_text="name in file storage", max_length=200)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("looked_at", models.DateTimeField(null=True)),
                ("looked_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="PolicyTrial",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("TRL",), **{}), editable=False, max_length=16, unique=True)),
                ("year", models.PositiveSmallIntegerField()),
                ("policy", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.rewardpolicy")),
                ("budget_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("search", models.JSONField(default=dict, help_text="what is searched for (trials.domain.search.Terms); empty: a plain trial")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("started_at", models.DateTimeField()),
                ("job_id", models.UUIDField(help_text="the job that computes it; none when it has ended", null=True)),
                ("done", models.PositiveIntegerField(default=0)),
                ("total", models.PositiveIntegerField(default=0, help_text="logs to read; 0: not known yet")),
                ("ended_at", models.DateTimeField(null=True)),
                ("problem", models.JSONField(default=dict, help_text="code, message and params of the refusal that ended it, if any")),
                ("result", models.JSONField(default=dict, help_text="rows by unit and totals (trials.domain.comparison), what was found")),
            ],
        ),
        migrations.CreateModel(
            name="VoucherScheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("VSC",), **{}), editable=False, max_length=16, unique=True)),
                ("code", models.CharField(help_text="of the scheme; its batches share it and the year’s cap", max_length=30)),
                ("batch", models.PositiveSmallIntegerField()),
                ("issuer", models.CharField(choices=[("city", "city"), ("province", "province")], max_length=10)),
                ("name_zh", models.CharField(max_length=100)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                ("kinds", models.JSONField(help_text="of organizations that may apply")),
                ("sizes", models.JSONField(help_text="size classes of organizations that may apply")),
                ("facts", models.JSONField(help_text="what applicants state and prove: zh, en")),
                ("share_percent", models.DecimalField(decimal_places=2, max_digits=5)),
                ("cap_yuan", models.DecimalField(decimal_places=2, help_text="for an organization and year", max_digits=14)),
                ("budget_yuan", models.DecimalField(decimal_places=2, help_text="of the batch", max_digits=14)),
                ("apply_from", models.DateField()),
                ("apply_until", models.DateField()),
                ("use_from", models.DateField()),
                ("use_until", models.DateField(help_text="the last day of uses, and of claims on the vouchers")),
                ("opened_at", models.DateTimeField()),
                ("opened_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("issuer__in", ["city", "province"])), name="voucher_scheme_issuer_known"),
                    models.UniqueConstraint(fields=("code", "batch"), name="voucher_batch_once"),
                    models.CheckConstraint(condition=models.Q(("budget_yuan__gte", models.F("cap_yuan")), ("cap_yuan__gt", 0)), name="voucher_cap_in_budget"),
                    models.CheckConstraint(condition=models.Q(("share_percent__gt", 0), ("share_percent__lte", 100)), name="voucher_share_of_cost"),
                    models.CheckConstraint(condition=models.Q(("apply_until__gte", models.F("apply_from")), ("use_until__gte", models.F("use_from"))), name="voucher_periods_in_order"),
                ]
            },
        ),
        migrations.CreateModel(
            name="VoucherApplication",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("VAP",), **{}), editable=False, max_length=16, unique=True)),
                ("scheme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="applications", to="rewards.voucherscheme")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("amount_yuan", models.DecimalField(decimal_places=2, help_text="applied for", max_digits=14)),
                ("stated", models.JSONField(help_text="the facts of the scheme with the applicant’s word: zh, en, stated")),
                ("submitted_at", models.DateTimeField()),
                ("submitted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("state", models.CharField(choices=[("submitted", "submitted"), ("granted", "granted"), ("refused", "refused")], default="submitted", max_length=10)),
                ("reason", models.CharField(blank=True, help_text="why it was refused", max_length=500)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "refused"), _negated=True), fields=("scheme", "organization"), name="voucher_applied_once"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "refused"), _negated=True), models.Q(("reason", ""), _negated=True), _connector="OR"), name="voucher_application_refused_with_reason"
                    ),
                    models.CheckConstraint(condition=models.Q(("state__in", ["submitted", "granted", "refused"])), name="voucher_application_state_known"),
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="voucher_application_positive"),
                ]
            },
        ),
        migrations.CreateModel(
            name="VoucherGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("VGR",), **{}), editable=False, max_length=16, unique=True)),
                ("application", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="grant", to="rewards.voucherapplication")),
                ("scheme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="grants", to="rewards.voucherscheme")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("granted_at", models.DateTimeField()),
                ("granted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="voucher_grant_positive")]},
        ),
        migrations.CreateModel(
            name="VoucherClaim",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("VCL",), **{}), editable=False, max_length=16, unique=True)),
                ("grant", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="claims", to="rewards.vouchergrant")),
                ("statement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.statement")),
                ("seller", models.ForeignKey(help_text="who wrote the invoice", on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("year", models.PositiveSmallIntegerField(help_text="of the statement, for the cap")),
                ("basis_yuan", models.DecimalField(decimal_places=2, help_text="what the uses cost", max_digits=14)),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("invoice_number", models.CharField(help_text="without blanks, in capitals", max_length=60)),
                ("invoice_date", models.DateField()),
                ("submitted_at", models.DateTimeField()),
                ("submitted_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("state", models.CharField(choices=[("submitted", "submitted"), ("checked", "checked"), ("audited", "audited"), ("refused", "refused")], default="submitted", max_length=10)),
                ("checked_at", models.DateTimeField(null=True)),
                ("checked_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("audited_at", models.DateTimeField(null=True)),
                ("audited_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("refused_at", models.DateTimeField(null=True)),
                ("refused_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("reason", models.CharField(blank=True, help_text="why it was refused", max_length=500)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "submitted_at"], name="voucher_claim_waits")],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("state", "refused"), _negated=True), fields=("seller", "invoice_number"), name="voucher_invoice_once"),
                    models.UniqueConstraint(condition=models.Q(("state", "refused"), _negated=True), fields=("statement",), name="voucher_statement_once"),
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0), ("basis_yuan__gte", models.F("amount_yuan"))), name="voucher_claim_amount"),
                    models.CheckConstraint(
                        condition=models.Q(("audited_by__isnull", True), models.Q(("audited_by", models.F("checked_by")), _negated=True), _connector="OR"), name="voucher_audited_by_another"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("state", "refused"), _negated=True), models.Q(("reason", ""), _negated=True), _connector="OR"), name="voucher_claim_refused_with_reason"
                    ),
                    models.CheckConstraint(condition=models.Q(("state__in", ["submitted", "checked", "audited", "refused"])), name="voucher_claim_state_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="VoucherUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("claim", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="uses", to="rewards.voucherclaim")),
                ("log", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.usagelog")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("effective_seconds", models.PositiveIntegerField()),
                ("billed_yuan", models.DecimalField(decimal_places=2, max_digits=12)),
                ("released_at", models.DateTimeField(help_text="when the claim was refused", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("released_at__isnull", True)), fields=("log",), name="voucher_use_once"),
                    models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="voucher_use_not_empty"),
                    models.CheckConstraint(condition=models.Q(("billed_yuan__gte", 0)), name="voucher_use_not_negative"),
                ]
            },
        ),
        migrations.CreateModel(
            name="VoucherFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("application", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="files", to="rewards.voucherapplication")),
                ("claim", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="files", to="rewards.voucherclaim")),
                ("file", models.FileField(upload_to="vouchers/")),
                ("name", models.CharField(help_text="as the file was called by who sent it", max_length=200)),
                ("media_type", models.CharField(max_length=40)),
                ("sha256", models.CharField(max_length=64)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("application__isnull", True), ("claim__isnull", False)), models.Q(("application__isnull", False), ("claim__isnull", True)), _connector="OR"),
                        name="voucher_file_of_one",
                    ),
                    models.UniqueConstraint(fields=("application", "sha256"), name="voucher_application_file_once"),
                    models.UniqueConstraint(fields=("claim", "sha256"), name="voucher_claim_file_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="VoucherPayoutList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("VPL",), **{}), editable=False, max_length=16, unique=True)),
                ("scheme", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payout_lists", to="rewards.voucherscheme")),
                ("number", models.PositiveSmallIntegerField(help_text="1 for the first of the batch, then 2, …")),
                ("total_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("scheme", "number"), name="voucher_list_number_once")]},
        ),
        migrations.CreateModel(
            name="VoucherPayoutRow",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payout_list", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="rewards.voucherpayoutlist")),
                ("position", models.PositiveSmallIntegerField()),
                ("claim", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="row", to="rewards.voucherclaim")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("names", models.JSONField(help_text="as the signed paper prints them; null: of an earlier version", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("payout_list", "position"), name="voucher_row_position_once"),
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="voucher_row_positive"),
                ]
            },
        ),
        migrations.CreateModel(
            name="VoucherPayout",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("VPY",), **{}), editable=False, max_length=16, unique=True)),
                ("row", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payouts", to="rewards.voucherpayoutrow")),
                ("number", models.PositiveSmallIntegerField(default=1, help_text="1 for the first, 2 for one after a reversal")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("paid_date", models.DateField()),
                ("bank_reference", models.CharField(max_length=60, unique=True)),
                ("payee_account", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rewards.payeeaccount")),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gt", 0)), name="voucher_payout_positive"),
                    models.UniqueConstraint(fields=("row", "number"), name="voucher_payout_number_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="VoucherReversal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payout", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="reversal", to="rewards.voucherpayout")),
                ("reversed_date", models.DateField()),
                ("bank_reference", models.CharField(max_length=60, unique=True)),
                ("reason", models.CharField(max_length=500)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.RunPython(create_guard_function, drop_guard_function),
    ])
