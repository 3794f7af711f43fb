"""Load reward policies."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from rewards.policy.domain.errors import PolicyVersionTaken
from rewards.policy.domain.policy_document import read_policy
from rewards.policy.models import RewardPolicy

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def policy_load(*, actor: "User", document: str, now: datetime) -> RewardPolicy:
    """Store a TOML document as a version of the policy; loading it again changes nothing.

    Raises PolicyRefused with every problem of the document, PolicyVersionTaken for other content under the
    code and version of a loaded one.
    """
    require(actor, "rewards.run_cycle")
    policy = read_policy(document)
    sha256 = hashlib.sha256(document.encode()).hexdigest()
    loaded, created = RewardPolicy.objects.get_or_create(
        code=policy.code,
        version=policy.version,
        defaults={
            "title_zh": policy.title_zh,
            "title_en": policy.title_en,
            "is_draft": policy.draft,
            "document": document,
            "sha256": sha256,
            "created_at": now,
        },
    )
    if loaded.sha256 != sha256:
        raise PolicyVersionTaken(policy=policy.code, version=policy.version)
    if created:
        record(actor=actor, action="policy.loaded", subject=loaded, now=now, details={"sha256": sha256})
    return loaded
