"""Who may open which page: every address of the site, asked for by everybody.

The things in the addresses are those of one unit and one user (`permission_world`): to all others they are
foreign, their ids guessed. The table says what comes: `ok` the page, or what the rules say of its form; `in`
the login page; 401, 403, 404; `-` is not asked, as it is the same for all. `POST:` stands before addresses
that only take forms; they are sent one. A new address needs a row, and what stands in it in
`permission_addresses`.
"""

import pytest
from django.db import transaction
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from instrument_share.transparency.services.growing import checkpoint_make
from tests.permission_addresses import arguments
from tests.permission_world import LATER, ROLES, build_world, cells, differences

TABLE = """
                                     visit other user  admin keep  keep2 mgr   mgr2  offic audit finan sys

# the site, and one's account
account_login                        ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_logout                       ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_inactive                     ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_signup                       ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_reauthenticate               in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_email                        in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_email_verification_sent      ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_change_password              in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_set_password                 in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_reset_password               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_confirm_login_code           in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_confirm_email                ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_reset_password_from_key_done ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_reset_password_from_key      ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
account_reset_password_done          ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_index                            in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_activate_totp                    in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_deactivate_totp                  in    ok    404   404   404   404   404   404   404   404   404   404
mfa_add_webauthn                     in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_list_webauthn                    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_generate_recovery_codes          in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_view_recovery_codes              in    404   404   404   404   404   404   404   404   404   404   404
mfa_download_recovery_codes          in    404   404   404   404   404   404   404   404   404   404   404
mfa_reauthenticate                   in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_reauthenticate_webauthn          in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_remove_webauthn                  in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_edit_webauthn                    in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_authenticate                     in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mfa_login_webauthn                   in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
socialaccount_connections            in    404   404   404   404   404   404   404   404   404   404   404
socialaccount_login_cancelled        ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
socialaccount_login_error            401   401   401   401   401   401   401   401   401   401   401   401
openid_connect_login                 404   404   404   404   404   404   404   404   404   404   404   404
openid_connect_callback              404   404   404   404   404   404   404   404   404   404   404   404
set_language                         ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
POST:csp_report                      400   400   400   400   400   400   400   400   400   400   400   400
health                               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
ready                                ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
robots                               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
favicon                              ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
# without METRICS_TOKEN
metrics                              404   404   404   404   404   404   404   404   404   404   404   404
# gone once the site has an administrator
first_run                            404   404   404   404   404   404   404   404   404   404   404   404

# what everybody reads
regulation_file                      ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
publication                          ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
publication/draft                    404   404   404   404   404   404   ok    404   404   404   404   404
# taken down
publication/gone                     ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
# in a draft
publication_picture                  404   404   404   404   404   404   ok    404   ok    ok    404   404
log                                  ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
log_checkpoint                       ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
log_earlier_checkpoint               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
log_key                              ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
# no authority is asked for any
log_timestamp                        404   404   404   404   404   404   404   404   404   404   404   404
verify_receipt                       ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
verify                               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
policies                             ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
policy                               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
policy_compare                       ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
policy_file                          ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
policy_preset                        ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
result                               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
objections                           ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
# the notice has ended
objection_new                        404   404   404   404   404   404   404   404   404   404   404   404
# by the link of a mail
objection_status                     ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
draw                                 ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
draw_inputs                          ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
draw_table                           ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
draw_script                          ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
home                                 ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
catalogue                            ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
instrument                           ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
instrument/submitted                 404   404   404   404   ok    ok    ok    404   ok    ok    ok    404
instrument_picture                   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
instrument_gallery_picture           ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
# for qualified users, the unit's own people, the bureau
instrument_file                      404   404   ok    404   ok    ok    ok    404   ok    ok    404   404
instrument_sheet                     ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
instrument_availability              ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
units                                ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
unit                                 ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
unit/submitted                       404   404   404   404   404   404   404   404   ok    ok    404   404
unit_picture                         ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
opendata                             ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
data_set/csv                         ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
data_set/json                        ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
news_feed                            ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
instrument_feed                      ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
unit_feed                            ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
sitemap                              ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
sitemap_part                         ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
openness                             ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
help                                 ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
privacy                              ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
timeline                             ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
compare                              ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
timeline_events                      ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok

# one's own
desk                                 in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
me                                   in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
my_waiting                           in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
my_credit                            in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
my_usage                             in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
my_statements                        in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
my_organization                      in    404   404   ok    404   404   404   404   404   404   404   404
inbox                                in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
mail_choices                         in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
POST:notifications_read              in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
POST:notification_open               in    404   ok    404   404   404   404   404   404   404   404   404
tokens                               in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
token_revoke                         in    404   ok    404   404   404   404   404   404   404   404   404
my_sessions                          in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
session_end                          in    404   ok    404   404   404   404   404   404   404   404   404
sessions_end_others                  in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
my_calendars                         in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
calendar_rekey                       in    404   ok    404   404   404   404   404   404   404   404   404
calendar_close                       in    404   ok    404   404   404   404   404   404   404   404   404
# by its secret address
calendar_file                        ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok

# booking and use
booking                              in    404   ok    ok    ok    404   ok    404   ok    ok    ok    404
booking_arrival                      in    404   ok    ok    ok    404   ok    404   ok    ok    ok    404
wait                                 in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
wait_leave                           in    404   ok    403   404   404   404   404   404   404   404   404
POST:offer_accept                    in    404   ok    ok    404   404   404   404   404   404   404   404
POST:offer_decline                   in    404   ok    ok    404   404   404   404   404   404   404   404
POST:booking_agree                   in    404   ok    403   403   404   403   404   403   403   403   404
booking_cancel                       in    404   ok    403   ok    404   ok    404   403   403   403   404
charge_waive                         in    404   403   403   403   404   ok    404   403   403   403   404
booking_move                         in    404   ok    403   ok    404   ok    404   403   403   403   404
booking_move_quote                   in    404   ok    403   ok    404   ok    404   403   403   403   404
booking_move_times                   in    404   ok    403   ok    404   ok    404   403   403   403   404
POST:requests_decide                 in    403   403   403   ok    ok    403   403   403   403   403   403
# none is chosen
requests_decline                     in    403   403   403   ok    ok    403   403   403   403   403   403
POST:booking_approve                 in    404   403   403   ok    404   ok    404   403   403   403   404
booking_reject                       in    404   403   403   ok    404   ok    404   403   403   403   404
POST:booking_check_in                in    404   403   403   ok    404   403   404   403   403   403   404
booking_check_out                    in    404   403   403   ok    404   403   404   403   403   403   404
booking_extend                       in    404   ok    403   ok    404   403   404   403   403   403   404
booking_misuse                       in    404   403   403   ok    404   403   404   403   403   403   404
booking_file                         in    404   ok    ok    ok    404   ok    404   ok    ok    ok    404
usage_log                            in    404   ok    ok    ok    404   ok    404   ok    ok    ok    404
usage_receipt                        in    404   ok    ok    ok    404   ok    404   ok    ok    ok    404
POST:usage_confirm                   in    404   ok    403   ok    404   403   404   403   403   403   404
usage_correct                        in    404   403   403   ok    404   ok    404   403   403   403   404
# who asked for it, and a manager
usage_correction_withdraw            in    404   403   403   ok    404   ok    404   403   403   403   404
usage_result_new                     in    404   ok    403   ok    404   ok    404   403   403   403   404
usage_result_withdraw                in    404   ok    403   ok    404   ok    404   403   403   403   404
POST:usage_review                    in    404   ok    403   403   404   403   404   403   403   403   404
# sent to the company
statement                            in    404   404   ok    404   404   ok    404   404   404   404   404
statement_pdf                        in    404   404   ok    404   404   ok    404   404   404   404   404
statement_xlsx                       in    404   404   ok    404   404   ok    404   404   404   404   404
statement/draft                      in    404   404   404   404   404   ok    404   404   404   404   404
my_samples                           in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
sample_order_new                     in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
sample_orders                        in    403   403   403   ok    ok    ok    ok    403   403   403   403
sample_order                         in    404   ok    ok    ok    404   ok    404   ok    ok    ok    404
sample_label                         in    404   ok    ok    ok    404   ok    404   ok    ok    ok    404
sample_file                          in    404   ok    404   ok    404   ok    404   404   404   404   404
sample_photos_add                    in    404   ok    403   ok    404   ok    404   403   403   403   404
sample_order_accept                  in    404   ok    403   403   404   403   404   403   403   403   404
sample_order_cancel                  in    404   ok    403   403   404   403   404   403   403   403   404
sample_order_quote                   in    404   403   403   ok    404   ok    404   403   403   403   404
sample_order_reject                  in    404   403   403   ok    404   ok    404   403   403   403   404
sample_order_receive                 in    404   403   403   ok    404   ok    404   403   403   403   404
sample_order_plan                    in    404   403   403   ok    404   ok    404   403   403   403   404
sample_order_plan_times              in    404   403   403   ok    404   ok    404   403   403   403   404
sample_order_report                  in    404   403   403   ok    404   ok    404   403   403   403   404
sample_order_close                   in    404   403   403   ok    404   ok    404   403   403   403   404
statement_send                       in    404   404   404   404   404   ok    404   404   404   404   404
statement_confirm                    in    404   404   ok    404   404   403   404   404   404   404   404
statement_dispute                    in    404   404   ok    404   404   403   404   404   404   404   404
statement_answer                     in    404   404   403   404   404   ok    404   404   404   404   404
statement_payment                    in    404   404   403   404   404   ok    404   404   404   404   404
statement_payment_reverse            in    404   404   403   404   404   ok    404   404   404   404   404
usage_review_reply                   in    404   403   403   ok    404   ok    404   403   403   403   404
# of an appeal at the unit
credit_event                         in    404   ok    404   ok    404   ok    404   404   404   404   404
credit_answer                        in    404   403   404   ok    404   ok    404   404   404   404   404
credit_appeal                        in    404   ok    404   404   404   404   404   404   404   404   404
usage_dispute                        in    404   ok    403   403   404   403   404   403   403   403   404
usage_dispute_answer                 in    404   403   403   ok    404   ok    404   403   403   403   404
find                                 in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
book                                 in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
book_series                          in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
basket                               in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
POST:basket_add                      in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
# of one's own
POST:basket_remove                   in    404   ok    404   404   404   404   404   404   404   404   404
booking_group                        in    404   ok    ok    ok    404   ok    404   ok    ok    ok    404
booking_hand_over                    in    404   ok    403   403   404   403   404   403   403   403   404
series_cancel                        in    404   ok    403   ok    404   ok    404   403   403   403   404
series_move                          in    404   ok    403   ok    404   ok    404   403   403   403   404
quote                                in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok

# the keeper's desk
keeper                               in    403   403   403   ok    ok    403   403   403   403   403   403
arrival_find                         in    403   403   403   ok    ok    403   403   403   403   403   403
keeper_events                        in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
usage_by_hand                        in    403   403   403   ok    ok    ok    ok    403   403   403   403
closures                             in    403   403   403   ok    ok    ok    ok    403   403   403   403
closure_lift                         in    403   403   403   ok    403   ok    403   403   403   403   403
external_calendars                   in    403   403   403   ok    ok    ok    ok    403   403   403   403
external_calendar_disconnect         in    403   403   403   ok    404   ok    404   403   403   403   403
closure_new                          in    403   403   403   ok    ok    ok    ok    403   403   403   403
instrument_notes                     in    403   403   403   ok    ok    ok    ok    403   403   403   403
POST:note_close                      in    404   404   404   ok    404   ok    404   404   404   404   404

# the unit's desk
instrument_edit                      in    403   403   403   403   403   ok    403   403   403   403   403
rule_new                             in    403   403   403   403   403   ok    403   403   403   403   403
rule_withdraw                        in    403   403   403   403   403   ok    403   403   403   403   403
instrument_people                    in    403   403   403   ok    403   ok    403   403   403   403   403
instrument_device                    in    403   403   403   ok    403   ok    403   403   403   403   403
device_revoke                        in    403   403   403   ok    403   ok    403   403   403   403   403
instrument_kiosks                    in    403   403   403   ok    403   ok    403   403   403   403   403
kiosk_end                            in    403   403   403   ok    403   ok    403   403   403   403   403
webhooks                             in    403   403   403   403   403   ok    403   403   403   403   403
webhook                              in    403   403   403   403   403   ok    403   403   403   403   403
POST:webhook_test                    in    403   403   403   403   403   ok    403   403   403   403   403
webhook_rekey                        in    403   403   403   403   403   ok    403   403   403   403   403
webhook_enable                       in    403   403   403   403   403   ok    403   403   403   403   403
webhook_remove                       in    403   403   403   403   403   ok    403   403   403   403   403
POST:keepers_set                     in    403   403   403   403   403   ok    403   403   403   403   403
POST:qualification_new               in    403   403   403   ok    403   ok    403   403   403   403   403
qualification_revoke                 in    403   403   403   ok    403   ok    403   403   403   403   403
instrument_submit                    in    404   404   404   403   403   ok    404   403   403   403   404
instrument_confirm                   in    403   403   403   403   403   ok    403   403   403   403   403
instrument_suspend                   in    403   403   403   ok    403   ok    403   ok    403   403   403
instrument_resume                    in    403   403   403   ok    403   ok    403   ok    403   403   403
instrument_retire                    in    403   403   403   403   403   ok    403   403   403   403   403
instrument_media                     in    403   403   403   403   403   ok    403   403   403   403   403
POST:picture_add                     in    403   403   403   403   403   ok    403   403   403   403   403
POST:picture_change                  in    403   403   403   403   403   ok    403   403   403   403   403
picture_remove                       in    403   403   403   403   403   ok    403   403   403   403   403
POST:attachment_add                  in    403   403   403   403   403   ok    403   403   403   403   403
attachment_remove                    in    404   403   404   403   403   ok    404   403   403   404   404
instrument_together                  in    403   403   403   403   403   ok    403   403   403   403   403
instrument_customs                   in    403   403   403   403   403   ok    403   403   403   403   403
customs_remove                       in    403   403   403   403   403   ok    403   403   403   403   403
instrument_remove                    in    404   404   404   403   403   ok    404   404   404   404   404
group_new                            in    403   403   403   403   403   ok    403   403   403   403   403
group_edit                           in    403   403   403   403   403   ok    403   403   403   403   403
group_remove                         in    403   403   403   403   403   ok    403   403   403   403   403
publication_edit                     in    403   403   403   403   403   ok    403   403   403   403   403
publication_withdraw                 in    403   403   403   403   403   ok    403   ok    403   403   403
unit_profile_edit                    in    403   403   403   403   403   ok    403   403   403   403   403
unit_profile_submit                  in    403   403   403   403   403   ok    403   403   403   403   403
unit_profile_confirm                 in    403   403   403   403   403   ok    403   403   403   403   403
unit_instruments                     in    403   403   403   403   403   ok    403   403   403   403   403
instrument_new                       in    403   403   403   403   403   ok    403   403   403   403   403
sheet_import                         in    403   403   403   ok    ok    ok    403   403   403   403   403
sheet_preview                        in    403   403   403   403   403   ok    403   403   403   403   403
sheet_template                       in    403   403   403   403   403   ok    403   403   403   403   403
sheet_result                         in    404   404   404   404   404   ok    404   404   404   404   404
sheet_take_back                      in    403   403   403   403   403   ok    403   403   403   403   403
unit_publications                    in    403   403   403   403   403   ok    403   403   403   403   403
publication_new                      in    403   403   403   403   403   ok    403   403   403   403   403
statement_new                        in    403   403   403   403   403   ok    403   403   403   403   403
publication_release                  in    404   404   404   404   404   ok    404   404   404   404   404
publication_schedule                 in    404   404   404   404   404   ok    404   404   404   404   404
publication_unschedule               in    404   404   404   404   404   ok    404   404   404   404   404
publication_discard                  in    404   404   404   404   404   ok    404   404   404   404   404
case_uses                            in    403   403   403   403   403   ok    403   403   403   403   403
unit_statements                      in    403   403   403   403   403   ok    403   403   403   403   403
statements_draft                     in    403   403   403   403   403   ok    403   403   403   403   403
statement_account                    in    403   403   403   403   403   ok    403   403   403   403   403
statements_send                      in    403   403   403   403   403   ok    403   403   403   403   403
statistics                           in    403   403   403   403   403   403   403   ok    ok    ok    403
statistics/unit                      in    403   403   403   403   403   ok    403   ok    ok    ok    403
statistics/instrument                in    403   403   403   ok    403   ok    403   ok    ok    ok    403
# what an organization uses and pays for, by its own administrator alone
statistics/organization              in    403   403   ok    403   403   403   403   403   403   403   403
statistics_file                      in    403   403   ok    403   403   403   403   403   403   403   403
unit_pictures                        in    403   403   403   403   403   ok    403   403   403   403   403
revisions                            in    403   403   403   403   403   ok    403   ok    ok    403   403
revision                             in    403   403   403   403   403   ok    403   ok    ok    403   403
instrument_result                    in    403   403   403   403   403   ok    404   ok    ok    ok    403
national                             in    403   403   403   403   403   ok    403   403   403   403   403
national_year                        in    403   403   403   403   403   ok    403   403   403   403   403
national_file                        in    403   403   403   403   403   ok    403   403   403   403   403
unit_desk                            in    403   403   403   403   403   ok    ok    403   403   403   403

# the bureau's desk
bureau_review                        in    404   404   404   404   404   404   404   ok    ok    404   404
review_publish                       in    404   404   404   404   404   404   404   ok    403   404   404
review_return                        in    404   404   404   404   404   404   404   ok    403   404   404
to_recode                            in    403   403   403   403   403   403   403   ok    ok    403   403
categories_keep                      in    403   403   403   403   403   403   403   ok    403   403   403
synonyms                             in    403   403   403   403   403   403   403   ok    403   403   ok
synonym_new                          in    403   403   403   403   403   403   403   ok    403   403   ok
synonym_edit                         in    403   403   403   403   403   403   403   ok    403   403   ok
synonym_remove                       in    403   403   403   403   403   403   403   ok    403   403   ok
bureau                               in    403   403   403   403   403   403   403   ok    ok    403   403
national_region                      in    403   403   403   403   403   403   403   ok    403   403   403
POST:national_region                 in    403   403   403   403   403   403   403   ok    403   403   403
# never made there
national_region_file                 in    403   403   403   403   403   403   403   404   403   403   403
holidays                             in    403   403   403   403   403   403   403   ok    403   403   ok
holiday_year                         in    403   403   403   403   403   403   403   ok    403   403   ok
organizations                        in    403   403   403   403   403   403   403   ok    ok    403   ok
completeness                         in    403   403   403   403   403   403   403   ok    ok    403   403
completeness_remind                  in    403   403   403   403   403   403   403   ok    403   403   403
unit_supervision                     in    403   403   403   403   403   403   403   ok    ok    403   403
organization_admit                   in    403   403   403   403   403   403   403   ok    403   403   403
organization_refuse                  in    403   403   403   403   403   403   403   ok    403   403   403
organization_revise                  in    404   403   403   404   404   404   404   ok    403   404   403
organization_suspend                 in    403   403   403   403   403   403   403   ok    403   403   403
organization_reinstate               in    403   403   403   403   403   403   403   ok    403   403   403

# organizations and their people: the registered body, and the company
organization_register                in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
organization_join                    in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
membership_request                   in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
organization                         in    404   ok    404   404   404   404   404   ok    ok    404   ok
organization/company                 in    404   ok    ok    404   404   404   404   ok    ok    404   ok
organization_correct                 in    404   ok    404   404   404   404   404   403   403   404   403
organization_edit                    in    404   403   ok    404   404   404   404   403   403   404   403
payer_webhooks                       in    403   403   ok    403   403   403   403   403   403   403   403
payer_webhook                        in    403   403   ok    403   403   403   403   403   403   403   403
POST:payer_webhook_test              in    403   403   ok    403   403   403   403   403   403   403   403
payer_webhook_rekey                  in    403   403   ok    403   403   403   403   403   403   403   403
payer_webhook_enable                 in    403   403   ok    403   403   403   403   403   403   403   403
payer_webhook_remove                 in    403   403   ok    403   403   403   403   403   403   403   403
organization_documents               in    404   ok    404   404   404   404   404   403   403   404   403
organization_document                in    404   ok    404   404   404   404   404   ok    ok    404   404
organization_document_remove         in    404   ok    404   404   404   404   404   403   403   404   403
relation_new                         in    404   404   404   403   403   ok    404   ok    403   404   403
relation_end                         in    404   404   404   403   403   403   404   ok    403   404   403
members                              in    404   403   ok    404   404   404   404   403   403   404   ok
POST:invitation_send                 in    404   403   ok    404   404   404   404   403   403   404   ok
POST:invitation_resend               in    404   403   ok    404   404   404   404   403   403   404   ok
invitation_withdraw                  in    404   403   ok    404   404   404   404   403   403   404   ok
POST:member_admit                    in    404   403   ok    404   404   404   404   403   403   404   ok
member_refuse                        in    404   403   ok    404   404   404   404   403   403   404   ok
member_role                          in    404   403   ok    404   404   404   404   403   403   404   ok
member_end                           in    404   403   ok    404   404   404   404   403   403   404   ok
hand_over                            in    404   404   ok    404   404   404   404   404   404   404   403
organization_leave                   in    404   ok    ok    404   404   404   404   404   404   404   404
# of the company, held by its administrator
organization_projects                in    404   ok    ok    404   404   404   404   404   404   404   404
project_new                          in    404   403   ok    404   404   404   404   403   403   404   403
project                              in    404   404   ok    404   404   404   404   404   404   404   404
project_edit                         in    404   404   ok    404   404   404   404   404   404   404   404
project_close                        in    404   404   ok    404   404   404   404   404   404   404   404
project_reopen                       in    404   404   ok    404   404   404   404   404   404   404   404
invitation                           ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
my_organizations                     in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
request_withdraw                     in    ok    404   404   404   404   404   404   404   404   404   404
settings                             in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
own_data                             in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
POST:archive_new                     in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
archive                              in    404   404   404   404   404   404   404   404   404   404   404
account_delete                       in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
POST:account_keep                    in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
privacy_agreement                    in    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok

# assessment and Finance
policy_new                           in    403   403   403   403   403   403   403   ok    403   403   403
policy_change                        in    403   403   403   403   403   403   403   ok    403   403   403
cycle                                in    403   403   403   403   403   403   403   ok    ok    ok    403
cycle_open                           in    403   403   403   403   403   403   403   ok    403   403   403
cycle_adopt                          in    403   403   403   403   403   403   403   ok    403   403   403
trials                               in    403   403   403   403   403   403   403   ok    403   403   403
trial_search                         in    403   403   403   403   403   403   403   ok    403   403   403
trial                                in    403   403   403   403   403   403   403   ok    403   403   403
forecast                             in    403   403   403   403   403   ok    ok    ok    ok    ok    403
forecast_compute                     in    403   403   403   403   403   403   403   ok    403   403   403
unit_forecast                        in    403   403   403   403   403   ok    404   ok    ok    ok    403
declared_facts                       in    403   403   403   403   403   ok    ok    ok    ok    ok    403
fact_sheet_template                  in    403   403   403   403   403   ok    ok    ok    403   403   403
fact_sheet                           in    403   403   403   403   403   ok    ok    ok    403   403   403
fact_take_back                       in    404   404   404   404   404   ok    404   403   403   403   404
fact_decide                          in    404   404   404   404   404   403   404   ok    403   403   404
fact_file                            in    404   404   404   404   404   ok    404   ok    ok    ok    404
units_csv                            in    403   403   403   403   403   403   403   ok    ok    ok    403
findings                             in    403   403   403   403   403   ok    ok    ok    ok    ok    403
cycle_step                           in    403   403   403   403   403   403   403   ok    403   403   403
finding                              in    403   403   403   403   403   ok    404   ok    ok    ok    403
POST:finding_decide                  in    404   404   404   404   404   403   404   403   ok    403   404
POST:finding_answer                  in    404   404   404   404   404   ok    404   403   403   403   404
POST:falsification_propose           in    404   404   404   404   404   403   404   403   ok    403   404
POST:falsification_answer            in    404   404   404   404   404   ok    404   403   403   403   404
POST:falsification_decide            in    404   404   404   404   404   403   404   ok    ok    403   404
POST:findings_decide                 in    403   403   403   403   403   403   403   403   ok    403   403
assessment                           in    403   403   403   403   403   ok    404   ok    ok    ok    403
certificate                          in    403   403   403   403   403   ok    404   ok    ok    ok    403
assessment_sheet                     in    403   403   403   403   403   ok    404   ok    ok    ok    403
assessment_ratings                   in    403   403   403   403   403   ok    404   ok    ok    ok    403
assessment_decisions                 in    403   403   403   403   403   ok    404   ok    ok    ok    403
assessment_completeness              in    403   403   403   403   403   ok    404   ok    ok    ok    403
# the unit's, drawn for the auditor
draws                                in    403   403   403   403   403   ok    ok    ok    ok    ok    403
draw_new                             in    403   403   403   403   403   403   403   ok    ok    403   403
draw_seed                            in    403   403   403   403   403   403   403   ok    ok    403   403
inspection                           in    404   404   404   404   404   ok    404   ok    ok    ok    404
POST:inspection                      in    404   404   404   404   404   403   404   403   ok    403   404
inspection_photo                     in    404   404   404   404   404   ok    404   ok    ok    ok    404
# about the unit
objection                            in    404   404   404   404   404   ok    404   ok    ok    ok    404
POST:objection_answer                in    404   404   404   404   404   403   404   ok    403   403   404
POST:objection_comment               in    404   404   404   404   404   ok    404   403   403   403   404
objection_file                       in    404   404   404   404   404   403   404   ok    ok    ok    404
finance                              in    403   403   403   403   403   403   403   ok    ok    ok    403
report                               in    403   403   403   403   403   403   403   ok    ok    ok    403
report_pdf                           in    403   403   403   403   403   403   403   ok    ok    ok    403
report_package                       in    403   403   403   403   403   403   403   ok    ok    ok    403
report_preview                       in    403   403   403   403   403   403   403   404   403   403   403
report_preview_pdf                   in    403   403   403   403   403   403   403   404   403   403   403
report_accept                        in    403   403   403   403   403   403   403   403   403   ok    403
report_return                        in    403   403   403   403   403   403   403   403   403   ok    403
payment_new                          in    403   403   403   403   403   403   403   403   403   ok    403
payment_back                         in    403   403   403   403   403   403   403   403   403   ok    403
batch_new                            in    403   403   403   403   403   403   403   403   403   ok    403
batch                                in    403   403   403   403   403   403   403   ok    ok    ok    403
batch_sheet                          in    403   403   403   403   403   403   403   403   403   ok    403
batch_answer                         in    403   403   403   403   403   403   403   403   403   ok    403
batch_take_back                      in    403   403   403   403   403   403   403   403   403   ok    403
payee_account                        in    403   403   403   403   403   ok    403   403   403   ok    403
payee_account_check                  in    403   403   403   403   403   ok    403   403   403   ok    403
# vouchers of the company
vouchers                             ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
voucher_applications                 in    403   403   ok    403   403   403   403   ok    ok    ok    403
voucher_grants                       in    403   403   ok    403   403   403   403   ok    ok    ok    403
voucher_claims                       in    403   403   ok    403   403   403   403   ok    ok    ok    403
voucher_scheme                       ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
voucher_scheme_new                   in    403   403   403   403   403   403   403   ok    403   403   403
voucher_apply                        in    403   403   ok    403   403   403   403   403   403   403   403
voucher_application                  in    404   404   ok    404   404   404   404   ok    ok    ok    404
voucher_application_file             in    404   404   ok    404   404   404   404   ok    ok    ok    404
voucher_application_grant            in    404   404   403   404   404   404   404   ok    403   403   404
voucher_application_refuse           in    404   404   403   404   404   404   404   ok    403   403   404
voucher                              in    404   404   ok    404   404   404   404   ok    ok    ok    404
voucher_claim_new                    in    404   404   ok    404   404   404   404   403   403   403   404
voucher_claim                        in    404   404   ok    404   404   404   404   ok    ok    ok    404
voucher_claim_file                   in    404   404   ok    404   404   404   404   ok    ok    ok    404
voucher_claim_check                  in    404   404   403   404   404   404   404   ok    403   403   404
voucher_claim_audit                  in    404   404   403   404   404   404   404   ok    ok    403   404
voucher_claim_refuse                 in    404   404   403   404   404   404   404   ok    ok    403   404
voucher_list_new                     in    403   403   403   403   403   403   403   ok    403   403   403
voucher_list                         in    404   404   404   404   404   404   404   ok    ok    ok    404
voucher_list_pdf                     in    404   404   404   404   404   404   404   ok    ok    ok    404
voucher_payout_new                   in    403   403   403   403   403   403   403   403   403   ok    403
voucher_payout_back                  in    403   403   403   403   403   403   403   403   403   ok    403

# the site itself: administrators, and the journal for officers too
system                               in    403   403   403   403   403   403   403   403   403   403   ok
system_accounts                      in    403   403   403   403   403   403   403   403   403   403   ok
system_account                       in    403   403   403   403   403   403   403   403   403   403   ok
account_lock                         in    403   403   403   403   403   403   403   403   403   403   ok
account_unlock                       in    403   403   403   403   403   403   403   403   403   403   ok
account_lift_lockout                 in    403   403   403   403   403   403   403   403   403   403   ok
account_end_access                   in    403   403   403   403   403   403   403   403   403   403   ok
account_send_reset                   in    403   403   403   403   403   403   403   403   403   403   ok
second_factor_reset_ask              in    403   403   403   403   403   403   403   403   403   403   ok
second_factor_reset_grant            in    403   403   403   403   403   403   403   403   403   403   ok
second_factor_reset_refuse           in    403   403   403   403   403   403   403   403   403   403   ok
system_mails                         in    403   403   403   403   403   403   403   403   403   403   ok
mail_retry                           in    403   403   403   403   403   403   403   403   403   403   ok
system_jobs                          in    403   403   403   403   403   403   403   403   403   403   ok
job_retry                            in    403   403   403   403   403   403   403   403   403   403   ok
recurring_run                        in    403   403   403   403   403   403   403   403   403   403   ok
journal                              in    403   403   403   403   403   403   403   ok    403   403   ok
journal_csv                          in    403   403   403   403   403   403   403   ok    403   403   ok

# the screen beside an instrument: without the key of a kiosk
kiosk                                403   403   403   403   403   403   403   403   403   403   403   403
kiosk_fault                          403   403   403   403   403   403   403   403   403   403   403   403
POST:kiosk_code                      403   403   403   403   403   403   403   403   403   403   403   403
POST:kiosk_check_out                 403   403   403   403   403   403   403   403   403   403   403   403
POST:kiosk_act                       403   403   403   403   403   403   403   403   403   403   403   403
# with a guessed key
kiosk_enter                          404   404   404   404   404   404   404   404   404   404   404   404

# the API
api-v1:openapi-json                  ok    -     -     -     -     -     -     -     -     -     -     -
api-v1:openapi-view                  ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:instruments                   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:availability                  ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:categories                    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:instrument                    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:proposals                     401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:booking_list                  401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:booking                       401   404   ok    ok    ok    404   ok    404   ok    ok    ok    404
api-v1:booking_cancel_cost           401   404   ok    403   ok    404   ok    404   403   403   403   404
api-v1:hand_over_options             401   404   ok    403   403   404   403   404   403   403   403   404
api-v1:usage_list                    401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:usage_log                     401   404   ok    ok    ok    404   ok    404   ok    ok    ok    404
api-v1:dispute_list                  401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:dispute_read                  401   404   ok    ok    ok    404   ok    404   ok    ok    ok    404
api-v1:credit_event_list             401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:scheme_list                   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:application_list              401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:application                   401   404   404   ok    404   404   404   404   ok    ok    ok    404
api-v1:voucher_list                  401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:voucher                       401   404   404   ok    404   404   404   404   ok    ok    ok    404
api-v1:claim_list                    401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:claim                         401   404   404   ok    404   404   404   404   ok    ok    ok    404
api-v1:payout_lists                  401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:payout_list                   401   404   404   404   404   404   404   404   ok    ok    ok    404
api-v1:finding_list                  401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:finding                       401   403   403   403   403   403   ok    404   ok    ok    ok    403
api-v1:sample_order_list             401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:sample_order                  401   404   ok    ok    ok    404   ok    404   ok    ok    ok    404
api-v1:statement_list                401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:statement                     401   404   404   ok    404   404   ok    404   404   404   404   404
api-v1:project_list                  401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:project                       401   404   ok    ok    404   404   404   404   404   404   404   404
api-v1:project_spending              401   404   404   ok    404   404   404   404   404   404   404   404
api-v1:log_checkpoints               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:log_consistency               ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:me                            401   ok    ok    ok    ok    ok    ok    ok    ok    ok    ok    ok
api-v1:api-root                      404   404   404   404   404   404   404   404   404   404   404   404
"""

OF_THE_API = {
    f"api-v1:{name}"
    for name in (
        "booking_create",
        "sample_order_create",
        "booking_move",
        "booking_cancel",
        "booking_agree",
        "hand_over",
        "booking_approve",
        "booking_reject",
        "booking_check_in",
        "booking_check_out",
        "project_create",
        "project_change",
        "project_close",
        "project_reopen",
        "wait_list",
        "waiting_join",
        "waiting_leave",
        "misuse",
        "extend",
        "credit_event_appeal",
        "credit_event_answer",
        "offer_accept",
        "offer_decline",
        "usage_confirm",
        "result_state",
        "result_withdraw",
        "correction_withdraw",
        "dispute_open",
        "dispute_answer",
        "token_create",
        "quote",
        "device_event",
        "check_series",
        "book_series",
        "check_basket",
        "book_basket",
        "cancel_dates",
        "move_dates",
        "application_create",
        "application_grant",
        "application_refuse",
        "claim_create",
        "claim_check",
        "claim_audit",
        "claim_refuse",
        "payout_list_make",
        "joint_decision",
    )
}
"""Operations that are posted: they call the services of `test_permissions.py`; everybody may ask a price, and
a device signs with its key."""

FORMS = {
    "POST:picture_change": {"act": "describe"},
    "POST:finding_decide": {"outcome": "none", "reason": "缺乏佐证"},
    "POST:finding_answer": {"answer": "属实"},
    "POST:findings_decide": {"outcome": "dismiss", "reason": "属实"},
    "POST:falsification_propose": {"reason": "事后编造", "question": "原件何在？"},
    "POST:falsification_answer": {"answer": "属实"},
    "POST:falsification_decide": {"outcome": "reject", "reason": "不实"},
    "POST:usage_review": {"rating": "very_satisfied"},
}
"""What is sent where an empty form would be returned before anybody asks who sends it."""


def cell(client, row, address):
    """What comes; whatever it wrote is undone."""
    with transaction.atomic():
        sends = row.startswith("POST:")
        answer = client.post(address, FORMS.get(row, {})) if sends else client.get(address)
        transaction.set_rollback(True)
    if answer.status_code == 302 and answer["Location"].startswith(reverse("account_login")):
        return "in"
    if answer.streaming:
        list(answer)  # read to its end, the file is closed
    return (
        "ok" if answer.status_code < 400 or answer.status_code in (409, 410, 422) else str(answer.status_code)
    )


@pytest.mark.django_db
def test_page_permissions_depend_on_role(clock, monkeypatch):
    world, table = build_world(), cells(TABLE)
    clock.set(LATER)
    checkpoint_make(LATER)
    # Who is let in is decided before anything is written on a page; what stands there, other tests read.
    monkeypatch.setattr(Template, "render", lambda *_args, **_kwargs: "")
    given, clients = arguments(world), {role: Client() for role in ROLES}
    for role, person in world.people.items():
        if person.is_authenticated:
            clients[role].force_login(person)
    found = {}
    for row in table:
        name = row.removeprefix("POST:")
        address = reverse(name.split("/")[0], args=given.get(name, []))
        found[row] = {
            role: cell(clients[role], row, address) if table[row][role] != "-" else "-" for role in ROLES
        }
    wrong = differences(table, found)
    assert not wrong, "\n".join(["", *wrong])


def names(patterns, space=""):
    """Every name in the URLconf, with its name space."""
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from names(one.url_patterns, f"{space}{one.namespace}:" if one.namespace else space)
        elif one.name:
            yield space + one.name


def test_every_address_has_its_row():
    known = {row.removeprefix("POST:").split("/")[0] for row in cells(TABLE)} | OF_THE_API
    every = set(names(get_resolver().url_patterns))
    assert every == known, sorted(every ^ known)
