"""Seal and send the report to the Finance Bureau."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from itertools import count
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import people_for_city
from instrument_share.documents import official, tables
from instrument_share.documents.sealing import package
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.progress import Tell
from instrument_share.kernel.states import next_state
from rewards.assessment.services.telling import tell_of_sealing
from rewards.cycle.domain.parts import hash_content
from rewards.cycle.domain.states import MOVES
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.services.files import file_store
from rewards.cycle.services.long_steps import LongStep, StepTell, tell_of
from rewards.policy.selectors import get_policy_rules, require_decided_policy
from rewards.report.domain.codes import generate_code
from rewards.report.models import FinanceReport
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.letter import build_finance_letter
from rewards.report.reports.links import get_verification_url
from rewards.report.reports.sealed_inputs import make_sealed_inputs
from rewards.report.reports.sealed_results import encode_sealed_results
from rewards.report.reports.tables import build_data_tables
from rewards.report.selectors.previews import get_next_number
from rewards.report.selectors.sealed import PDF, RESULTS
from rewards.report.services.previews import require_computed, require_looked_at

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FOLDER = "reports"
XLSX = "评价与奖励结果.xlsx"


def report_send(*, actor: "User", cycle_id: int, now: datetime) -> FinanceReport:
    """Seal the approved results and send them: signed PDF, its tables, and all that they follow from.

    The files never change afterwards. The first report of a cycle has number 1, one after a return the next.
    Everything is computed again first. Raises ResultsNotComputed when that gives other results than those
    stored, IllegalMove when the cycle is not approved, or was sent already, PolicyIsDraft, and PreviewMissing
    until somebody has looked through the paper.
    """
    return SEND.take(actor=actor, cycle_id=cycle_id, now=now)


@dataclass(frozen=True)
class SealedFiles:
    """The package of a report and the paper in it, as stored, with the code that is printed there."""

    code: str
    pdf_sha256: str
    pdf_file: str
    package_sha256: str
    package_sm3: str
    package_file: str
    manifest: Mapping[str, Any]


def _admit_send(actor: "User", cycle: AssessmentCycle, _now: datetime) -> None:
    require(actor, "rewards.send_report", cycle)
    next_state(MOVES, cycle.state, "send", kind="cycle")
    require_decided_policy(cycle.policy)
    require_looked_at(cycle)


def _compute_send(cycle: AssessmentCycle, now: datetime, tell: StepTell) -> SealedFiles:
    require_computed(cycle, tell)
    code = generate_code()
    makers = _makers(cycle, code, now, tell_of(tell, "paper"))
    pdf = makers[PDF]()
    makers[PDF] = lambda: pdf
    with TemporaryFile() as target:
        made = _told(makers, tell_of(tell, "files"))
        archive = package.seal_package(
            made, target, metadata=_facts(cycle, code), hashes=settings.SEAL_HASHES
        )
        package_file = _package_store(archive.sha256, target)
    digest = hash_content(pdf)
    return SealedFiles(
        code=code,
        pdf_sha256=digest,
        pdf_file=file_store(folder=FOLDER, name=f"{digest}.pdf", content=pdf),
        package_sha256=archive.sha256,
        package_sm3=archive.sm3,
        package_file=package_file,
        manifest=archive.manifest,
    )


def _package_store(digest: str, content: IO[bytes]) -> str:
    """Store a package under its SHA-256, without holding it in memory; no two have the same code."""
    content.seek(0)
    return default_storage.save(f"{FOLDER}/{digest}.zip", File(content))


def _keep_send(actor: "User", cycle: AssessmentCycle, sealed: SealedFiles, now: datetime) -> FinanceReport:
    report = FinanceReport.objects.create(
        cycle=cycle,
        number=get_next_number(cycle),
        code=sealed.code,
        total_yuan=Decimal(cycle.totals["awarded_yuan"]),
        manifest=sealed.manifest,
        pdf_sha256=sealed.pdf_sha256,
        pdf_file=sealed.pdf_file,
        package_sha256=sealed.package_sha256,
        package_sm3=sealed.package_sm3,
        package_file=sealed.package_file,
        sealed_at=now,
        sent_by=actor,
    )
    cycle.state = next_state(MOVES, cycle.state, "send", kind="cycle")
    cycle.save(update_fields=["state"])
    details = {
        "cycle": cycle.public_id,
        "number": report.number,
        "pdf_sha256": report.pdf_sha256,
        "package_sha256": report.package_sha256,
        **({"package_sm3": report.package_sm3} if report.package_sm3 else {}),
    }
    record(actor=actor, action="report.sent", subject=report, now=now, details=details)
    notify(
        users=people_for_city(Role.FINANCE_OFFICER),
        kind=NotificationKind.ASSESSMENT,
        message=gettext_noop("The report of {year} has arrived; ¥{total} is to be paid."),
        params={"year": cycle.year, "total": f"{report.total_yuan:,.2f}"},
        path=page_address("report", report.public_id),
        now=now,
    )
    tell_of_sealing(cycle, now)
    return report


SEND = LongStep(_admit_send, _compute_send, _keep_send)


def _makers(cycle: AssessmentCycle, code: str, now: datetime, tell: Tell) -> dict[str, Callable[[], bytes]]:
    """Return what makes each file of the package, by its name; the tables bear the instant of the freeze.

    `tell` hears how much of the paper is laid out.
    """
    from instrument_share.documents.sealing import authorities, signing

    facts = get_report_facts(cycle)
    frozen_at = cycle.frozen_at or now
    letter = build_finance_letter(
        facts, get_policy_rules(cycle.policy), code=code, url=get_verification_url(code), at=now
    )
    sheets = build_data_tables(facts)
    return {
        PDF: lambda: signing.sign_pdf(
            official.render_official(letter, tell),
            reason="报送",
            signer_name=letter.sender,
            signed_at=now,
            timestamper=authorities.get_timestamper(),
            trust_roots=authorities.get_trust_roots(),
        ),
        XLSX: lambda: tables.to_xlsx(list(sheets.items()), title=letter.subject, created_at=frozen_at),
        **{f"csv/{name}.csv": partial(tables.to_csv, sheet) for name, sheet in sheets.items()},
        RESULTS: lambda: encode_sealed_results(facts),
        **make_sealed_inputs(facts),
    }


def _told(makers: Mapping[str, Callable[[], bytes]], tell: Tell) -> dict[str, Callable[[], bytes]]:
    """Return the makers, `tell` hearing of each how many were made before it."""
    made = count()

    def make_told(make: Callable[[], bytes]) -> bytes:
        tell(next(made), len(makers))
        return make()

    return {name: partial(make_told, make) for name, make in makers.items()}


def _facts(cycle: AssessmentCycle, code: str) -> dict[str, str]:
    return {
        "year": str(cycle.year),
        "code": code,
        "policy": str(cycle.policy),
        "policy_sha256": cycle.policy.sha256,
        "snapshot": cycle.snapshot_hash,
        "total_yuan": cycle.totals["awarded_yuan"],
    }
