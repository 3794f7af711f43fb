"""Innovation vouchers of this year: a batch with claims in each state, and one that was just opened."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.accounts.selectors import people_with_role
from instrument_share.demo.history import combine
from instrument_share.demo.world import World
from instrument_share.kernel.city_time import CITY_TIME
from rewards import public as rewards

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from rewards.models import VoucherClaim, VoucherGrant, VoucherScheme

BEGAN, RUNS, CLAIMS_RUN_ON = timedelta(days=150), timedelta(days=365), timedelta(days=60)
"""How long ago the batch was opened, how long its vouchers pay, and how much longer claims are taken."""
SIZES = (SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO)
CAP, WANTED = Decimal(30_000), (30_000, 20_000, 12_000, 8_000)
FACTS = (
    {"zh": "使用仪器开展的研发活动", "en": "Research for which instruments are used"},
    {"zh": "上年度研发费用（万元）", "en": "R&D expenses last year (10,000 yuan)"},
)
STATED = ("新产品配方与失效分析", "286")
BANK = "云屏商业银行科技支行"
BACK = "收款账户户名与单位名称不一致，银行退回。"
UNCLEAR = "发票影像不清，无法核对开票内容，请重新上传后申请。"
INCOMPLETE = "未提供上年度研发费用的证明材料。"
ENDS = ("paid", "came back", "paid", "listed", "audited", "checked", "submitted", "refused")
"""How far the claims have come, one after the other; later ones wait."""


def load(world: World) -> str:
    """Load the stage and return a summary."""
    began = combine(world.today, 9) - BEGAN
    scheme = _open(world, "YPCXQ", 1, "云屏市科技创新券", "Innovation vouchers of Yunping", began)
    _open(
        world, "XSCXQ", 1, "溪山省科技创新券", "Innovation vouchers of Xishan", world.now - timedelta(days=2)
    )
    grants = [
        _grant(world, scheme, firm, admin, began, number)
        for number, (firm, admin) in enumerate(_firms(world))
    ]
    held = [grant for grant in grants if grant is not None]
    claims = list(_claim(world, held))
    _decide(world, scheme, claims)
    return f"{len(held)} vouchers, {len(claims)} claims"


def _open(world: World, code: str, batch: int, zh: str, en: str, at: datetime) -> "VoucherScheme":
    is_of_city = code == "YPCXQ"
    terms = rewards.Terms(
        kinds=(OrganizationKind.ENTERPRISE,),
        sizes=SIZES,
        share_percent=Decimal(50) if is_of_city else Decimal(30),
        cap_yuan=CAP,
        budget_yuan=Decimal(500_000),
        apply_from=at.date(),
        apply_until=world.today + timedelta(days=30),
        use_from=at.date() - timedelta(days=60),
        use_until=at.date() + RUNS,
        claim_until=at.date() + RUNS + CLAIMS_RUN_ON,
    )
    return rewards.voucher_scheme_open(
        actor=world.officer,
        code=code,
        batch=batch,
        issuer=rewards.Issuer.CITY if is_of_city else rewards.Issuer.PROVINCE,
        name_zh=zh,
        name_en=en,
        terms=terms,
        facts=FACTS,
        now=at,
    )


def _firms(world: World) -> "Iterator[tuple[Organization, User]]":
    """Yield small and medium firms with their administrators."""
    for firm in world.organizations.values():
        admin = people_with_role(Role.ORG_ADMIN, firm.pk).first()
        if firm.kind == OrganizationKind.ENTERPRISE and firm.size_class in SIZES and admin is not None:
            yield firm, admin


def _grant(
    world: World, scheme: "VoucherScheme", firm: "Organization", admin: "User", began: datetime, number: int
) -> "VoucherGrant | None":
    """Apply for a firm and grant it a voucher; the fifth is refused, those from the sixth on wait.

    An officer who once belonged to the sixth leaves its application to others.
    """
    at = began + timedelta(days=1, hours=number)
    application = rewards.voucher_apply(
        actor=admin,
        scheme_id=scheme.pk,
        organization_id=firm.pk,
        amount_yuan=Decimal(WANTED[number % len(WANTED)]),
        stated=STATED,
        uploads=[_scan(world, firm.uscc, "营业执照和研发费用证明")],
        now=at,
    )
    about: dict[str, Any] = {
        "actor": world.officer,
        "application_id": application.pk,
        "now": at + timedelta(days=3),
    }
    if number == 5:
        _leave_firm(world.people["fang"], firm, world)
    if number == 4:
        rewards.voucher_application_refuse(reason=INCOMPLETE, **about)
    return rewards.voucher_grant(**about) if number < 4 else None


def _leave_firm(officer: "User", firm: "Organization", world: World) -> None:
    """Let an officer have belonged to a firm until a year ago."""
    joined, left = (world.now - timedelta(days=days) for days in (900, 400))
    role = accounts.membership_grant(
        actor=None, user=officer, organization=firm, role=Role.RESEARCHER, now=joined
    )
    accounts.membership_close(actor=officer, membership_id=role.pk, now=left)


def _claim(world: World, grants: "list[VoucherGrant]") -> "Iterator[VoucherClaim]":
    """Claim against what each firm has confirmed, a month of one firm after a month of another."""
    at = world.now - timedelta(days=12)
    day = at.astimezone(CITY_TIME).date()
    offers = [[(grant, offer) for offer in rewards.offered_statements(grant, day)] for grant in grants]
    for number, (grant, offer) in enumerate(chain.from_iterable(zip(*offers, strict=False)), start=1):
        if number > len(ENDS):
            return
        yield rewards.voucher_claim(
            actor=grant.application.submitted_by,
            grant_id=grant.pk,
            statement_id=offer.statement.pk,
            invoice_number=f"2651{number:08d}",
            invoice_date=at.date() - timedelta(days=3),
            sole_support=True,
            uploads=[_scan(world, grant.public_id, "发票和付款凭证")],
            now=at,
        )


def _scan(world: World, key: str, name: str) -> ContentFile:
    """Return what stands for a scanned paper."""
    return ContentFile(world.building(key).read(), name=f"{name}.png")


def _decide(world: World, scheme: "VoucherScheme", claims: "list[VoucherClaim]") -> None:
    at = world.now - timedelta(days=10)
    ends = list(zip(claims, ENDS, strict=False))
    for claim, end in ends:
        if end in ("paid", "came back", "listed"):
            _approve(world, claim, at)
    if claims:
        _pay(world, scheme, ENDS[: len(claims)])
    for claim, end in ends:
        _leave(world, claim, end, at + timedelta(days=3))


def _leave(world: World, claim: "VoucherClaim", end: str, at: datetime) -> None:
    if end == "audited":
        _approve(world, claim, at)
    elif end == "checked":
        rewards.voucher_claim_check(actor=world.officer, claim_id=claim.pk, now=at)
    elif end == "refused":
        rewards.voucher_claim_refuse(actor=world.officer, claim_id=claim.pk, reason=UNCLEAR, now=at)


def _approve(world: World, claim: "VoucherClaim", at: datetime) -> None:
    rewards.voucher_claim_check(actor=world.officer, claim_id=claim.pk, now=at)
    rewards.voucher_claim_audit(actor=world.people["fang"], claim_id=claim.pk, now=at + timedelta(hours=3))


def _pay(world: World, scheme: "VoucherScheme", ends: Sequence[str]) -> None:
    """Make a list, check the accounts, and pay as far as the ends say."""
    at = world.now - timedelta(days=8)
    finance: dict[str, Any] = {"actor": world.people["wu"]}
    made = rewards.voucher_list_make(actor=world.officer, scheme_id=scheme.pk, now=at)
    for row, end in zip(rewards.payout_rows(made), ends, strict=False):
        _keep_account(world, row.claim.grant, at)
        if end == "listed":
            continue
        payout = rewards.voucher_payout_record(
            row_id=row.pk,
            amount_yuan=row.amount_yuan,
            paid_date=at.date() + timedelta(days=1),
            bank_reference=f"DF{at:%Y%m%d}{row.position:04d}",
            now=at + timedelta(days=2),
            **finance,
        )
        if end == "came back":
            rewards.voucher_payout_reverse(
                payout_id=payout.pk,
                reversed_date=at.date() + timedelta(days=3),
                bank_reference=f"TH{at:%Y%m%d}{row.position:04d}",
                reason=BACK,
                now=at + timedelta(days=4),
                **finance,
            )


def _keep_account(world: World, grant: "VoucherGrant", at: datetime) -> None:
    account = rewards.account_enter(
        actor=grant.application.submitted_by,
        organization_id=grant.organization_id,
        holder=grant.organization.name_zh,
        bank=BANK,
        number=f"99020000{grant.organization_id:08d}",
        now=at,
    )
    rewards.account_check(actor=world.people["wu"], account_id=account.pk, now=at)
