"""Addresses of the pages that bring several apps together."""

from django.conf import settings
from django.urls import path

from bookings import public as bookings
from instrument_share.pages.views import bureau, catalogue, compare, home, instrument, unit_desk, units
from instrument_share.pages.views.keeper import keeper, keeper_events
from instrument_share.pages.views.me import me, my_organization, my_usage
from instrument_share.pages.views.national import file_of_region, file_of_unit, of_region, of_unit
from instrument_share.pages.views.opendata import sitemap_index, sitemap_part
from instrument_share.pages.views.publications import publication
from instrument_share.people.views import (
    account,
    admission,
    inbox,
    members,
    organization_papers,
    organizations,
)
from providers import public as providers

urlpatterns = [
    path("", home.home, name="home"),
    path("desk/", home.desk, name="desk"),
    path("instruments/", catalogue.catalogue, name="catalogue"),
    path("instruments/<str:public_id>/", instrument.instrument, name="instrument"),
    path("instruments/<str:public_id>/picture/", instrument.picture, name="instrument_picture"),
    path(
        "instruments/pictures/<str:public_id>/<str:size>/",
        instrument.gallery_picture,
        name="instrument_gallery_picture",
    ),
    path("instruments/files/<str:public_id>/", instrument.file, name="instrument_file"),
    path("instruments/<str:public_id>/sheet.pdf", instrument.sheet, name="instrument_sheet"),
    path(
        "instruments/<str:public_id>/availability/", instrument.availability, name="instrument_availability"
    ),
    path("instruments/<str:public_id>/book/", bookings.book, name="book"),
    path("instruments/<str:public_id>/quote/", bookings.quote, name="quote"),
    path("units/", units.units, name="units"),
    path("units/<str:public_id>/", units.unit, name="unit"),
    path("units/<str:public_id>/picture/", units.picture, name="unit_picture"),
    path("publications/<str:public_id>/", publication, name="publication"),
    path("unit/<str:organization_id>/statement/", providers.statement_new, name="statement_new"),
    path("units/<str:public_id>/news.atom", providers.UnitNewsFeed(), name="unit_feed"),
    path("opendata/", providers.opendata, name="opendata"),
    path("opendata/news.atom", providers.NewsFeed(), name="news_feed"),
    path("opendata/instruments.atom", providers.InstrumentFeed(), name="instrument_feed"),
    path("opendata/<slug:name>.<slug:form>", providers.data_set, name="data_set"),
    path("sitemap.xml", sitemap_index, name="sitemap"),
    path("sitemap-<str:section>.xml", sitemap_part, name="sitemap_part"),
    path("openness/", home.openness, name="openness"),
    path("compare/", compare.compare, name="compare"),
    path("timeline/", catalogue.timeline, name="timeline"),
    path("timeline/events/", catalogue.timeline_events, name="timeline_events"),
    path("me/", me, name="me"),
    path("me/usage/", my_usage, name="my_usage"),
    path("me/organization/<str:public_id>/", my_organization, name="my_organization"),
    path("me/notifications/", inbox.inbox, name="inbox"),
    path("me/notifications/read/", inbox.notifications_read, name="notifications_read"),
    path("me/notifications/<str:public_id>/", inbox.notification_open, name="notification_open"),
    path("me/tokens/", inbox.tokens, name="tokens"),
    path("me/tokens/<str:public_id>/revoke/", inbox.token_revoke, name="token_revoke"),
    path("keeper/", keeper, name="keeper"),
    path("keeper/events/", keeper_events, name="keeper_events"),
    path("keeper/log/", bookings.usage_by_hand, name="usage_by_hand"),
    path("keeper/closures/", bookings.closures, name="closures"),
    path("keeper/closure/", bookings.closure_new, name="closure_new"),
    path("keeper/closures/<str:public_id>/lift/", bookings.closure_lift, name="closure_lift"),
    path("unit/", unit_desk.unit_desk, name="unit_desk"),
    path("unit/<str:public_id>/national/", of_unit, name="national"),
    path("unit/<str:public_id>/national/<int:year>/", providers.year_edit, name="national_year"),
    path(
        "unit/<str:public_id>/national/<int:year>/records.<str:ending>",
        file_of_unit,
        name="national_file",
    ),
    path("bureau/national/", of_region, name="national_region"),
    path(
        "bureau/national/<int:year>/records.<str:ending>",
        file_of_region,
        name="national_region_file",
    ),
    path("bureau/", bureau.bureau, name="bureau"),
    path("organizations/", admission.organizations, name="organizations"),
    *(
        path(
            f"bureau/organizations/<str:public_id>/{move}/",
            admission.organization_decide,
            {"move": move},
            name=f"organization_{move}",
        )
        for move in ("admit", "refuse", "suspend", "reinstate")
    ),
    path("me/organizations/", organizations.my_organizations, name="my_organizations"),
    path("me/organizations/<str:membership_id>/withdraw/", members.request_withdraw, name="request_withdraw"),
    path("me/settings/", account.settings, name="settings"),
    path("invitations/<str:secret>/", account.invitation, name="invitation"),
    path("organizations/register/", organizations.organization_register, name="organization_register"),
    path("organizations/join/", organizations.organization_join, name="organization_join"),
    path("organizations/<str:public_id>/", organizations.organization, name="organization"),
    path("organizations/<str:public_id>/join/", organizations.membership_request, name="membership_request"),
    path(
        "organizations/<str:public_id>/correct/",
        organizations.organization_correct,
        name="organization_correct",
    ),
    path(
        "organizations/<str:public_id>/revise/",
        organizations.organization_revise,
        name="organization_revise",
    ),
    path("organizations/<str:public_id>/edit/", organizations.organization_edit, name="organization_edit"),
    path("organizations/<str:public_id>/leave/", members.organization_leave, name="organization_leave"),
    path(
        "organizations/<str:public_id>/documents/",
        organization_papers.documents_add,
        name="organization_documents",
    ),
    path(
        "organizations/<str:public_id>/documents/<str:document_id>/",
        organization_papers.document,
        name="organization_document",
    ),
    path(
        "organizations/<str:public_id>/documents/<str:document_id>/remove/",
        organization_papers.document_remove,
        name="organization_document_remove",
    ),
    path("organizations/<str:public_id>/relations/", organization_papers.relation_new, name="relation_new"),
    path(
        "organizations/<str:public_id>/relations/<str:other_id>/end/",
        organization_papers.relation_end,
        name="relation_end",
    ),
    path("organizations/<str:public_id>/members/", members.members, name="members"),
    path("organizations/<str:public_id>/invitations/", members.invitation_send, name="invitation_send"),
    path(
        "organizations/<str:public_id>/invitations/<str:invitation_id>/resend/",
        members.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "organizations/<str:public_id>/invitations/<str:invitation_id>/withdraw/",
        members.invitation_withdraw,
        name="invitation_withdraw",
    ),
    *(
        path(f"organizations/<str:public_id>/members/<str:membership_id>/{part}/", view, name=name)
        for part, view, name in (
            ("admit", members.member_admit, "member_admit"),
            ("refuse", members.member_refuse, "member_refuse"),
            ("role", members.member_role, "member_role"),
            ("end", members.member_end, "member_end"),
            ("hand-over", members.hand_over, "hand_over"),
        )
    ),
    path("bureau/completeness/", providers.completeness, name="completeness"),
    path("bureau/completeness/remind/", providers.remind, name="completeness_remind"),
    path("bureau/units/<str:public_id>/", providers.unit_supervision, name="unit_supervision"),
]
if settings.DEBUG:
    from instrument_share.pages import styleguide

    urlpatterns += [
        path("styleguide/", styleguide.styleguide, name="styleguide"),
        path("styleguide/times.json", styleguide.times, name="styleguide_times"),
        path("styleguide/confirm/", styleguide.confirm, name="styleguide_confirm"),
    ]
