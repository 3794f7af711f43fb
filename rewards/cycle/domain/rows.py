"""Convert rows of a snapshot to the facts for counting and checks."""

from collections.abc import Collection, Mapping
from datetime import timedelta

from bookings.domain import UsagePurpose
from instrument_share.accounts.domain import OrganizationKind
from providers.domain import ServiceMode
from rewards.cycle.domain.entries import EntryFacts, InstrumentStanding
from rewards.cycle.domain.snapshot_schema import InstrumentRow, UnitRow, UsageRow

EXCLUDED_AS: Mapping[UsagePurpose, str] = {
    UsagePurpose.SERVICE: "",
    UsagePurpose.STATUTORY_TESTING: "statutory",
    UsagePurpose.GOODS_INSPECTION: "commodity_inspection",
    UsagePurpose.MEDICAL_CARE: "medical",
    UsagePurpose.COMMERCIAL_FILMING: "filming",
    UsagePurpose.TELECOM_BILLING: "telecom",
}
"""The purpose of a log → the exclusion of a policy (`policy.EXCLUSIONS`) that it falls under."""

OVERRUN_GRACE = timedelta(minutes=30)
"""How long a use may begin before its booking, or run past its end, before anyone asks."""


def entry_from_row(
    row: UsageRow, instrument: InstrumentRow, unit: UnitRow, invalidated: Collection[str] = ()
) -> EntryFacts:
    """Return the facts of one usage row; `invalidated` are the public ids of logs that no longer count."""
    enterprise = row.user_organization_kind == OrganizationKind.ENTERPRISE
    return EntryFacts(
        public_id=row.id,
        instrument=instrument.instrument,
        number=row.number,
        recorded_at=row.recorded_at,
        start=row.starts_at,
        end=row.ends_at,
        setup_seconds=row.setup_seconds,
        measuring_seconds=row.measuring_seconds,
        post_seconds=row.post_seconds,
        idle_seconds=row.idle_seconds,
        amount=row.amount_yuan,
        external=row.external,
        related=row.related,
        enterprise=enterprise,
        sme=enterprise and row.user_size_class.is_sme,
        purpose=EXCLUDED_AS[row.purpose],
        inside_region=row.in_region,
        capture=row.capture.value,
        by_hand=row.capture.is_by_hand,
        confirmed=row.confirmed,
        invalidated=row.id in invalidated,
        user_organization=row.payer_organization or "",
        owner=unit.organization,
        operator=row.operator,
        place="" if row.service_mode == ServiceMode.REMOTE else instrument.place_zh,
        booking=row.booking or "",
        booked_from=row.booked_starts_at - OVERRUN_GRACE if row.booked_starts_at else None,
        booked_until=row.booked_ends_at + OVERRUN_GRACE if row.booked_ends_at else None,
        quoted=row.quoted_yuan,
        outside_seconds=(row.ends_at - row.starts_at) // timedelta(seconds=1) - row.inside_windows_seconds,
        rating=row.rating,
        open_dispute=row.open_dispute,
        logged_end=row.logged_ends_at,
    )


def standing_from_row(row: InstrumentRow) -> InstrumentStanding:
    """Return the facts that decide the instrument's eligibility."""
    return InstrumentStanding(
        public_id=row.instrument,
        published_in_year=row.published_in_year,
        original_value=row.value_yuan,
        externally_shared=row.externally_shared,
        in_service_from=row.in_service_from,
        retired_on=row.retired_on,
    )
