import bookings.requests.domain.states
import django.db.models.deletion
import django.db.models.expressions
import functools
import instrument_share.kernel.public_id
from django.conf import settings
from django.db import migrations, models

from bookings.guards import EXCLUSION, REFUSE_SENT_FUNCTION
from instrument_share.databases.new_tables import created_together


def refuse_overlaps(_apps, editor):
    """Let PostgreSQL refuse overlapping holds; SQLite's triggers for the same are made by `post_migrate`."""
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
        editor.execute(EXCLUSION)


def allow_overlaps(_apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("ALTER TABLE bookings_booking DROP CONSTRAINT booking_no_overlap")


def create_guard_function(_apps, editor):
    """Make the function behind PostgreSQL's guard of sent statements, which `post_migrate` creates."""
    if editor.connection.vendor == "postgresql":
        editor.execute(REFUSE_SENT_FUNCTION, params=None)


def drop_guard_function(_apps, editor):
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP FUNCTION guard_refuse_sent_statement() CASCADE")


class Migration(migrations.Migration):
    replaces = [
        ("bookings", "0001_initial"),
        ("bookings", "0002_initial"),
        ("bookings", "0003_no_overlap"),
        ("bookings", "0004_case_uses"),
        ("bookings", "0005_bookable_days"),
        ("bookings", "0006_usage_days"),
        ("bookings", "0007_fill_usage_days"),
        ("bookings", "0008_statements"),
        ("bookings", "0009_sent_statements"),
        ("bookings", "0010_usage_overlaps"),
        ("bookings", "0011_usage_disputes"),
        ("bookings", "0012_booking_moved_by_unit"),
        ("bookings", "0013_calendar_feeds"),
        ("bookings", "0014_webhooks"),
        ("bookings", "0015_payment_reversals"),
        ("bookings", "0016_billed_charges"),
        ("bookings", "0017_external_calendars"),
        ("bookings", "0018_confirmed_by_the_clock"),
        ("bookings", "0019_devices"),
        ("bookings", "0020_instrument_notes"),
        ("bookings", "0021_waiting_list"),
        ("bookings", "0022_booking_parts"),
        ("bookings", "0023_basket_items"),
        ("bookings", "0024_sample_orders"),
        ("bookings", "0025_usage_sheets_and_results"),
        ("bookings", "0026_kiosks"),
        ("bookings", "0027_projects"),
        ("bookings", "0028_credit_appeals"),
        ("bookings", "0029_webhook_turns"),
        ("bookings", "0030_webhook_read_through"),
        ("bookings", "0031_fill_webhook_read_through"),
        ("bookings", "0032_drop_webhook_read_until"),
        ("bookings", "0033_booking_state_and_charge"),
        ("bookings", "0034_booking_state_and_charge_valid"),
        ("bookings", "0035_known_states_and_times"),
        ("bookings", "0036_known_codes"),
        ("bookings", "0037_known_usage_codes"),
        ("bookings", "0038_known_usage_codes_valid"),
        ("bookings", "0039_device_event_key_maker"),
        ("bookings", "0040_fill_device_event_key_maker"),
    ]

    initial = True

    dependencies = [("accounts", "0001_squashed_0013"), ("journal", "0001_squashed_0012"), ("providers", "0001_squashed_0031")]

    operations = created_together([
        migrations.CreateModel(
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("DEV",), **{}), editable=False, max_length=16, unique=True)),
                ("instrument", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="device", to="providers.instrument")),
                ("generation", models.PositiveIntegerField(default=0, help_text="grows with every new key")),
                ("made_at", models.DateTimeField(help_text="when the present key was made")),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("revoked_at", models.DateTimeField(null=True)),
                ("last_sequence", models.PositiveBigIntegerField(default=0)),
                ("last_heard_at", models.DateTimeField(help_text="the latest time that the device itself named", null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BookingGroup",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("GRP",), **{}), editable=False, max_length=16, unique=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="booking_groups", to=settings.AUTH_USER_MODEL)),
                ("kind", models.CharField(choices=[("single", "single"), ("series", "series"), ("basket", "basket")], db_default="single", default="single", max_length=10)),
                ("created_at", models.DateTimeField()),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("kind__in", ["single", "series", "basket"])), name="booking_group_kind_known")]},
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("PRJ",), **{}), editable=False, max_length=16, unique=True)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="projects", to="accounts.organization")),
                ("name", models.CharField(max_length=140)),
                ("number", models.CharField(blank=True, max_length=50)),
                (
                    "funding",
                    models.CharField(
                        choices=[
                            ("major_projects", "major_projects"),
                            ("natural_science", "natural_science"),
                            ("key_technologies", "key_technologies"),
                            ("high_tech_863", "high_tech_863"),
                            ("basic_research_973", "basic_research_973"),
                            ("torch", "torch"),
                            ("spark", "spark"),
                            ("project_211", "project_211"),
                            ("project_985", "project_985"),
                            ("public_welfare", "public_welfare"),
                            ("social_science", "social_science"),
                            ("basic_work", "basic_work"),
                            ("infrastructure", "infrastructure"),
                            ("local_programme", "local_programme"),
                            ("other", "other"),
                        ],
                        max_length=20,
                    ),
                ),
                ("holder", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="projects_held", to=settings.AUTH_USER_MODEL)),
                ("for_all_members", models.BooleanField(default=True)),
                ("first_date", models.DateField(null=True)),
                ("last_date", models.DateField(null=True)),
                ("budget_yuan", models.DecimalField(decimal_places=2, max_digits=11, null=True)),
                ("state", models.CharField(choices=[("open", "open"), ("closed", "closed")], default="open", max_length=6)),
                ("created_at", models.DateTimeField()),
                ("revision", models.PositiveIntegerField(default=1, help_text="grows with every change; the ETag")),
                ("members", models.ManyToManyField(related_name="projects_open_to", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "funding__in",
                                [
                                    "major_projects",
                                    "natural_science",
                                    "key_technologies",
                                    "high_tech_863",
                                    "basic_research_973",
                                    "torch",
                                    "spark",
                                    "project_211",
                                    "project_985",
                                    "public_welfare",
                                    "social_science",
                                    "basic_work",
                                    "infrastructure",
                                    "local_programme",
                                    "other",
                                ],
                            )
                        ),
                        name="project_funding_known",
                    ),
                    models.UniqueConstraint(condition=models.Q(("number", ""), _negated=True), fields=("organization", "number"), name="project_number_once"),
                    models.CheckConstraint(condition=models.Q(("budget_yuan__isnull", True), ("budget_yuan__gte", 0), _connector="OR"), name="project_budget_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("first_date__isnull", True), ("last_date__isnull", True), ("last_date__gte", models.F("first_date")), _connector="OR"), name="project_period_in_order"
                    ),
                    models.CheckConstraint(condition=models.Q(("state__in", ["open", "closed"])), name="project_state_known"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Booking",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("BKG",), **{}), editable=False, max_length=16, unique=True)),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="bookings.bookinggroup")),
                ("part", models.PositiveSmallIntegerField(db_default=1, default=1, help_text="which request of the group; those of one are moved and ended together")),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="providers.instrument")),
                ("rule", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="providers.openservicerule")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to=settings.AUTH_USER_MODEL)),
                ("payer_organization", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bookings_paid", to="accounts.organization")),
                ("payer_person", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bookings_paid", to=settings.AUTH_USER_MODEL)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("offered", "offered"),
                            ("requested", "requested"),
                            ("approved", "approved"),
                            ("in_use", "in_use"),
                            ("completed", "completed"),
                            ("rejected", "rejected"),
                            ("cancelled", "cancelled"),
                            ("lapsed", "lapsed"),
                            ("no_show", "no_show"),
                        ],
                        max_length=10,
                    ),
                ),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("held_until", models.DateTimeField(help_text="the end plus the rule's turnaround")),
                ("user_kind", models.CharField(max_length=10)),
                ("service_mode", models.CharField(max_length=15)),
                ("subject", models.CharField(help_text="what is to be measured", max_length=200)),
                ("project", models.CharField(blank=True, max_length=200)),
                (
                    "organization_project",
                    models.ForeignKey(
                        help_text="`project` is its name when the booking was made", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="bookings", to="bookings.project"
                    ),
                ),
                ("direction", models.CharField(default="research", max_length=12)),
                ("samples", models.PositiveIntegerField(default=0)),
                ("quote", models.JSONField(help_text="the lines of the price, frozen")),
                ("quoted_yuan", models.DecimalField(decimal_places=2, max_digits=12)),
                ("charged_yuan", models.DecimalField(decimal_places=2, help_text="what a late cancel or a no-show costs", max_digits=12, null=True)),
                ("requested_at", models.DateTimeField()),
                ("decide_by", models.DateTimeField(null=True)),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("decision_note", models.CharField(blank=True, max_length=500)),
                ("ended_at", models.DateTimeField(help_text="when it was cancelled, rejected or lapsed", null=True)),
                ("late_cancel", models.BooleanField(default=False)),
                ("checked_in_at", models.DateTimeField(null=True)),
                ("checked_out_at", models.DateTimeField(null=True)),
                ("moved_by_unit_at", models.DateTimeField(help_text="when a decision of the unit moved it, until its user agrees or moves it", null=True)),
                ("planned_by_unit", models.BooleanField(default=False, help_text="for samples at an agreed price, which stays; its user need not come")),
                ("revision", models.PositiveIntegerField(default=1, help_text="grows with every change; the ETag")),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    bookings.requests.domain.states.BookingState["APPROVED"],
                                    bookings.requests.domain.states.BookingState["IN_USE"],
                                    bookings.requests.domain.states.BookingState["OFFERED"],
                                    bookings.requests.domain.states.BookingState["REQUESTED"],
                                ],
                            )
                        ),
                        fields=["instrument", "starts_at", "held_until"],
                        name="booking_holding",
                    ),
                    models.Index(fields=["instrument", "starts_at"], name="booking_by_instrument"),
                    models.Index(fields=["user", "starts_at"], name="booking_by_user"),
                    models.Index(fields=["payer_organization", "starts_at"], name="booking_by_payer"),
                    models.Index(fields=["organization_project", "starts_at"], name="booking_by_project"),
                    models.Index(condition=models.Q(("charged_yuan__gt", 0)), fields=["instrument"], name="booking_charged"),
                    models.Index(condition=models.Q(("state", "requested")), fields=["state", "decide_by"], name="booking_waiting"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at")), ("held_until__gte", models.F("ends_at"))), name="booking_times_in_order"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payer_organization__isnull", False), ("payer_person__isnull", True)),
                            models.Q(("payer_organization__isnull", True), ("payer_person__isnull", False)),
                            _connector="OR",
                        ),
                        name="booking_one_payer",
                    ),
                    models.CheckConstraint(condition=models.Q(("quoted_yuan__gte", 0)), name="booking_quote_not_negative"),
                    models.CheckConstraint(condition=models.Q(("charged_yuan__gte", 0)), name="booking_charge_not_negative"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["offered", "requested", "approved", "in_use", "completed", "rejected", "cancelled", "lapsed", "no_show"])), name="booking_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("device", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="events", to="bookings.device")),
                ("sequence", models.PositiveBigIntegerField()),
                ("kind", models.CharField(choices=[("start", "start"), ("stop", "stop"), ("heartbeat", "heartbeat"), ("fault", "fault")], max_length=10)),
                ("at", models.DateTimeField(help_text="by the device's clock")),
                ("received_at", models.DateTimeField()),
                ("digest", models.CharField(help_text="SHA-256 of the message", max_length=64)),
                (
                    "key_made_by",
                    models.ForeignKey(
                        help_text="who made the key that signed it; null: of an earlier version, and the device says",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=200)),
                ("booking", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="device_events", to="bookings.booking")),
                ("answer", models.JSONField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["start", "stop", "heartbeat", "fault"])), name="device_event_kind_known"),
                    models.UniqueConstraint(fields=("device", "sequence"), name="device_event_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="InstrumentNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("NOT",), **{}), editable=False, max_length=16, unique=True)),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="notes", to="providers.instrument")),
                ("kind", models.CharField(choices=[("note", "note"), ("incident", "incident")], max_length=10)),
                ("text", models.CharField(max_length=500)),
                ("written_at", models.DateTimeField()),
                ("written_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(condition=models.Q(("closed_at__isnull", True)), fields=["instrument"], name="instrument_note_open")],
                "constraints": [models.CheckConstraint(condition=models.Q(("kind__in", ["note", "incident"])), name="instrument_note_kind_known")],
            },
        ),
        migrations.CreateModel(
            name="CalendarFeed",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("CAL",), **{}), editable=False, max_length=16, unique=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="calendar_feeds", to=settings.AUTH_USER_MODEL)),
                ("instrument", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="calendar_feeds", to="providers.instrument")),
                ("organization", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="calendar_feeds", to="accounts.organization")),
                ("generation", models.PositiveIntegerField(default=1, help_text="grows with every new address")),
                ("opened_at", models.DateTimeField(help_text="when the present address was made")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("instrument__isnull", True), ("organization__isnull", True), _connector="OR"), name="calendar_feed_one_kind"),
                    models.UniqueConstraint(condition=models.Q(("instrument__isnull", True), ("organization__isnull", True)), fields=("user",), name="calendar_feed_of_person"),
                    models.UniqueConstraint(fields=("user", "instrument"), name="calendar_feed_of_instrument"),
                    models.UniqueConstraint(fields=("user", "organization"), name="calendar_feed_of_unit"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("HOK",), **{}), editable=False, max_length=16, unique=True)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="webhooks", to="accounts.organization")),
                ("side", models.CharField(choices=[("unit", "unit"), ("payer", "payer")], default="unit", max_length=10)),
                ("address", models.URLField(max_length=500)),
                ("actions", models.JSONField(help_text="the acts of the journal that it is told")),
                ("generation", models.PositiveIntegerField(default=1, help_text="grows with every new secret")),
                ("created_at", models.DateTimeField()),
                ("read_through", models.BigIntegerField(help_text="the entry of the journal up to which all were read")),
                ("failing_since", models.DateTimeField(help_text="since when no delivery has succeeded", null=True)),
                ("failures", models.PositiveSmallIntegerField(default=0, help_text="in a row")),
                ("due_at", models.DateTimeField(help_text="from when it is its turn; none: at once", null=True)),
                ("claimed_until", models.DateTimeField(help_text="until when a worker has it to itself", null=True)),
                ("disabled_at", models.DateTimeField(null=True)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("side__in", ["unit", "payer"])), name="webhook_side_known")]},
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("DLV",), **{}), editable=False, max_length=16, unique=True)),
                ("webhook", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="deliveries", to="bookings.webhook")),
                ("entry_id", models.BigIntegerField(null=True)),
                ("action", models.CharField(max_length=60)),
                ("body", models.TextField(help_text="exactly what is sent and signed")),
                ("created_at", models.DateTimeField()),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("tried_at", models.DateTimeField(null=True)),
                ("status", models.PositiveSmallIntegerField(help_text="of the last answer", null=True)),
                ("answer", models.CharField(blank=True, help_text="its beginning, or why there was none", max_length=200)),
                ("delivered_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["webhook", "-id"], name="webhook_delivery_newest"),
                    models.Index(condition=models.Q(("delivered_at__isnull", True), ("given_up_at__isnull", True)), fields=["webhook", "id"], name="webhook_delivery_waits"),
                ],
                "constraints": [models.UniqueConstraint(fields=("webhook", "entry_id"), name="webhook_delivery_once")],
            },
        ),
        migrations.CreateModel(
            name="ExternalCalendar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("EXT",), **{}), editable=False, max_length=16, unique=True)),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="external_calendars", to="providers.instrument")),
                ("address", models.URLField(max_length=500)),
                ("created_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("created_at", models.DateTimeField()),
                ("read_at", models.DateTimeField(help_text="when it was read whole for the last time", null=True)),
                ("failing_since", models.DateTimeField(null=True)),
                ("failure", models.CharField(blank=True, help_text="why it could not be read last time", max_length=200)),
                ("told_at", models.DateTimeField(help_text="when its keeper was told that it fails", null=True)),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("instrument", "address"), name="external_calendar_once")]},
        ),
        migrations.CreateModel(
            name="BusyTime",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("calendar", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="busy_times", to="bookings.externalcalendar")),
                ("key", models.CharField(help_text="hash of what names the event and its repetition", max_length=64)),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("closure", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="busy_time", to="providers.closure")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("calendar", "key"), name="busy_time_once")]},
        ),
        migrations.CreateModel(
            name="BasketItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("BSK",), **{}), editable=False, max_length=16, unique=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="basket", to=settings.AUTH_USER_MODEL)),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="providers.instrument")),
                ("payer_organization", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("service_mode", models.CharField(max_length=15)),
                ("subject", models.CharField(blank=True, max_length=200)),
                ("project", models.CharField(blank=True, max_length=200)),
                ("organization_project", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="bookings.project")),
                ("direction", models.CharField(default="research", max_length=12)),
                ("samples", models.PositiveIntegerField(default=0)),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="basket_times_in_order"),
                    models.UniqueConstraint(fields=("user", "instrument", "starts_at"), name="basket_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Kiosk",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("KSK",), **{}), editable=False, max_length=16, unique=True)),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="kiosks", to="providers.instrument")),
                ("name", models.CharField(max_length=50)),
                ("digest", models.CharField(help_text="SHA-256 of the key", max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                ("made_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="KioskAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kiosk", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="acts", to="bookings.kiosk")),
                ("key", models.CharField(max_length=64)),
                ("kind", models.CharField(choices=[("check_in", "check_in"), ("check_out", "check_out"), ("fault", "fault")], max_length=10)),
                ("at", models.DateTimeField(help_text="when it happened")),
                ("received_at", models.DateTimeField()),
                ("digest", models.CharField(help_text="SHA-256 of what was asked for", max_length=64)),
                ("booking", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.booking")),
                ("refusal", models.CharField(blank=True, max_length=60)),
                ("detail", models.CharField(blank=True, help_text="the refusal in words, or what is broken", max_length=500)),
            ],
            options={
                "indexes": [models.Index(fields=["kiosk", "-received_at"], name="kiosk_act_latest")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["check_in", "check_out", "fault"])), name="kiosk_act_kind_known"),
                    models.UniqueConstraint(fields=("kiosk", "key"), name="kiosk_act_once"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NextFree",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("instrument", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="next_free", to="providers.instrument")),
                ("at", models.DateTimeField(null=True)),
                ("until", models.DateTimeField(null=True)),
                ("days", models.TextField(blank=True, default="", help_text="the days with a bookable start, as 2026-03-05 2026-03-06")),
                ("computed_at", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["at", "instrument"], name="next_free_by_time")]},
        ),
        migrations.CreateModel(
            name="CreditEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("CRE",), **{}), editable=False, max_length=16, unique=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="credit_events", to=settings.AUTH_USER_MODEL)),
                ("booking", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="credit_events", to="bookings.booking")),
                ("kind", models.CharField(choices=[("no_show", "no_show"), ("late_cancel", "late_cancel"), ("misuse", "misuse")], max_length=12)),
                ("occurred_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["user", "ends_at"], name="credit_by_user")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["no_show", "late_cancel", "misuse"])), name="credit_event_kind_known"),
                    models.CheckConstraint(condition=models.Q(("ends_at__gte", models.F("occurred_at"))), name="credit_times_in_order"),
                ],
            },
        ),
        migrations.CreateModel(
            name="CreditAppeal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="appeal", to="bookings.creditevent")),
                ("reason", models.CharField(max_length=500)),
                ("appealed_at", models.DateTimeField()),
                ("answer_date", models.DateField(help_text="the last day on which the unit may answer")),
                ("passed_on_at", models.DateTimeField(help_text="since when the bureau answers, because the unit has not", null=True)),
            ],
            options={"indexes": [models.Index(condition=models.Q(("passed_on_at__isnull", True)), fields=["answer_date"], name="credit_appeal_by_date")]},
        ),
        migrations.CreateModel(
            name="CreditAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("appeal", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="answer", to="bookings.creditappeal")),
                ("outcome", models.CharField(choices=[("upheld", "upheld"), ("lifted", "lifted")], max_length=6)),
                ("reason", models.CharField(max_length=500)),
                ("answered_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("answered_at", models.DateTimeField()),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("outcome__in", ["upheld", "lifted"])), name="credit_answer_outcome_known")]},
        ),
        migrations.CreateModel(
            name="SampleOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("SMP",), **{}), editable=False, max_length=16, unique=True)),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sample_orders", to="providers.instrument")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="sample_orders", to=settings.AUTH_USER_MODEL)),
                ("payer_organization", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("payer_person", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("user_kind", models.CharField(max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("submitted", "submitted"),
                            ("quoted", "quoted"),
                            ("accepted", "accepted"),
                            ("received", "received"),
                            ("reported", "reported"),
                            ("closed", "closed"),
                            ("rejected", "rejected"),
                            ("cancelled", "cancelled"),
                            ("lapsed", "lapsed"),
                        ],
                        default="submitted",
                        max_length=10,
                    ),
                ),
                ("due_at", models.DateTimeField(help_text="until when the next step is due", null=True)),
                ("subject", models.CharField(help_text="what is to be measured", max_length=200)),
                ("project", models.CharField(blank=True, max_length=200)),
                ("direction", models.CharField(max_length=12)),
                ("afterwards", models.CharField(choices=[("return", "return"), ("dispose", "dispose")], max_length=10)),
                ("submitted_at", models.DateTimeField()),
                ("quote", models.JSONField(default=list, help_text="the lines of the price, frozen")),
                ("quoted_yuan", models.DecimalField(decimal_places=2, max_digits=12, null=True)),
                ("quoted_hours", models.DecimalField(decimal_places=2, max_digits=6, null=True)),
                ("quote_note", models.CharField(blank=True, max_length=500)),
                ("report_days", models.PositiveSmallIntegerField(help_text="from the receipt to the report", null=True)),
                ("quoted_at", models.DateTimeField(null=True)),
                ("quoted_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("received_at", models.DateTimeField(null=True)),
                ("received_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("brought_by", models.CharField(blank=True, help_text="a person, or a courier and number", max_length=100)),
                ("condition", models.CharField(blank=True, help_text="in which the samples arrived", max_length=500)),
                ("place", models.CharField(blank=True, help_text="where the samples are kept", max_length=100)),
                ("booking", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="sample_order", to="bookings.booking")),
                ("report_note", models.CharField(blank=True, max_length=500)),
                ("reported_at", models.DateTimeField(null=True)),
                ("reported_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("outcome", models.CharField(blank=True, choices=[("return", "return"), ("dispose", "dispose")], max_length=10)),
                ("end_note", models.CharField(blank=True, help_text="a reason, or who took the samples", max_length=500)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("state__in", ["submitted", "quoted", "accepted", "received", "reported"])), fields=["state", "due_at"], name="sample_order_due"),
                    models.Index(fields=["user", "submitted_at"], name="sample_order_by_user"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("outcome__in", ["", "return", "dispose"])), name="sample_order_outcome_known"),
                    models.CheckConstraint(condition=models.Q(("afterwards__in", ["return", "dispose"])), name="sample_order_afterwards_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payer_organization__isnull", False), ("payer_person__isnull", True)),
                            models.Q(("payer_organization__isnull", True), ("payer_person__isnull", False)),
                            _connector="OR",
                        ),
                        name="sample_order_one_payer",
                    ),
                    models.CheckConstraint(condition=models.Q(("accepted_at__isnull", True), ("quoted_yuan__gte", 0), _connector="OR"), name="sample_order_accepted_quote"),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ["submitted", "quoted", "accepted", "received", "reported", "closed", "rejected", "cancelled", "lapsed"])), name="sample_order_state_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Sample",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="samples", to="bookings.sampleorder")),
                ("position", models.PositiveSmallIntegerField()),
                ("name", models.CharField(max_length=100)),
                ("number", models.CharField(help_text="by which its owner knows it", max_length=50)),
                ("hazards", models.JSONField(default=list)),
                ("storage", models.CharField(choices=[("room", "room"), ("cool", "cool"), ("frozen", "frozen"), ("dry", "dry"), ("dark", "dark")], max_length=10)),
                ("tests", models.CharField(help_text="what is wanted of it", max_length=300)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("storage__in", ["room", "cool", "frozen", "dry", "dark"])), name="sample_storage_known"),
                    models.UniqueConstraint(fields=("order", "position"), name="sample_position_once"),
                    models.UniqueConstraint(fields=("order", "number"), name="sample_number_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="SampleFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="files", to="bookings.sampleorder")),
                ("sample", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="files", to="bookings.sample")),
                ("kind", models.CharField(choices=[("photo", "photo"), ("report", "report")], max_length=10)),
                ("file", models.FileField(upload_to="samples/")),
                ("name", models.CharField(help_text="as the file was called by who sent it", max_length=200)),
                ("media_type", models.CharField(max_length=40)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("added_at", models.DateTimeField()),
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["photo", "report"])), name="sample_file_kind_known"),
                    models.UniqueConstraint(fields=("order", "sha256"), name="sample_file_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("STM",), **{}), editable=False, max_length=16, unique=True)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("payer_organization", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("payer_person", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("month", models.DateField(help_text="its first day")),
                ("year", models.PositiveSmallIntegerField(help_text="of the month")),
                ("number", models.PositiveIntegerField()),
                (
                    "state",
                    models.CharField(choices=[("draft", "draft"), ("sent", "sent"), ("confirmed", "confirmed"), ("disputed", "disputed"), ("settled", "settled")], default="draft", max_length=10),
                ),
                ("total_yuan", models.DecimalField(decimal_places=2, default=0, help_text="below 0 where corrections give back more", max_digits=14)),
                ("drafted_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("sent_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("due_date", models.DateField(help_text="the last day on which it is paid in time", null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("confirmed_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("settled_at", models.DateTimeField(null=True)),
                ("reminded_at", models.DateTimeField(help_text="when its payer was last told that it is overdue", null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["state", "due_date"], name="statement_due")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payer_organization__isnull", False), ("payer_person__isnull", True)),
                            models.Q(("payer_organization__isnull", True), ("payer_person__isnull", False)),
                            _connector="OR",
                        ),
                        name="statement_one_payer",
                    ),
                    models.CheckConstraint(condition=models.Q(("month__day", 1), ("year", models.F("month__year"))), name="statement_of_a_month"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "draft"), ("sent_at__isnull", True)),
                            models.Q(models.Q(("state", "draft"), _negated=True), ("due_date__isnull", False), ("sent_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="statement_sent_or_draft",
                    ),
                    models.CheckConstraint(condition=models.Q(("state__in", ["draft", "sent", "confirmed", "disputed", "settled"])), name="statement_state_known"),
                    models.UniqueConstraint(fields=("organization", "year", "number"), name="statement_number_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("payer_organization__isnull", False), ("payer_person__isnull", True)),
                        fields=("organization", "month", "payer_organization"),
                        name="statement_of_organization_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("payer_organization__isnull", True), ("payer_person__isnull", False)), fields=("organization", "month", "payer_person"), name="statement_of_person_once"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="usage_entries", to="providers.instrument")),
                ("number", models.PositiveIntegerField()),
                ("kind", models.CharField(choices=[("log", "log"), ("correction", "correction"), ("confirmation", "confirmation"), ("withdrawal", "withdrawal")], max_length=12)),
                ("form", models.PositiveSmallIntegerField(default=1, help_text="version of the canonical form")),
                ("previous_hash", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.ForeignKey(help_text="null: the clock confirmed it", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("kind__in", ["log", "correction", "confirmation", "withdrawal"])), name="usage_entry_kind_known"),
                    models.UniqueConstraint(fields=("instrument", "number"), name="usage_entry_number_once"),
                    models.CheckConstraint(condition=models.Q(("recorded_by__isnull", False), ("kind", "confirmation"), _connector="OR"), name="usage_entry_by_a_person_or_confirmed_by_the_clock"),
                ]
            },
        ),
        migrations.CreateModel(
            name="UsageLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("LOG",), **{}), editable=False, max_length=16, unique=True)),
                ("entry", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="log", to="bookings.usageentry")),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="usage_logs", to="providers.instrument")),
                ("booking", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="usage_log", to="bookings.booking")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="usage_logs", to=settings.AUTH_USER_MODEL)),
                ("operator", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("payer_organization", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="usage_paid", to="accounts.organization")),
                ("payer_person", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="usage_paid", to=settings.AUTH_USER_MODEL)),
                ("user_kind", models.CharField(max_length=10)),
                ("user_organization_kind", models.CharField(blank=True, max_length=20)),
                ("user_size_class", models.CharField(max_length=10)),
                ("in_region", models.BooleanField()),
                ("external", models.BooleanField()),
                ("related", models.BooleanField()),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("setup_seconds", models.PositiveIntegerField(default=0)),
                ("measuring_seconds", models.PositiveIntegerField()),
                ("post_seconds", models.PositiveIntegerField(default=0)),
                ("idle_seconds", models.PositiveIntegerField(default=0)),
                ("effective_seconds", models.PositiveIntegerField()),
                ("service_mode", models.CharField(max_length=15)),
                ("direction", models.CharField(choices=[("research", "research"), ("development", "development"), ("teaching", "teaching"), ("other", "other")], max_length=12)),
                (
                    "purpose",
                    models.CharField(
                        choices=[
                            ("service", "service"),
                            ("statutory_testing", "statutory_testing"),
                            ("goods_inspection", "goods_inspection"),
                            ("medical_care", "medical_care"),
                            ("commercial_filming", "commercial_filming"),
                            ("telecom_billing", "telecom_billing"),
                        ],
                        default="service",
                        max_length=20,
                    ),
                ),
                ("content", models.CharField(help_text="what was done", max_length=200)),
                ("project", models.CharField(blank=True, max_length=200)),
                ("funding_sources", models.JSONField(default=list)),
                ("samples", models.PositiveIntegerField(default=0)),
                ("results", models.CharField(blank=True, max_length=500)),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=12)),
                ("price", models.JSONField(default=list, help_text="the lines from which the amount comes")),
                ("capture", models.CharField(choices=[("check_out", "check_out"), ("manual", "manual"), ("import", "import"), ("device", "device")], max_length=10)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["instrument", "starts_at"], name="usage_by_instrument"),
                    models.Index(fields=["starts_at", "instrument"], name="usage_by_time"),
                    models.Index(fields=["user", "starts_at"], name="usage_by_user"),
                    models.Index(fields=["payer_organization", "starts_at"], name="usage_by_payer"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("capture__in", ["check_out", "manual", "import", "device"])), name="usage_log_capture_known"),
                    models.CheckConstraint(
                        condition=models.Q(("purpose__in", ["service", "statutory_testing", "goods_inspection", "medical_care", "commercial_filming", "telecom_billing"])),
                        name="usage_log_purpose_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("direction__in", ["research", "development", "teaching", "other"])), name="usage_log_direction_known"),
                    models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="usage_not_empty"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "effective_seconds",
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(models.F("setup_seconds"), "+", models.F("measuring_seconds")), "+", models.F("post_seconds")
                                ),
                            )
                        ),
                        name="usage_effective_is_the_sum",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("payer_organization__isnull", False), ("payer_person__isnull", True)),
                            models.Q(("payer_organization__isnull", True), ("payer_person__isnull", False)),
                            _connector="OR",
                        ),
                        name="usage_one_payer",
                    ),
                    models.CheckConstraint(condition=models.Q(("amount_yuan__gte", 0)), name="usage_amount_not_negative"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UsageCorrection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("COR",), **{}), editable=False, max_length=16, unique=True)),
                ("entry", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="correction", to="bookings.usageentry")),
                ("log", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="bookings.usagelog")),
                ("changes", models.JSONField(help_text="field → new value; only fields that `domain.chain` allows")),
                ("reason", models.CharField(max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="StatementLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="bookings.statement")),
                ("position", models.PositiveIntegerField()),
                ("log", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="statement_lines", to="bookings.usagelog")),
                ("booking", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="statement_line", to="bookings.booking")),
                ("corrects", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="corrections", to="bookings.statementline")),
                ("correction", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="statement_line", to="bookings.usagecorrection")),
                ("starts_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("effective_seconds", models.PositiveIntegerField(help_text="of the use as it counted then")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=12)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("statement", "position"), name="statement_position_once"),
                    models.UniqueConstraint(condition=models.Q(("corrects__isnull", True)), fields=("log",), name="statement_log_once"),
                    models.CheckConstraint(
                        condition=models.Q(models.Q(("correction__isnull", True), ("corrects__isnull", True)), models.Q(("correction__isnull", False), ("corrects__isnull", False)), _connector="OR"),
                        name="statement_line_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("booking__isnull", True), ("log__isnull", False)), models.Q(("booking__isnull", False), ("corrects__isnull", True), ("log__isnull", True)), _connector="OR"
                        ),
                        name="statement_line_of_log_or_booking",
                    ),
                    models.CheckConstraint(condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="statement_line_not_empty"),
                ]
            },
        ),
        migrations.CreateModel(
            name="StatementNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("statement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="bookings.statement")),
                ("kind", models.CharField(choices=[("dispute", "dispute"), ("answer", "answer")], max_length=10)),
                ("text", models.CharField(max_length=500)),
                ("written_at", models.DateTimeField()),
                ("written_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("kind__in", ["dispute", "answer"])), name="statement_note_kind_known")]},
        ),
        migrations.CreateModel(
            name="StatementPayment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("STP",), **{}), editable=False, max_length=16, unique=True)),
                ("statement", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="payments", to="bookings.statement")),
                ("amount_yuan", models.DecimalField(decimal_places=2, max_digits=14)),
                ("paid_date", models.DateField()),
                ("voucher", models.CharField(help_text="the bank’s number of the transfer", max_length=60)),
                ("invoice_number", models.CharField(max_length=60)),
                ("invoice_date", models.DateField()),
                (
                    "replaces",
                    models.OneToOneField(
                        help_text="the reversed payment with the same voucher, where that was entered again",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replacement",
                        to="bookings.statementpayment",
                    ),
                ),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount_yuan", 0), _negated=True), name="statement_payment_not_zero"),
                    models.UniqueConstraint(condition=models.Q(("replaces__isnull", True)), fields=("statement", "voucher"), name="statement_voucher_once"),
                ]
            },
        ),
        migrations.CreateModel(
            name="StatementReversal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("payment", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="reversal", to="bookings.statementpayment")),
                ("reason", models.CharField(max_length=500)),
                ("recorded_at", models.DateTimeField()),
                ("recorded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="CaseUse",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("case", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="uses", to="providers.servicecase")),
                ("booking", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="cases", to="bookings.booking")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("case", "booking"), name="case_use_once")]},
        ),
        migrations.CreateModel(
            name="UsageOverlap",
            fields=[
                ("log", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="overlap", serialize=False, to="bookings.usagelog")),
                ("taken", models.JSONField(help_text="public id of a log → its time, as `Interval.to_text` writes it")),
                ("reason", models.CharField(max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="UsageSheetRow",
            fields=[
                ("log", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="sheet_row", serialize=False, to="bookings.usagelog")),
                ("sha256", models.CharField(help_text="of the file, in hexadecimal", max_length=64)),
                ("row", models.PositiveIntegerField(help_text="in the sheet, from 1")),
            ],
        ),
        migrations.CreateModel(
            name="UsageConfirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("CNF",), **{}), editable=False, max_length=16, unique=True)),
                ("entry", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="confirmation", to="bookings.usageentry")),
                ("log", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="confirmations", to="bookings.usagelog")),
                ("correction", models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="confirmation", to="bookings.usagecorrection")),
            ],
            options={"constraints": [models.UniqueConstraint(condition=models.Q(("correction__isnull", True)), fields=("log",), name="usage_confirmed_once")]},
        ),
        migrations.CreateModel(
            name="UsageWithdrawal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("WDR",), **{}), editable=False, max_length=16, unique=True)),
                ("entry", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="bookings.usageentry")),
                ("log", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="withdrawals", to="bookings.usagelog")),
                ("correction", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="withdrawal", to="bookings.usagecorrection")),
                ("reason", models.CharField(max_length=500)),
            ],
        ),
        migrations.CreateModel(
            name="UsageResult",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("RES",), **{}), editable=False, max_length=16, unique=True)),
                ("log", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="stated_results", to="bookings.usagelog")),
                ("kind", models.CharField(choices=[("paper", "paper"), ("patent", "patent"), ("standard", "standard"), ("product", "product")], max_length=10)),
                ("title", models.CharField(max_length=200)),
                ("identifier", models.CharField(blank=True, help_text="DOI, or number; as `domain.results`", max_length=100)),
                ("added_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("added_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["log", "kind"], name="usage_result_by_log")],
                "constraints": [models.CheckConstraint(condition=models.Q(("kind__in", ["paper", "patent", "standard", "product"])), name="usage_result_kind_known")],
            },
        ),
        migrations.CreateModel(
            name="UsageResultWithdrawal",
            fields=[
                ("result", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name="withdrawal", serialize=False, to="bookings.usageresult")),
                ("reason", models.CharField(max_length=500)),
                ("withdrawn_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("withdrawn_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="UsageDispute",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("DSP",), **{}), editable=False, max_length=16, unique=True)),
                ("log", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="disputes", to="bookings.usagelog")),
                ("raised_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("raised_at", models.DateTimeField()),
                ("reason", models.CharField(max_length=500)),
                ("answer_by", models.DateTimeField(help_text="until when the unit is to answer")),
                ("answer", models.CharField(blank=True, max_length=500)),
                ("answered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={"constraints": [models.UniqueConstraint(condition=models.Q(("answered_at__isnull", True)), fields=("log",), name="usage_dispute_open_once")]},
        ),
        migrations.CreateModel(
            name="UsageDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization")),
                ("day", models.DateField()),
                ("internal_seconds", models.BigIntegerField(help_text="effective seconds")),
                ("external_seconds", models.BigIntegerField(help_text="effective seconds")),
                ("amount_fen", models.BigIntegerField(help_text="in 0.01 yuan, so that sums stay exact")),
                ("uses", models.BigIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["day"], include=("organization", "internal_seconds", "external_seconds"), name="usage_day_by_day")],
                "constraints": [models.UniqueConstraint(fields=("organization", "day"), name="usage_day_once")],
            },
        ),
        migrations.CreateModel(
            name="ServedDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization")),
                ("payer", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization")),
                ("day", models.DateField()),
                ("uses", models.BigIntegerField()),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("payer", "day", "organization"), name="served_day_once")]},
        ),
        migrations.CreateModel(
            name="WaitingLog",
            fields=[
                ("log", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name="waiting", serialize=False, to="bookings.usagelog")),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="accounts.organization")),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="providers.instrument")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("log", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="review", to="bookings.usagelog")),
                (
                    "rating",
                    models.CharField(
                        choices=[("very_satisfied", "very_satisfied"), ("satisfied", "satisfied"), ("neutral", "neutral"), ("dissatisfied", "dissatisfied"), ("very_poor", "very_poor")], max_length=15
                    ),
                ),
                ("comment", models.CharField(blank=True, max_length=500)),
                ("created_at", models.DateTimeField()),
                ("reply", models.CharField(blank=True, help_text="of the unit, public as the comment is", max_length=500)),
                ("replied_at", models.DateTimeField(null=True)),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("rating__in", ["very_satisfied", "satisfied", "neutral", "dissatisfied", "very_poor"])), name="review_rating_known")]},
        ),
        migrations.CreateModel(
            name="WaitlistEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("WTL",), **{}), editable=False, max_length=16, unique=True)),
                ("instrument", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="waits", to="providers.instrument")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="waits", to=settings.AUTH_USER_MODEL)),
                ("payer_organization", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.organization")),
                ("earliest", models.DateTimeField()),
                ("latest", models.DateTimeField()),
                ("minutes", models.PositiveIntegerField()),
                ("service_mode", models.CharField(max_length=15)),
                ("subject", models.CharField(max_length=200)),
                ("project", models.CharField(blank=True, max_length=200)),
                ("organization_project", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="bookings.project")),
                ("direction", models.CharField(max_length=12)),
                ("joined_at", models.DateTimeField()),
                ("unanswered", models.PositiveSmallIntegerField(default=0, help_text="how many offers lapsed")),
                ("end", models.CharField(blank=True, choices=[("booked", "booked"), ("left", "left"), ("over", "over")], max_length=6)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("end", "")), fields=["instrument", "joined_at"], name="waitlist_in_order"),
                    models.Index(fields=["user", "joined_at"], name="waitlist_by_user"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("end__in", ["", "booked", "left", "over"])), name="waitlist_entry_end_known"),
                    models.CheckConstraint(condition=models.Q(("latest__gt", models.F("earliest"))), name="waitlist_span_in_order"),
                    models.UniqueConstraint(condition=models.Q(("end", "")), fields=("instrument", "user"), name="waitlist_once_at_a_time"),
                ],
            },
        ),
        migrations.CreateModel(
            name="WaitlistOffer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("entry", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="bookings.waitlistentry")),
                ("booking", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="waitlist_offer", to="bookings.booking")),
                ("answer_by", models.DateTimeField()),
            ],
            options={"indexes": [models.Index(fields=["answer_by"], name="waitlist_offer_by_deadline")]},
        ),
        migrations.RunPython(refuse_overlaps, allow_overlaps),
        migrations.RunPython(create_guard_function, drop_guard_function),
    ])
