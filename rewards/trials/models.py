"""Trials of policies on years."""

from functools import partial

from django.db import models

from instrument_share.kernel.public_id import new_public_id


class PolicyTrial(models.Model):
    """政策测算: what another policy or budget gives on a year, or a search; touches no result of it."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "TRL")
    )
    year = models.PositiveSmallIntegerField()
    policy = models.ForeignKey("rewards.RewardPolicy", on_delete=models.PROTECT, related_name="+")
    budget_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    search = models.JSONField(
        default=dict, help_text="what is searched for (trials.domain.search.Terms); empty: a plain trial"
    )
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    job_id = models.UUIDField(null=True, help_text="the job that computes it; none when it has ended")
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0, help_text="logs to read; 0: not known yet")
    ended_at = models.DateTimeField(null=True)
    problem = models.JSONField(
        default=dict, help_text="code, message and params of the refusal that ended it, if any"
    )
    result = models.JSONField(
        default=dict, help_text="rows by unit and totals (trials.domain.comparison), what was found"
    )

    def __str__(self) -> str:
        return self.public_id
