"""Projects of an organization, and who may use them."""

from functools import partial

from django.db import models
from django.db.models import F, Q

from bookings.projects.domain.choices import FundingSource, ProjectState
from bookings.projects.domain.facts import LONGEST_NAME, LONGEST_NUMBER, get_title
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id


class Project(models.Model):
    """项目: what an organization's bookings are for, with the holder who answers for its budget."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "PRJ")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="projects"
    )
    name = models.CharField(max_length=LONGEST_NAME)
    number = models.CharField(max_length=LONGEST_NUMBER, blank=True)
    funding = models.CharField(max_length=20, choices=[(f.value, f.value) for f in FundingSource])
    holder = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="projects_held")
    for_all_members = models.BooleanField(default=True)
    members = models.ManyToManyField("accounts.User", related_name="projects_open_to")
    first_date = models.DateField(null=True)
    last_date = models.DateField(null=True)
    budget_yuan = models.DecimalField(max_digits=11, decimal_places=2, null=True)
    state = models.CharField(
        max_length=6, choices=[(s.value, s.value) for s in ProjectState], default=ProjectState.OPEN.value
    )
    created_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1, help_text="grows with every change; the ETag")

    class Meta:
        constraints = [
            known_code("funding", FundingSource, "project_funding_known"),
            models.UniqueConstraint(
                fields=["organization", "number"], condition=~Q(number=""), name="project_number_once"
            ),
            models.CheckConstraint(
                condition=Q(budget_yuan__isnull=True) | Q(budget_yuan__gte=0),
                name="project_budget_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(first_date__isnull=True)
                | Q(last_date__isnull=True)
                | Q(last_date__gte=F("first_date")),
                name="project_period_in_order",
            ),
            known_code("state", ProjectState, "project_state_known"),
        ]

    def __str__(self) -> str:
        return get_title(self.name, self.number)
