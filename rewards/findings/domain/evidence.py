"""What makes a finding the same when the checks run again."""

from collections.abc import Iterable, Mapping
from typing import Any

from instrument_share.kernel.canonical import canonical_json
from rewards.cycle.domain.parts import hash_content


def hash_evidence(kind: str, instrument: str, logs: Iterable[str], evidence: Mapping[str, Any]) -> str:
    """Return a hash over kind, instrument (public id), logs and evidence."""
    return hash_content(canonical_json([kind, instrument, sorted(logs), dict(evidence)]) + b"\n")


def hash_opened(kind: str, organization_id: int, logs: Iterable[str], evidence: Mapping[str, Any]) -> str:
    """Return a hash over what makes up a finding that no check saw."""
    return hash_content(canonical_json([kind, organization_id, sorted(logs), dict(evidence)]) + b"\n")
