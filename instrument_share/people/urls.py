"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from instrument_share.people.views import (
    account,
    admission,
    calendars,
    inbox,
    leaving,
    mails,
    member_list,
    members,
    organization_papers,
    organizations,
    own_data,
    sessions,
)

me_urls = [
    path("notifications/", inbox.inbox, name="inbox"),
    path("notifications/read/", inbox.notifications_read, name="notifications_read"),
    path("notifications/<str:public_id>/", inbox.notification_open, name="notification_open"),
    path("tokens/", inbox.tokens, name="tokens"),
    path("tokens/<str:public_id>/revoke/", inbox.token_revoke, name="token_revoke"),
    path("calendars/", calendars.my_calendars, name="my_calendars"),
    path("calendars/<str:public_id>/new-address/", calendars.calendar_rekey, name="calendar_rekey"),
    path("calendars/<str:public_id>/end/", calendars.calendar_close, name="calendar_close"),
    path("organizations/", organizations.my_organizations, name="my_organizations"),
    path("organizations/<str:membership_id>/withdraw/", leaving.request_withdraw, name="request_withdraw"),
    path("mails/", mails.mail_choices, name="mail_choices"),
    path("sessions/", sessions.my_sessions, name="my_sessions"),
    path("sessions/end-others/", sessions.sessions_end_others, name="sessions_end_others"),
    path("sessions/<str:handle>/end/", sessions.session_end, name="session_end"),
    path("settings/", account.settings, name="settings"),
    path("data/", own_data.own_data, name="own_data"),
    path("data/copies/", own_data.archive_new, name="archive_new"),
    path("data/copies/<str:public_id>/", own_data.archive, name="archive"),
    path("data/delete/", own_data.account_delete, name="account_delete"),
    path("data/keep/", own_data.account_keep, name="account_keep"),
    path("agreement/", own_data.privacy_agreement, name="privacy_agreement"),
]
"""Under `me/`."""
organizations_urls = [
    path("", admission.organizations, name="organizations"),
    path("register/", organizations.organization_register, name="organization_register"),
    path("join/", organizations.organization_join, name="organization_join"),
    path("<str:public_id>/", organizations.organization, name="organization"),
    path("<str:public_id>/join/", organizations.membership_request, name="membership_request"),
    path("<str:public_id>/correct/", organizations.organization_correct, name="organization_correct"),
    path("<str:public_id>/revise/", organizations.organization_revise, name="organization_revise"),
    path("<str:public_id>/edit/", organizations.organization_edit, name="organization_edit"),
    path("<str:public_id>/leave/", leaving.organization_leave, name="organization_leave"),
    path("<str:public_id>/documents/", organization_papers.documents_add, name="organization_documents"),
    path(
        "<str:public_id>/documents/<str:document_id>/",
        organization_papers.document,
        name="organization_document",
    ),
    path(
        "<str:public_id>/documents/<str:document_id>/remove/",
        organization_papers.document_remove,
        name="organization_document_remove",
    ),
    path("<str:public_id>/relations/", organization_papers.relation_new, name="relation_new"),
    path(
        "<str:public_id>/relations/<str:other_id>/end/", organization_papers.relation_end, name="relation_end"
    ),
    path("<str:public_id>/members/", member_list.members, name="members"),
    path("<str:public_id>/invitations/", members.invitation_send, name="invitation_send"),
    path(
        "<str:public_id>/invitations/<str:invitation_id>/resend/",
        members.invitation_resend,
        name="invitation_resend",
    ),
    path(
        "<str:public_id>/invitations/<str:invitation_id>/withdraw/",
        members.invitation_withdraw,
        name="invitation_withdraw",
    ),
    *(
        path(f"<str:public_id>/members/<str:membership_id>/{part}/", view, name=name)
        for part, view, name in (
            ("admit", members.member_admit, "member_admit"),
            ("refuse", members.member_refuse, "member_refuse"),
            ("role", members.member_role, "member_role"),
            ("end", members.member_end, "member_end"),
            ("hand-over", leaving.hand_over, "hand_over"),
        )
    ),
]
"""Under `organizations/`."""
invitations_urls = [
    path("<str:secret>/", account.invitation, name="invitation"),
]
"""Under `invitations/`."""
admission_urls = [
    path(
        f"<str:public_id>/{move}/", admission.organization_decide, {"move": move}, name=f"organization_{move}"
    )
    for move in ("admit", "refuse", "suspend", "reinstate")
]
"""Under `bureau/organizations/`."""
