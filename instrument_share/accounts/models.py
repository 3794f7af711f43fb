"""People, the bodies they belong to, and the roles they have there."""

import json
from collections.abc import Iterable
from datetime import UTC
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import F, Max, Q
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext

from instrument_share.accounts.domain import (
    MembershipState,
    OrganizationKind,
    OrganizationState,
    Role,
    SizeClass,
)
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.hashes import SHA256, digest
from instrument_share.kernel.public_id import new_public_id

ERASED_NAME = "已注销用户"
"""What stands in the database for the name of a deleted account."""
ERASED_PREFIX = "deleted-"


class ShownName(DeferredAttribute):
    """The attribute of a name: of a deleted account it reads as a stand-in, in the reader's language."""

    def __get__(self, instance: models.Model | None, cls: type | None = None) -> Any:
        if instance is not None and instance.__dict__.get("erased_at"):
            return gettext("Deleted user")
        return super().__get__(instance, cls)

    def __set__(self, instance: models.Model, value: str) -> None:
        instance.__dict__["name"] = value


class NameField(models.CharField):
    """The name of a person. What is shown in place of it after the account is deleted is never stored."""

    descriptor_class = ShownName

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        erased = getattr(model_instance, "erased_at", None)
        return ERASED_NAME if erased else super().pre_save(model_instance, add)

    def deconstruct(self) -> Any:
        """Migrations know it as a text like any other."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class User(AbstractUser):
    """A person with an account. Names are one field: Chinese names have no first and last in that order."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "USR")
    )
    name = NameField(max_length=100)
    phone = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=10, default="zh-hans")
    privacy_version = models.CharField(
        max_length=10,
        blank=True,
        help_text="the privacy notice agreed to last; empty: none yet",
    )
    privacy_agreed_at = models.DateTimeField(null=True, blank=True)
    locked_at = models.DateTimeField(
        null=True, blank=True, help_text="since when it is locked (`is_active` is false then)"
    )
    lock_reason = models.CharField(max_length=500, blank=True, help_text="as the person reads it at login")
    erased_at = models.DateTimeField(
        null=True, blank=True, help_text="since when the account is deleted; its rows and public id stay"
    )

    REQUIRED_FIELDS = ["email", "name"]

    class Meta(AbstractUser.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True)
                | Q(
                    name=ERASED_NAME, email="", phone="", is_active=False, username__startswith=ERASED_PREFIX
                ),
                name="user_erased_has_no_data",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name or self.username

    def get_short_name(self) -> str:
        return self.get_full_name()


STORED_WITH_SESSION = ["session_data", "expire_date", "user", "signed_in_at", "agent", "address"]


class Session(AbstractBaseSession):
    """A browser's session, with whose it is, so that an account's can be counted and ended."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, related_name="sessions")
    signed_in_at = models.DateTimeField(null=True)
    agent = models.CharField(
        max_length=300, blank=True, db_default="", default="", help_text="what the browser calls itself"
    )
    address = models.CharField(
        max_length=45,
        blank=True,
        db_default="",
        default="",
        help_text="of the network, without its last part",
    )
    last_seen_at = models.DateTimeField(null=True, help_text="to the minute")

    def __str__(self) -> str:
        return f"session of {self.user_id}"

    def save(self, *args: Any, force_update: bool = False, **kwargs: Any) -> None:
        """Leave `last_seen_at` alone when the store saves a session again: it knows an older one."""
        if force_update:
            kwargs["update_fields"] = STORED_WITH_SESSION
        super().save(*args, force_update=force_update, **kwargs)


class District(models.Model):
    """A district of the city, by its code after GB/T 2260."""

    code = models.CharField(max_length=6, unique=True)
    name_zh = models.CharField(max_length=50)
    name_en = models.CharField(max_length=100, blank=True)

    def __str__(self) -> str:
        return self.name_zh


class Organization(models.Model):
    """Any body with a 统一社会信用代码 (GB 32100): owns instruments, uses them, or both."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "ORG")
    )
    uscc = models.CharField(max_length=18, unique=True)
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=20, choices=[(k.value, k.value) for k in OrganizationKind])
    size_class = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in SizeClass], default=SizeClass.NONE.value
    )
    district = models.ForeignKey(District, on_delete=models.PROTECT, null=True, related_name="organizations")
    in_region = models.BooleanField(default=True, help_text="whether it sits in the city's region")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    owns_instruments = models.BooleanField(default=False)
    region = models.ForeignKey(
        District,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="the district that a bureau answers for; none: the whole city",
    )
    contact = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=50, blank=True)
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in OrganizationState],
        default=OrganizationState.PENDING.value,
    )
    registered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, help_text="when it was last handed in to the bureau")
    reason = models.CharField(
        max_length=500, blank=True, help_text="why it is refused or suspended, as its people read it"
    )
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            known_code("size_class", SizeClass, "organization_size_class_known"),
            known_code("kind", OrganizationKind, "organization_kind_known"),
            known_code("state", OrganizationState, "organization_state_known"),
        ]
        indexes = [models.Index(fields=["owns_instruments", "state", "id"], name="organization_owning")]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def submission(self) -> str:
        """Tells one registration or correction from another: when it, or its documents, changed last."""
        changes = self.documents.aggregate(added=Max("uploaded_at"), removed=Max("removed_at"))
        instants = (self.submitted_at or self.created_at, *filter(None, changes.values()))
        return max(instants).astimezone(UTC).isoformat()

    def version_of(self, columns: Iterable[str]) -> str:
        """Tells one state of these columns from another."""
        values = json.dumps([self.serializable_value(name) for name in columns])
        return digest(SHA256, values.encode())


class OrganizationDocument(models.Model):
    """A document with which an organization shows who it is: kept by its content, read by few."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "DOC")
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="documents")
    file = models.FileField(upload_to="organizations/")
    name = models.CharField(max_length=200, help_text="as the file was called by who uploaded it")
    media_type = models.CharField(max_length=40)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sha256"],
                condition=Q(removed_at__isnull=True),
                name="organization_document_once",
            )
        ]

    def __str__(self) -> str:
        return self.name


class OrganizationRelation(models.Model):
    """Two organizations that declared themselves related; rewards exclude use between them.

    An ended relation stays, with its dates; the two can be declared related again.
    """

    first = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="relations_as_first")
    second = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="relations_as_second")
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    end_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"],
                condition=Q(ended_at__isnull=True),
                name="organization_relation_once",
            ),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="organization_relation_ordered"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id}–{self.second_id}"


class Membership(models.Model):
    """A person's role in an organization."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "MBR")
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in MembershipState],
        default=MembershipState.PENDING.value,
    )
    note = models.CharField(max_length=200, blank=True, help_text="what who asks to be admitted says")
    reason = models.CharField(max_length=500, blank=True, help_text="why it was refused or ended")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organization", "role"], name="membership_once"),
            known_code("role", Role, "membership_role_known"),
            known_code("state", MembershipState, "membership_state_known"),
        ]
        indexes = [models.Index(fields=["organization", "role", "state"], name="membership_by_role")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} {self.organization_id}"


class Invitation(models.Model):
    """An invitation by mail to a role in an organization; of its secret only the SHA-256 is kept."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "INV")
    )
    organization = models.ForeignKey(Organization, on_delete=models.PROTECT, related_name="invitations")
    email = models.EmailField(help_text="in lower case")
    role = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email", "role"],
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="invitation_once",
            ),
            known_code("role", Role, "invitation_role_known"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.email}"


class ApiToken(models.Model):
    """A personal token for the API; only its SHA-256 is kept."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "TOK")
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(db_default=[], help_text="what it was given of `TokenScope`")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, help_text="when its owner was told that it expires soon")
    last_used_at = models.DateTimeField(null=True, help_text="to the hour")
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class SecondFactorReset(models.Model):
    """A request to take the second factors off an account whose owner has lost them; two people decide."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "SFR")
    )
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    reason = models.CharField(max_length=500, help_text="how the person showed who they are")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    granted = models.BooleanField(null=True, help_text="null while nobody has decided")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(granted__isnull=True), name="second_factor_reset_once"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
                name="second_factor_reset_by_two",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} for {self.user_id}"
