import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import django.utils.timezone
import functools
import instrument_share.kernel.public_id
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_registration"),
        ("accounts", "0003_membership_requests_and_invitations"),
        ("accounts", "0004_relations_that_end"),
        ("accounts", "0005_privacy_agreement"),
        ("accounts", "0006_locks_and_sessions"),
        ("accounts", "0007_invitation_without_sent_at"),
        ("accounts", "0008_second_factor_reset"),
        ("accounts", "0009_token_scopes"),
        ("accounts", "0010_facts_of_sessions"),
        ("accounts", "0011_erased_accounts"),
        ("accounts", "0012_known_roles_and_states"),
        ("accounts", "0013_known_codes"),
    ]

    initial = True

    dependencies = [("auth", "0012_alter_user_first_name_max_length")]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("is_superuser", models.BooleanField(default=False, help_text="Designates that this user has all permissions without explicitly assigning them.", verbose_name="superuser status")),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        unique=True,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                ("is_staff", models.BooleanField(default=False, help_text="Designates whether the user can log into this admin site.", verbose_name="staff status")),
                (
                    "is_active",
                    models.BooleanField(default=True, help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.", verbose_name="active"),
                ),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, verbose_name="date joined")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("USR",), **{}), editable=False, max_length=16, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("phone", models.CharField(blank=True, max_length=20)),
                ("language", models.CharField(default="zh-hans", max_length=10)),
                ("privacy_version", models.CharField(blank=True, help_text="the privacy notice agreed to last; empty: none yet", max_length=10)),
                ("privacy_agreed_at", models.DateTimeField(blank=True, null=True)),
                ("locked_at", models.DateTimeField(blank=True, help_text="since when it is locked (`is_active` is false then)", null=True)),
                ("lock_reason", models.CharField(blank=True, help_text="as the person reads it at login", max_length=500)),
                ("erased_at", models.DateTimeField(blank=True, help_text="since when the account is deleted; its rows and public id stay", null=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True, help_text="Specific permissions for this user.", related_name="user_set", related_query_name="user", to="auth.permission", verbose_name="user permissions"
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("erased_at__isnull", True), models.Q(("email", ""), ("is_active", False), ("name", "已注销用户"), ("phone", ""), ("username__startswith", "deleted-")), _connector="OR"
                        ),
                        name="user_erased_has_no_data",
                    )
                ],
            },
            managers=[("objects", django.contrib.auth.models.UserManager())],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                ("session_key", models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key")),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("user", models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="sessions", to=settings.AUTH_USER_MODEL)),
                ("signed_in_at", models.DateTimeField(null=True)),
                ("agent", models.CharField(blank=True, db_default="", default="", help_text="what the browser calls itself", max_length=300)),
                ("address", models.CharField(blank=True, db_default="", default="", help_text="of the network, without its last part", max_length=45)),
                ("last_seen_at", models.DateTimeField(help_text="to the minute", null=True)),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
        migrations.CreateModel(
            name="District",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=6, unique=True)),
                ("name_zh", models.CharField(max_length=50)),
                ("name_en", models.CharField(blank=True, max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("ORG",), **{}), editable=False, max_length=16, unique=True)),
                ("uscc", models.CharField(max_length=18, unique=True)),
                ("name_zh", models.CharField(max_length=100)),
                ("name_en", models.CharField(blank=True, max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("university", "university"),
                            ("institute", "institute"),
                            ("hospital", "hospital"),
                            ("enterprise", "enterprise"),
                            ("service_body", "service_body"),
                            ("government", "government"),
                            ("bureau", "bureau"),
                            ("finance", "finance"),
                        ],
                        max_length=20,
                    ),
                ),
                ("size_class", models.CharField(choices=[("large", "large"), ("medium", "medium"), ("small", "small"), ("micro", "micro"), ("none", "none")], default="none", max_length=10)),
                ("district", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="organizations", to="accounts.district")),
                ("in_region", models.BooleanField(default=True, help_text="whether it sits in the city's region")),
                ("parent", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="children", to="accounts.organization")),
                ("owns_instruments", models.BooleanField(default=False)),
                (
                    "region",
                    models.ForeignKey(
                        help_text="the district that a bureau answers for; none: the whole city", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.district"
                    ),
                ),
                ("contact", models.CharField(blank=True, max_length=100)),
                ("phone", models.CharField(blank=True, max_length=50)),
                ("state", models.CharField(choices=[("pending", "pending"), ("admitted", "admitted"), ("refused", "refused"), ("suspended", "suspended")], default="pending", max_length=10)),
                ("registered_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("submitted_at", models.DateTimeField(help_text="when it was last handed in to the bureau", null=True)),
                ("reason", models.CharField(blank=True, help_text="why it is refused or suspended, as its people read it", max_length=500)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["owns_instruments", "state", "id"], name="organization_owning")],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("size_class__in", ["large", "medium", "small", "micro", "none"])), name="organization_size_class_known"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["university", "institute", "hospital", "enterprise", "service_body", "government", "bureau", "finance"])), name="organization_kind_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("state__in", ["pending", "admitted", "refused", "suspended"])), name="organization_state_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="OrganizationDocument",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("DOC",), **{}), editable=False, max_length=16, unique=True)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="documents", to="accounts.organization")),
                ("file", models.FileField(upload_to="organizations/")),
                ("name", models.CharField(help_text="as the file was called by who uploaded it", max_length=200)),
                ("media_type", models.CharField(max_length=40)),
                ("size", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("uploaded_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("uploaded_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
            ],
            options={"constraints": [models.UniqueConstraint(condition=models.Q(("removed_at__isnull", True)), fields=("organization", "sha256"), name="organization_document_once")]},
        ),
        migrations.CreateModel(
            name="OrganizationRelation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("first", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="relations_as_first", to="accounts.organization")),
                ("second", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="relations_as_second", to="accounts.organization")),
                ("declared_at", models.DateTimeField()),
                ("declared_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("ended_at", models.DateTimeField(null=True)),
                ("end_reason", models.CharField(blank=True, max_length=500)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("ended_at__isnull", True)), fields=("first", "second"), name="organization_relation_once"),
                    models.CheckConstraint(condition=models.Q(("first__lt", models.F("second"))), name="organization_relation_ordered"),
                ]
            },
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("MBR",), **{}), editable=False, max_length=16, unique=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to=settings.AUTH_USER_MODEL)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="memberships", to="accounts.organization")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("researcher", "researcher"),
                            ("org_admin", "org_admin"),
                            ("keeper", "keeper"),
                            ("unit_manager", "unit_manager"),
                            ("bureau_officer", "bureau_officer"),
                            ("bureau_auditor", "bureau_auditor"),
                            ("finance_officer", "finance_officer"),
                            ("sysadmin", "sysadmin"),
                        ],
                        max_length=20,
                    ),
                ),
                ("state", models.CharField(choices=[("pending", "pending"), ("active", "active"), ("refused", "refused"), ("ended", "ended")], default="pending", max_length=10)),
                ("note", models.CharField(blank=True, help_text="what who asks to be admitted says", max_length=200)),
                ("reason", models.CharField(blank=True, help_text="why it was refused or ended", max_length=500)),
                ("created_at", models.DateTimeField()),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["organization", "role", "state"], name="membership_by_role")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "organization", "role"), name="membership_once"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["researcher", "org_admin", "keeper", "unit_manager", "bureau_officer", "bureau_auditor", "finance_officer", "sysadmin"])),
                        name="membership_role_known",
                    ),
                    models.CheckConstraint(condition=models.Q(("state__in", ["pending", "active", "refused", "ended"])), name="membership_state_known"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("INV",), **{}), editable=False, max_length=16, unique=True)),
                ("organization", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="invitations", to="accounts.organization")),
                ("email", models.EmailField(help_text="in lower case", max_length=254)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("researcher", "researcher"),
                            ("org_admin", "org_admin"),
                            ("keeper", "keeper"),
                            ("unit_manager", "unit_manager"),
                            ("bureau_officer", "bureau_officer"),
                            ("bureau_auditor", "bureau_auditor"),
                            ("finance_officer", "finance_officer"),
                            ("sysadmin", "sysadmin"),
                        ],
                        max_length=20,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("invited_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("accepted_at", models.DateTimeField(null=True)),
                ("accepted_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("withdrawn_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("accepted_at__isnull", True), ("withdrawn_at__isnull", True)), fields=("organization", "email", "role"), name="invitation_once"),
                    models.CheckConstraint(
                        condition=models.Q(("role__in", ["researcher", "org_admin", "keeper", "unit_manager", "bureau_officer", "bureau_auditor", "finance_officer", "sysadmin"])),
                        name="invitation_role_known",
                    ),
                ]
            },
        ),
        migrations.CreateModel(
            name="ApiToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("TOK",), **{}), editable=False, max_length=16, unique=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="api_tokens", to=settings.AUTH_USER_MODEL)),
                ("name", models.CharField(max_length=60)),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("scopes", models.JSONField(db_default=[], help_text="what it was given of `TokenScope`")),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("reminded_at", models.DateTimeField(help_text="when its owner was told that it expires soon", null=True)),
                ("last_used_at", models.DateTimeField(help_text="to the hour", null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="SecondFactorReset",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public_id", models.CharField(default=functools.partial(instrument_share.kernel.public_id.new_public_id, *("SFR",), **{}), editable=False, max_length=16, unique=True)),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("requested_by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("requested_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("reason", models.CharField(help_text="how the person showed who they are", max_length=500)),
                ("decided_by", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("decided_at", models.DateTimeField(null=True)),
                ("granted", models.BooleanField(help_text="null while nobody has decided", null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("granted__isnull", True)), fields=("user",), name="second_factor_reset_once"),
                    models.CheckConstraint(
                        condition=models.Q(("decided_by__isnull", True), models.Q(("decided_by", models.F("requested_by")), _negated=True), _connector="OR"), name="second_factor_reset_by_two"
                    ),
                ]
            },
        ),
    ]
