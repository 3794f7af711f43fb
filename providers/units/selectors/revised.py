"""Profiles and publications as kinds of rows of which revisions are kept."""

from collections.abc import Callable
from typing import Any

from instrument_share.journal.addresses import page_address
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Bilingual, Words
from providers.revisions.selectors import RevisedKind
from providers.units.domain.profiles import PROFILE_FIELDS
from providers.units.domain.publications import FIELDS, PREFIXES, PublicationKind, publication_state
from providers.units.selectors.publications import publication
from providers.units.selectors.units import unit

NOT_KEPT = frozenset({"instruments"})
"""Fields of which no revision is kept."""


def _publication_kind(kind: PublicationKind) -> RevisedKind:
    return RevisedKind(
        name="publication",
        find=_find(kind),
        title=lambda row: Bilingual(row.title_zh, row.title_en),
        address=lambda row: page_address("publication", row.public_id),
        labels={name: field.label for name, field in FIELDS[kind].items() if name not in NOT_KEPT},
        state=lambda row: publication_state(row.scheduled_at, row.published_at, row.withdrawn_at).value,
    )


def _find(kind: PublicationKind) -> Callable[[Any, str], Any]:
    return lambda viewer, public_id: publication(viewer, kind, public_id)


REVISED = {
    "UNT": RevisedKind(
        name="profile",
        find=unit,
        title=lambda _row: Words(gettext_noop("Profile")),
        address=lambda row: page_address("unit", row.organization.public_id),
        labels={name: field.label for name, field in PROFILE_FIELDS.items()},
    ),
    **{prefix: _publication_kind(kind) for prefix, kind in PREFIXES.items()},
}
