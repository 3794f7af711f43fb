"""Declared facts of units and instruments."""

from datetime import UTC
from functools import partial

from django.db import models
from django.db.models import Q

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.canonical import fingerprint
from instrument_share.kernel.public_id import new_public_id
from rewards.declarations.domain.facts import LONGEST_EVIDENCE, FactKind, FactState


class DeclaredFact(models.Model):
    """申报事项: what a unit declares for a year, with its evidence, and the bureau's word on it."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "FCT")
    )
    organization = models.ForeignKey("accounts.Organization", on_delete=models.PROTECT, related_name="+")
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.PROTECT, null=True, related_name="+"
    )
    year = models.PositiveSmallIntegerField(help_text="for which it holds; from which, of an instrument")
    kind = models.CharField(max_length=20, choices=[(kind.value, kind.value) for kind in FactKind])
    about = models.CharField(
        max_length=40, blank=True, help_text="what it is declared once for: a qualification, an instrument"
    )
    code = models.CharField(
        max_length=40, blank=True, help_text="of the qualification or grade, as policies name it"
    )
    figure = models.DecimalField(max_digits=14, decimal_places=2, null=True, help_text="projects, or yuan")
    evidence = models.CharField(max_length=LONGEST_EVIDENCE, help_text="the document and its number")
    valid_through = models.DateField(null=True)
    state = models.CharField(
        max_length=10, choices=[(s.value, s.value) for s in FactState], default=FactState.DECLARED.value
    )
    reason = models.CharField(max_length=500, blank=True, help_text="why it was returned")
    declared_at = models.DateTimeField()
    declared_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            known_code("kind", FactKind, "declared_fact_kind_known"),
            models.UniqueConstraint(fields=["organization", "year", "kind", "about"], name="fact_once"),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="fact_returned_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(figure__isnull=True) | Q(figure__gte=0), name="fact_figure_not_negative"
            ),
            known_code("state", FactState, "fact_state_known"),
            models.CheckConstraint(
                condition=~Q(state="confirmed")
                | (Q(decided_by__isnull=False) & ~Q(decided_by=models.F("declared_by"))),
                name="fact_confirmed_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.kind}"

    @property
    def named_state(self) -> str:
        """The state as pages and the journal name it: withdrawn where it is returned by nobody's decision."""
        is_withdrawn = self.state == FactState.RETURNED and self.decided_by_id is None
        return "withdrawn" if is_withdrawn else self.state

    @property
    def declaration(self) -> str:
        """Tells one declaration of the fact from another: when it was declared, and its files."""
        return fingerprint(self.declared_at.astimezone(UTC).isoformat(), self.proofs_fingerprint)

    @property
    def proofs_fingerprint(self) -> str:
        """What its journal tells of its files, the replaced ones too."""
        return fingerprint(
            *(
                (one.sha256, one.file.name, one.name, one.media_type, str(one.replaced_at))
                for one in self.proofs.order_by("sha256")
            )
        )


class FactProof(models.Model):
    """证明材料: a file that proves a declared fact, private, named by its content; replaced ones are kept."""

    fact = models.ForeignKey(DeclaredFact, on_delete=models.PROTECT, related_name="proofs")
    file = models.FileField(upload_to="facts/")
    name = models.CharField(max_length=200, help_text="as the file was called by who sent it")
    media_type = models.CharField(max_length=40)
    sha256 = models.CharField(max_length=64)
    replaced_at = models.DateTimeField(null=True, help_text="when other files were declared instead")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["fact", "sha256"], name="fact_proof_once")]

    def __str__(self) -> str:
        return self.name
