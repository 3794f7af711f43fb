"""Objections to announced results, what units say to them, and the answers."""

from functools import partial

from django.db import models

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.canonical import fingerprint
from instrument_share.kernel.public_id import new_public_id
from rewards.objections.domain.choices import AnswerEffect, InNameOf


class Objection(models.Model):
    """异议: what somebody said against the results during the public notice."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "OBJ")
    )
    cycle = models.ForeignKey("rewards.AssessmentCycle", on_delete=models.PROTECT, related_name="objections")
    number = models.PositiveSmallIntegerField(help_text="order in the cycle, from 1")
    organization = models.ForeignKey(
        "accounts.Organization",
        on_delete=models.PROTECT,
        null=True,
        related_name="objections",
        help_text="the unit that it is about",
    )
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    in_name_of = models.CharField(max_length=15, choices=[(i.value, i.value) for i in InNameOf])
    name = models.CharField(max_length=100)
    organization_name = models.CharField(max_length=100, blank=True)
    email = models.EmailField()
    phone = models.CharField(max_length=50, blank=True)
    language = models.CharField(max_length=10, help_text="in which the objector is written to")
    subject = models.CharField(max_length=100)
    text = models.CharField(max_length=4000)
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [
            known_code("in_name_of", InNameOf, "objection_in_name_of_known"),
            models.UniqueConstraint(fields=["cycle", "number"], name="objection_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.subject}"

    @property
    def fingerprint(self) -> str:
        """The SHA-256 by which the journal knows who objects and what is said, without repeating it."""
        who = (self.in_name_of, self.name, self.organization_name, self.email, self.phone, self.language)
        return fingerprint(self.cycle_id, self.number, *who, self.subject, self.text)


class ObjectionFile(models.Model):
    """A file of an objection, private, named by its content."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="files")
    file = models.FileField(upload_to="objections/")
    name = models.CharField(max_length=200, help_text="as the file was called by who sent it")
    media_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["objection", "sha256"], name="objection_file_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def fingerprint(self) -> str:
        """The SHA-256 by which the journal knows the file and what it was called."""
        return fingerprint(self.file.name, self.name, self.media_type, self.sha256)


class ObjectionComment(models.Model):
    """What the unit concerned says to an objection."""

    objection = models.ForeignKey(Objection, on_delete=models.PROTECT, related_name="comments")
    text = models.CharField(max_length=2000)
    commented_at = models.DateTimeField()
    commented_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.objection_id} {self.commented_at}"


class ObjectionAnswer(models.Model):
    """The bureau's answer to an objection, given once."""

    objection = models.OneToOneField(Objection, on_delete=models.PROTECT, related_name="answer")
    effect = models.CharField(max_length=15, choices=[(e.value, e.value) for e in AnswerEffect])
    text = models.CharField(max_length=2000)
    finding = models.OneToOneField(
        "rewards.Finding", on_delete=models.PROTECT, null=True, related_name="objection_answer"
    )
    answered_at = models.DateTimeField()
    answered_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [known_code("effect", AnswerEffect, "objection_answer_effect_known")]

    def __str__(self) -> str:
        return f"{self.objection_id} {self.effect}"
