"""Loaded policies and their rules."""

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from instrument_share.kernel.errors import require_found
from rewards.policy.domain.errors import PolicyIsDraft
from rewards.policy.domain.policy import RewardPolicy as PolicyRules
from rewards.policy.domain.policy_document import read_policy
from rewards.policy.models import RewardPolicy

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


def policies(viewer: "Viewer") -> QuerySet[RewardPolicy]:  # noqa: ARG001 (everybody may)
    """Return every loaded policy, newest first; policies are public."""
    return RewardPolicy.objects.order_by("-created_at", "-id")


def decided_policies(viewer: "Viewer") -> QuerySet[RewardPolicy]:
    """Return the loaded policies that are no drafts, newest first."""
    return policies(viewer).filter(is_draft=False)


def has_policy() -> bool:
    """Return whether any policy is loaded."""
    return RewardPolicy.objects.exists()


def get_policy(policy_id: int) -> RewardPolicy:
    """Return a loaded policy. Raises NotFound."""
    return require_found(RewardPolicy.objects.filter(pk=policy_id).first())


def policy_by_public_id(viewer: "Viewer", public_id: str) -> RewardPolicy:
    """Return a loaded policy. Raises NotFound."""
    return require_found(policies(viewer).filter(public_id=public_id).first())


def years_of_policy(policy: RewardPolicy) -> list[int]:
    """Return the years that are assessed by the policy, newest first."""
    return list(policy.cycles.order_by("-year").values_list("year", flat=True))


def get_policy_rules(policy: RewardPolicy) -> PolicyRules:
    """Parse the stored document of a policy."""
    return _read(policy.document)


def get_policy_columns(policy: RewardPolicy) -> dict[str, tuple[Any, Any]]:
    """Return what is stored of a policy beside its document, and what the document gives, by column."""
    rules = get_policy_rules(policy)
    return {
        "code": (policy.code, rules.code),
        "version": (policy.version, rules.version),
        "title_zh": (policy.title_zh, rules.title_zh),
        "title_en": (policy.title_en, rules.title_en),
        "is_draft": (policy.is_draft, rules.draft),
        "sha256": (policy.sha256, hashlib.sha256(policy.document.encode()).hexdigest()),
    }


def require_decided_policy(policy: RewardPolicy) -> None:
    """Raise PolicyIsDraft for a draft, by which nothing is approved, sent or paid."""
    if policy.is_draft:
        raise PolicyIsDraft(policy=str(policy))


def all_policy_rules() -> list[PolicyRules]:
    """Return the rules of every loaded policy, those of the newest first."""
    return [
        _read(document)
        for document in RewardPolicy.objects.order_by("-id").values_list("document", flat=True)
    ]


@lru_cache(maxsize=16)
def _read(document: str) -> PolicyRules:
    return read_policy(document)
