"""Roles, kinds and states of people and organizations (docs/glossary.md)."""

from enum import StrEnum


class Role(StrEnum):
    """A person's role in an organization; what each may do stands in `accounts.permissions`."""

    RESEARCHER = "researcher"
    ORG_ADMIN = "org_admin"
    KEEPER = "keeper"
    UNIT_MANAGER = "unit_manager"
    BUREAU_OFFICER = "bureau_officer"
    BUREAU_AUDITOR = "bureau_auditor"
    FINANCE_OFFICER = "finance_officer"
    SYSADMIN = "sysadmin"


class OrganizationKind(StrEnum):
    UNIVERSITY = "university"
    INSTITUTE = "institute"
    HOSPITAL = "hospital"
    ENTERPRISE = "enterprise"
    SERVICE_BODY = "service_body"
    GOVERNMENT = "government"
    BUREAU = "bureau"
    FINANCE = "finance"


class SizeClass(StrEnum):
    """Size of an enterprise (统计上大中小微型企业划分办法); `none` for what is not an enterprise."""

    LARGE = "large"
    MEDIUM = "medium"
    SMALL = "small"
    MICRO = "micro"
    NONE = "none"

    @property
    def is_sme(self) -> bool:
        return self in {SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO}


class OrganizationState(StrEnum):
    PENDING = "pending"
    ADMITTED = "admitted"
    REFUSED = "refused"
    SUSPENDED = "suspended"


class MembershipState(StrEnum):
    PENDING = "pending"
    ACTIVE = "active"
    REFUSED = "refused"
    ENDED = "ended"
