"""Who may do what: every service that writes, tried by everybody on things of one unit and one user.

The table says what comes of it: `yes` the person may (whatever else the rules then refuse), `.` Forbidden,
`404` NotFound, `-` nobody without an account gets that far. Each cell is tried for real and undone.
"""

import importlib
import inspect
import pkgutil
import re
from functools import partial
from pathlib import Path

import pytest
import rules
from django.db import connection, transaction

from instrument_share.accounts import services as accounts
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.jobs import services as jobs
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import DomainError
from instrument_share.mails import services as mails
from instrument_share.personal import services as personal
from tests.permission_attempts import attempts
from tests.permission_world import ROLES, build_world, cells, differences
from tests.rooms import service_modules

TABLE = """
                               visit other user  admin keep  keep2 mgr   mgr2  offic audit finan sys

accounts
user_create                    .     .     .     .     .     .     .     .     .     .     .     yes
district_create                .     .     .     .     .     .     .     .     .     .     .     yes
membership_grant               .     .     .     .     .     .     yes   .     .     .     .     yes
organization_register          .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
# who registered it
organization_correct           .     .     yes   .     .     .     .     .     .     .     .     .
# the company's
organization_edit              .     .     .     yes   .     .     .     .     .     .     .     .
# of the registered body
organization_document_add      .     .     yes   .     .     .     .     .     .     .     .     .
organization_document_remove   .     .     yes   .     .     .     .     .     .     .     .     .
organization_admit             .     .     .     .     .     .     .     .     yes   .     .     .
organization_refuse            .     .     .     .     .     .     .     .     yes   .     .     .
organization_revise            .     .     .     .     .     .     .     .     yes   .     .     .
organization_suspend           .     .     .     .     .     .     .     .     yes   .     .     .
organization_reinstate         .     .     .     .     .     .     .     .     yes   .     .     .
# the unit's
relation_declare               .     .     .     .     .     .     yes   .     yes   .     .     .
relation_end                   .     .     .     .     .     .     .     .     yes   .     .     .
# of the company
membership_request             .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
membership_admit               .     .     .     yes   .     .     .     .     .     .     .     yes
membership_refuse              .     .     .     yes   .     .     .     .     .     .     .     yes
# one's own
membership_withdraw            .     yes   .     .     .     .     .     .     .     .     .     .
membership_close               .     .     yes   yes   .     .     .     .     .     .     .     yes
# the administrator's
membership_hand_over           .     .     .     yes   .     .     .     .     .     .     .     .
invitation_send                .     .     .     yes   .     .     .     .     .     .     .     yes
invitation_resend              .     .     .     yes   .     .     .     .     .     .     .     yes
invitation_withdraw            .     .     .     yes   .     .     .     .     .     .     .     yes
# by its address
invitation_accept              .     yes   .     .     .     .     .     .     .     .     .     .
# one's own
user_update                    .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
user_agree                     .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
archive_ask                    .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
account_deletion_ask           .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
account_deletion_withdraw      .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
archive_download               -     404   404   404   404   404   404   404   404   404   404   404
user_language_set              .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
account_lock                   .     .     .     .     .     .     .     .     .     .     .     yes
account_unlock                 .     .     .     .     .     .     .     .     .     .     .     yes
account_lift_lockout           .     .     .     .     .     .     .     .     .     .     .     yes
account_end_access             .     .     .     .     .     .     .     .     .     .     .     yes
account_send_reset             .     .     .     .     .     .     .     .     .     .     .     yes
second_factor_reset_ask        .     .     .     .     .     .     .     .     .     .     .     yes
second_factor_reset_grant      .     .     .     .     .     .     .     .     .     .     .     yes
second_factor_reset_refuse     .     .     .     .     .     .     .     .     .     .     .     yes
# one's own
api_token_create               -     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
session_end                    .     404   yes   404   404   404   404   404   404   404   404   404
sessions_end_others            .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
# the user's
api_token_revoke               -     404   yes   404   404   404   404   404   404   404   404   404
# the user's
notification_read              -     404   yes   404   404   404   404   404   404   404   404   404
# one's own
mail_choices_set               -     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
notifications_read             -     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes

providers
unit_profile_save              .     .     .     .     .     .     yes   .     .     .     .     .
unit_profile_submit            .     .     .     .     .     .     yes   .     .     .     .     .
unit_profile_confirm           .     .     .     .     .     .     yes   .     .     .     .     .
unit_profile_publish           .     .     .     .     .     .     .     .     yes   .     .     .
unit_profile_return            .     .     .     .     .     .     .     .     yes   .     .     .
instrument_create              .     .     .     .     .     .     yes   .     .     .     .     .
instrument_update              .     .     .     .     .     .     yes   .     .     .     .     .
instrument_submit              .     .     .     .     .     .     yes   .     .     .     .     .
instrument_confirm             .     .     .     .     .     .     yes   .     .     .     .     .
instrument_remove              .     .     .     .     .     .     yes   .     .     .     .     .
instrument_publish             .     .     .     .     .     .     .     .     yes   .     .     .
instrument_return              .     .     .     .     .     .     .     .     yes   .     .     .
instrument_changes_accept      .     .     .     .     .     .     .     .     yes   .     .     .
instrument_changes_refuse      .     .     .     .     .     .     .     .     yes   .     .     .
instrument_categories_keep     .     .     .     .     .     .     .     .     yes   .     .     .
instrument_suspend             .     .     .     .     yes   .     yes   .     yes   .     .     .
instrument_resume              .     .     .     .     yes   .     yes   .     yes   .     .     .
instrument_retire              .     .     .     .     .     .     yes   .     .     .     .     .
instrument_picture_add         .     .     .     .     .     .     yes   .     .     .     .     .
instrument_picture_describe    .     .     .     .     .     .     yes   .     .     .     .     .
instrument_picture_move        .     .     .     .     .     .     yes   .     .     .     .     .
instrument_picture_remove      .     .     .     .     .     .     yes   .     .     .     .     .
instrument_attachment_add      .     .     .     .     .     .     yes   .     .     .     .     .
instrument_attachment_remove   .     .     .     .     .     .     yes   .     .     .     .     .
customs_supervision_set        .     .     .     .     .     .     yes   .     .     .     .     .
customs_supervision_remove     .     .     .     .     .     .     yes   .     .     .     .     .
instrument_links_set           .     .     .     .     .     .     yes   .     .     .     .     .
instrument_group_save          .     .     .     .     .     .     yes   .     .     .     .     .
instrument_group_remove        .     .     .     .     .     .     yes   .     .     .     .     .
sheet_keep                     .     .     .     .     .     .     yes   .     .     .     .     .
# gone: one's own
sheet_kept                     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
# only one's own
sheet_forget                   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
preview                        .     .     .     .     .     .     yes   .     .     .     .     .
apply                          .     .     .     .     .     .     yes   .     .     .     .     .
# hours of use; each row asks for the instrument besides
apply/uses                     .     .     .     .     yes   yes   yes   .     .     .     .     .
sheet_run_start                .     .     .     .     .     .     yes   .     .     .     .     .
# the manager's who began it
sheet_run_continue             .     .     .     .     .     .     yes   .     .     .     .     .
sheet_run_take_back            .     .     .     .     .     .     yes   .     .     .     .     .
sheet_words_remember           .     .     .     .     .     .     yes   .     .     .     .     .
national_year_save             .     .     .     .     .     .     yes   .     .     .     .     .
national_check_start           .     .     .     .     .     .     .     .     yes   .     .     .
keeper_assign                  .     .     .     .     .     .     yes   .     .     .     .     .
keeper_remove                  .     .     .     .     .     .     yes   .     .     .     .     .
keepers_set                    .     .     .     .     .     .     yes   .     .     .     .     .
qualification_grant            .     .     .     .     yes   .     yes   .     .     .     .     .
qualification_revoke           .     .     .     .     yes   .     yes   .     .     .     .     .
rule_publish                   .     .     .     .     .     .     yes   .     .     .     .     .
rule_withdraw                  .     .     .     .     .     .     yes   .     .     .     .     .
closure_record                 .     .     .     .     yes   .     yes   .     .     .     .     .
closure_lift                   .     .     .     .     yes   .     yes   .     .     .     .     .
publication_draft              .     .     .     .     .     .     yes   .     .     .     .     .
publication_release            .     .     .     .     .     .     yes   .     .     .     .     .
publication_schedule           .     .     .     .     .     .     yes   .     .     .     .     .
publication_unschedule         .     .     .     .     .     .     yes   .     .     .     .     .
publication_discard            .     .     .     .     .     .     yes   .     .     .     .     .
publication_picture_add        .     .     .     .     .     .     yes   .     .     .     .     .
publication_publish            .     .     .     .     .     .     yes   .     .     .     .     .
publication_update             .     .     .     .     .     .     yes   .     .     .     .     .
publication_withdraw           .     .     .     .     .     .     yes   .     yes   .     .     .
completeness_remind            .     .     .     .     .     .     .     .     yes   .     .     .
category_table_load            .     .     .     .     .     .     .     .     yes   .     .     yes
calendar_year_set              .     .     .     .     .     .     .     .     yes   .     .     yes
windows_rebuild                .     .     .     .     .     .     .     .     yes   .     .     yes
windows_rebuild_compared       .     .     .     .     .     .     .     .     yes   .     .     yes
windows_check                  .     .     .     .     .     .     .     .     yes   .     .     yes
synonym_group_save             .     .     .     .     .     .     .     .     yes   .     .     yes
synonym_group_remove           .     .     .     .     .     .     .     .     yes   .     .     yes
synonyms_load                  .     .     .     .     .     .     .     .     yes   .     .     yes

bookings
# as a person
booking_create                 .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
# it pays
booking_create/company         .     .     yes   yes   .     .     .     .     .     .     .     .
# as a person
waiting_join                   .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
# the user's, paid by the company
waiting_leave                  .     .     yes   .     .     .     .     .     .     .     .     .
offer_accept                   .     .     yes   yes   .     .     .     .     .     .     .     .
offer_decline                  .     .     yes   yes   .     .     .     .     .     .     .     .
booking_move                   .     .     yes   .     yes   .     yes   .     .     .     .     .
booking_cancel                 .     .     yes   .     yes   .     yes   .     .     .     .     .
booking_agree                  .     .     yes   .     .     .     .     .     .     .     .     .
charge_waive                   .     .     .     .     .     .     yes   .     .     .     .     .
booking_extend                 .     .     yes   .     yes   .     .     .     .     .     .     .
booking_hand_over              .     .     yes   .     .     .     .     .     .     .     .     .
series_book                    .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
together_book                  .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
series_cancel                  .     .     yes   .     yes   .     yes   .     .     .     .     .
series_move                    .     .     yes   .     yes   .     yes   .     .     .     .     .
basket_add                     .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
# of one's own; that of the others is empty
basket_book                    .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
basket_remove                  .     404   yes   404   404   404   404   404   404   404   404   404
# of the company, held by its administrator
project_create                 .     .     .     yes   .     .     .     .     .     .     .     .
project_change                 .     .     .     yes   .     .     .     .     .     .     .     .
project_close                  .     .     .     yes   .     .     .     .     .     .     .     .
project_reopen                 .     .     .     yes   .     .     .     .     .     .     .     .
booking_approve                .     .     .     .     yes   .     yes   .     .     .     .     .
booking_reject                 .     .     .     .     yes   .     yes   .     .     .     .     .
requests_decide                .     .     .     .     yes   .     yes   .     .     .     .     .
booking_check_in               .     .     .     .     yes   .     .     .     .     .     .     .
booking_check_out              .     .     .     .     yes   .     .     .     .     .     .     .
closure_place                  .     .     .     .     yes   .     yes   .     .     .     .     .
closure_lift/bookings          .     .     .     .     yes   .     yes   .     .     .     .     .
organization_suspend/bookings  .     .     .     .     .     .     .     .     yes   .     .     .
organization_reinstate/bookings .    .     .     .     .     .     .     .     yes   .     .     .
instrument_suspend/bookings    .     .     .     .     yes   .     yes   .     yes   .     .     .
instrument_resume/bookings     .     .     .     .     yes   .     yes   .     yes   .     .     .
# what the bureau suspended
instrument_resume/by_bureau    .     .     .     .     .     .     .     .     yes   .     .     .
instrument_retire/bookings     .     .     .     .     .     .     yes   .     .     .     .     .
qualification_revoke/bookings  .     .     .     .     yes   .     yes   .     .     .     .     .
holidays_set                   .     .     .     .     .     .     .     .     yes   .     .     yes
rule_put_in_force              .     .     .     .     .     .     yes   .     .     .     .     .
rule_withdraw/bookings         .     .     .     .     .     .     yes   .     .     .     .     .
usage_log_by_hand              .     .     .     .     yes   .     yes   .     .     .     .     .
usage_correct                  .     .     .     .     yes   .     yes   .     .     .     .     .
# who asked for it, and a manager
usage_correction_withdraw      .     .     .     .     yes   .     yes   .     .     .     .     .
# the keeper's record
usage_confirm                  .     .     yes   .     .     .     yes   .     .     .     .     .
# the manager's record
usage_confirm/by_manager       .     .     yes   .     yes   .     .     .     .     .     .     .
# by the keeper
usage_confirm/correction       .     .     yes   .     .     .     yes   .     .     .     .     .
misuse_record                  .     .     .     .     yes   .     .     .     .     .     .     .
credit_appeal                  .     .     yes   .     .     .     .     .     .     .     .     .
# at the unit
credit_answer                  .     .     .     .     yes   .     yes   .     .     .     .     .
# passed on to the bureau
credit_answer/passed_on        .     .     .     .     .     .     .     .     yes   .     .     .
usage_dispute                  .     .     yes   .     .     .     .     .     .     .     .     .
usage_dispute_answer           .     .     .     .     yes   .     yes   .     .     .     .     .
usage_result_state             .     .     yes   .     yes   .     yes   .     .     .     .     .
# the user's
usage_result_withdraw          .     .     yes   .     yes   .     yes   .     .     .     .     .
usage_review                   .     .     yes   .     .     .     .     .     .     .     .     .
usage_review_reply             .     .     .     .     yes   .     yes   .     .     .     .     .
case_uses_set                  .     .     .     .     .     .     yes   .     .     .     .     .
sample_order_create            .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
sample_order_accept            .     .     yes   .     .     .     .     .     .     .     .     .
sample_order_cancel            .     .     yes   .     .     .     .     .     .     .     .     .
sample_order_quote             .     .     .     .     yes   .     yes   .     .     .     .     .
sample_order_reject            .     .     .     .     yes   .     yes   .     .     .     .     .
sample_order_receive           .     .     .     .     yes   .     yes   .     .     .     .     .
sample_order_plan              .     .     .     .     yes   .     yes   .     .     .     .     .
sample_photos_add              .     .     yes   .     yes   .     yes   .     .     .     .     .
sample_order_report            .     .     .     .     yes   .     yes   .     .     .     .     .
sample_order_close             .     .     .     .     yes   .     yes   .     .     .     .     .
# the unit's
statements_draft               .     .     .     .     .     .     yes   .     .     .     .     .
statements_send                .     .     .     .     .     .     yes   .     .     .     .     .
statement_account_enter        .     .     .     .     .     .     yes   .     .     .     .     .
statement_send                 .     .     .     .     .     .     yes   .     .     .     .     .
# sent to the company
statement_confirm              .     .     .     yes   .     .     .     .     .     .     .     .
statement_dispute              .     .     .     yes   .     .     .     .     .     .     .     .
statement_answer               .     .     .     .     .     .     yes   .     .     .     .     .
statement_answer/own           .     .     .     .     .     .     .     .     .     .     .     .
statement_payment_record       .     .     .     .     .     .     yes   .     .     .     .     .
statement_payment_record/own   .     .     .     .     .     .     .     .     .     .     .     .
statement_payment_reverse      .     .     .     .     .     .     yes   .     .     .     .     .
statement_payment_reverse/own  .     .     .     .     .     .     .     .     .     .     .     .
membership_end                 .     .     yes   yes   .     .     .     .     .     .     .     yes
# one's own
organization_leave             -     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
# of one's own bookings
calendar_feed_open             .     yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
calendar_feed_open/instrument  .     .     .     .     yes   .     yes   .     .     .     .     .
# of what they keep of it, or all
calendar_feed_open/unit        .     .     .     .     yes   yes   yes   .     .     .     .     .
# the user's
calendar_feed_rekey            .     404   yes   404   404   404   404   404   404   404   404   404
calendar_feed_close            .     404   yes   404   404   404   404   404   404   404   404   404
# the instrument's keepers and the unit's managers
external_calendar_connect      .     .     .     .     yes   .     yes   .     .     .     .     .
external_calendar_disconnect   .     .     .     .     yes   .     yes   .     .     .     .     .
note_write                     .     .     .     .     yes   .     yes   .     .     .     .     .
note_close                     .     .     .     .     yes   .     yes   .     .     .     .     .
device_key_make                .     .     .     .     yes   .     yes   .     .     .     .     .
device_key_revoke              .     .     .     .     yes   .     yes   .     .     .     .     .
kiosk_make                     .     .     .     .     yes   .     yes   .     .     .     .     .
kiosk_end                      .     .     .     .     yes   .     yes   .     .     .     .     .
# the unit's
webhook_create                 .     .     .     .     .     .     yes   .     .     .     .     .
webhook_test                   .     .     .     .     .     .     yes   .     .     .     .     .
webhook_rekey                  .     .     .     .     .     .     yes   .     .     .     .     .
webhook_enable                 .     .     .     .     .     .     yes   .     .     .     .     .
webhook_remove                 .     .     .     .     .     .     yes   .     .     .     .     .
history_import                 .     .     .     .     .     .     .     .     .     .     .     yes

rewards
policy_load                    .     .     .     .     .     .     .     .     yes   .     .     .
cycle_open                     .     .     .     .     .     .     .     .     yes   .     .     .
fact_declare                   .     .     .     .     .     .     yes   .     yes   .     .     .
facts_declare                  .     .     .     .     .     .     yes   .     yes   .     .     .
facts_check                    .     .     .     .     .     .     yes   .     yes   .     .     .
trial_start                    .     .     .     .     .     .     .     .     yes   .     .     .
forecast_start                 .     .     .     .     .     .     .     .     yes   .     .     .
fact_confirm                   .     .     .     .     .     .     .     .     yes   .     .     .
fact_withdraw                  .     .     .     .     .     .     yes   .     .     .     .     .
fact_return                    .     .     .     .     .     .     .     .     yes   .     .     .
cycle_adopt_policy             .     .     .     .     .     .     .     .     yes   .     .     .
cycle_freeze                   .     .     .     .     .     .     .     .     yes   .     .     .
cycle_check                    .     .     .     .     .     .     .     .     yes   .     .     .
finding_answer                 .     .     .     .     .     .     yes   .     .     .     .     .
finding_decide                 .     .     .     .     .     .     .     .     .     yes   .     .
findings_decide                .     .     .     .     .     .     .     .     .     yes   .     .
falsification_propose          .     .     .     .     .     .     .     .     .     yes   .     .
falsification_answer           .     .     .     .     .     .     yes   .     .     .     .     .
falsification_decide           .     .     .     .     .     .     .     .     yes   yes   .     .
cycle_score                    .     .     .     .     .     .     .     .     yes   .     .     .
cycle_announce                 .     .     .     .     .     .     .     .     yes   .     .     .
cycle_approve                  .     .     .     .     .     .     .     .     yes   .     .     .
draw_announce                  .     .     .     .     .     .     .     .     yes   yes   .     .
draw_make                      .     .     .     .     .     .     .     .     yes   yes   .     .
# drawn for the auditor
inspection_record              .     .     .     .     .     .     .     .     .     yes   .     .
objection_raise                yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes   yes
# about the unit
objection_comment              .     .     .     .     .     .     yes   .     .     .     .     .
objection_answer               .     .     .     .     .     .     .     .     yes   .     .     .
report_preview                 .     .     .     .     .     .     .     .     yes   .     .     .
preview_confirm                .     .     .     .     .     .     .     .     yes   .     .     .
report_send                    .     .     .     .     .     .     .     .     yes   .     .     .
report_accept                  .     .     .     .     .     .     .     .     .     .     yes   .
report_return                  .     .     .     .     .     .     .     .     .     .     yes   .
payment_record                 .     .     .     .     .     .     .     .     .     .     yes   .
payment_reverse                .     .     .     .     .     .     .     .     .     .     yes   .
batch_make                     .     .     .     .     .     .     .     .     .     .     yes   .
batch_settle                   .     .     .     .     .     .     .     .     .     .     yes   .
batch_check                    .     .     .     .     .     .     .     .     .     .     yes   .
batch_withdraw                 .     .     .     .     .     .     .     .     .     .     yes   .
# of the unit
account_enter                  .     .     .     .     .     .     yes   .     .     .     .     .
account_check                  .     .     .     .     .     .     yes   .     .     .     yes   .
# vouchers of the company
voucher_scheme_open            .     .     .     .     .     .     .     .     yes   .     .     .
voucher_apply                  .     .     .     yes   .     .     .     .     .     .     .     .
voucher_grant                  .     .     .     .     .     .     .     .     yes   .     .     .
voucher_application_refuse     .     .     .     .     .     .     .     .     yes   .     .     .
voucher_claim                  .     .     .     yes   .     .     .     .     .     .     .     .
voucher_claim_check            .     .     .     .     .     .     .     .     yes   .     .     .
voucher_claim_audit            .     .     .     .     .     .     .     .     yes   yes   .     .
voucher_claim_refuse           .     .     .     .     .     .     .     .     yes   yes   .     .
voucher_list_make              .     .     .     .     .     .     .     .     yes   .     .     .
voucher_payout_record          .     .     .     .     .     .     .     .     .     .     yes   .
voucher_payout_reverse         .     .     .     .     .     .     .     .     .     .     yes   .
cycle_step_start               .     .     .     .     .     .     .     .     yes   .     .     .

site
recurring_run_now              .     .     .     .     .     .     .     .     .     .     .     yes
job_retry                      .     .     .     .     .     .     .     .     .     .     .     yes
mail_retry                     .     .     .     .     .     .     .     .     .     .     .     yes
"""

OF_THE_SYSTEM = {
    "institution_establish": "installation",
    "sessions_forget_ended": "a recurring job",
    "city_login_linked": "who links their own account; allauth has asked for the password again",
    "city_login_unlinked": "who unlinks their own account; allauth has asked for the password again",
    "session_seen": "of every request of a page's session; no act of anybody",
    "api_token_note_use": "of every request with a token; no act of anybody",
    "api_tokens_remind": "a recurring job",
    "second_factor_resets_lapse": "a recurring job",
    "logins_forget_old": "a recurring job",
    "invitations_forget_old": "a recurring job",
    "notifications_forget_old": "a recurring job",
    "trial_work": "the job of a trial",
    "forecast_compute": "the job of a forecast",
    "enqueue": "of every service that leaves work to a job",
    "enqueue_once": "of every service that leaves work to a job",
    "enqueue_unless_under_way": "of every service that leaves work to a job",
    "jobs_recover": "the worker",
    "jobs_forget_old": "a recurring job",
    "worker_seen": "the worker",
    "worker_left": "the worker",
    "recurring_claim": "the worker",
    "recurring_begin": "the worker",
    "recurring_end": "the worker",
    "upkeep_record": "who runs commands on the server",
    "mails_enqueue": "the mail backend, for whatever sends a mail",
    "mail_send": "a job",
    "mail_record_failure": "of mail_send",
    "mails_forget_old": "a recurring job",
    "user_sign_up": "who opens an account for themselves; the form has checked it",
    "user_address_confirmed": "who opens the link of a mail; allauth has checked it",
    "second_factor_added": "who sets it up in their own session; allauth has checked it",
    "second_factors_remove_on_server": "who runs commands on the server",
    "second_factor_removed": "who takes off their own, or the service that two administrators need",
    "user_password_changed": "who knows the old one or opens the link of a mail; allauth has checked it",
    "bookings_lapse_due": "a recurring job",
    "usage_confirm_due": "a recurring job",
    "uses_remind_due": "a recurring job",
    "bookings_no_show_due": "a recurring job",
    "next_free_advance": "a recurring job",
    "next_free_rebuild": "a command on the server",
    "next_free_refresh": "what changes holds calls it",
    "publications_publish_due": "a recurring job",
    "sheets_forget_old": "a recurring job",
    "kept_documents_forget_old": "a recurring job",
    "windows_extend": "what changes rules, and the recurring job",
    "windows_extend_due": "a recurring job",
    "search_refresh": "a recurring job",
    "search_rebuild": "a command on the server",
    "search_index": "what changes instruments and synonyms calls it",
    "national_check_abandon": "a job of who started the check",
    "national_check_keep": "a job of who started the check",
    "national_check_of_job": "a job of who started the check",
    "national_check_progress": "a job of who started the check",
    "national_checks_clean": "a recurring job",
    "national_checks_forget": "the deletion of an account, by the clock",
    "cycle_step_work": "a job of who asked for the step",
    "audit_seal": "a recurring job",
    "completeness_notices_send": "a recurring job",
    "sample_orders_lapse_due": "a recurring job",
    "orders_to_hold_due": "a part of the recurring job of sample orders",
    "credit_appeals_pass_on_due": "a recurring job",
    "statements_draft_due": "a recurring job",
    "statements_remind_due": "a recurring job",
    "qualification_ends_tell": "a recurring job",
    "notifications_mail": "a recurring job",
    "notification_digests_mail": "a recurring job",
    "webhooks_gather": "a recurring job",
    "deliveries_send": "a job of what the journal says",
    "deliveries_forget_old": "a recurring job",
    "external_calendars_read_due": "a recurring job",
    "external_calendars_read": "a job of the recurring one",
    "external_calendar_read": "a job of the recurring one; closures are placed as whoever connected it",
    "post_json": "of the job that sends",
    "fetch": "of the job that reads",
    "may_be_called": "of what keeps an address",
    "find_public_addresses": "of the job that sends",
    "is_public": "of the job that sends",
    "device_event_receive": "of a device that signs with its key",
    "kiosk_act_receive": "of a kiosk that its key has opened, for whoever has the code of a booking",
    "build_delivery": "of webhook_test and the job that reads the journal",
}
PARTS = {
    "people_disclosed": "of pages and files that name many people",
    "people_listed": "of lists that a program reads",
    "account_erase": "of account_deletions_carry_out",
    "notifications_erase": "of account_deletions_carry_out",
    "mails_erase": "of account_deletions_carry_out",
    "mails_to": "of mails_erase; writes nothing",
    "append_entry": "of every service that adds a link to an instrument's chain",
    "write_cancellation": "of booking_cancel and of decisions that hit bookings",
    "cancel_companions": "of whatever ends a booking",
    "apply_transition": "of whatever changes a booking's state",
    "charge_write": "of charge_waive and of whatever else changes a charge",
    "wait_end": "of waiting_leave, of answers to offers and of jobs",
    "let_offer_go": "of whatever ends an offer",
    "offer_pass_on": "of offer_decline, waiting_leave and offers_lapse_due",
    "apply_outcomes": "of decisions that hit bookings",
    "affected_offers_withdraw": "of instrument_suspend",
    "record_remote_address": "of the web's edge; writes nothing",
    "readings_outlast_rollback": "of the web's edge; writes what pages have shown",
    "record_reading": "of people_disclosed",
    "build_entry": "of every service",
    "add_documents": "of what files documents",
    "unit_managers_tell": "of what decides on a unit",
    "role_holders_tell": "of what decides on an organization",
    "no_show_take_back": "of usage_log_by_hand and kiosk_act_receive",
    "charge_drop": "of no_show_take_back",
    "find_mail_refusals": "of invitation_send and invitation_resend; writes nothing",
    "cancel_for_suspension": "of organization_suspend and bookings_no_show_due",
    "check_uploads": "of what files documents; writes nothing",
    "find_registration_problems": "of organization_register and organization_correct; writes nothing",
    "documents_keep": "of a form that was refused; keeps a person's own files",
    "documents_kept": "of such a form; reads a person's own files",
    "kept_documents_forget": "of organization_register and organization_correct",
    "activate_membership": "of what gives a role",
    "keeper_links_drop": "of membership_end",
    "save_with_history": "of every service that keeps revisions",
    "late_charges_refresh": "of what changes holds",
    "open_kind_line": "of every reminder; writes nothing",
    "link": "of every service that adds many links",
    "log_write": "of booking_check_out and usage_log_by_hand",
    "confirmation_write": "of usage_confirm and the job that confirms by the clock",
    "write_check_in": "of booking_check_in, device_event_receive and kiosk_act_receive",
    "write_check_out": "of booking_check_out, device_event_receive and kiosk_act_receive",
    "use_begin": "of device_event_receive and kiosk_act_receive",
    "incident_keep": "of device_event_receive and kiosk_act_receive",
    "get_operator_id": "of what ends a use; writes nothing",
    "statement_settle": "of statement_confirm and statement_payment_record",
    "notify": "of every service that tells somebody",
    "prices_list": "of rule_publish",
    "require_withdrawable": "of rule_withdraw and its page; writes nothing",
    "find_rule_problems": "of rule_publish and its page; writes nothing",
    "require_resumable": "of instrument_resume and its page; writes nothing",
    "order_lock_for": "of every step of a sample order",
    "move_order": "of every step of a sample order",
    "record_order": "of every step of a sample order",
    "write_move": "of booking_move and of decisions that hit bookings",
    "refused_offers_withdraw": "of rule_put_in_force, rule_withdraw and of imported rules",
    "write_move_by_unit": "of booking_move and of decisions that hit bookings",
    "finding_open": "of inspection_record and objection_answer",
    "auditors_named": "of the form of a draw; writes nothing",
    "prepare_picture": "of what keeps a picture; writes nothing",
    "store_once": "of what keeps a file",
    "record": "of every service",
    "grant_implied_role": "of organization_register and organization_revise",
    "record_all": "of history_import",
}
"""Written by other services, which have asked before."""

OF_READING = {
    "bookings.statistics_of_city",
    "bookings.statistics_of_instrument",
    "bookings.statistics_of_organization",
    "bookings.statistics_of_unit",
    "providers.see_revisions",
    "rewards.trace_any",
    "rewards.see_assessment",
    "rewards.see_account",
    "rewards.see_voucher",
    "rewards.see_vouchers",
    "site.read_journal",
}
"""Permissions that pages ask."""

NOT_THEIR_ORGANIZATION = "booking.organization_not_admitted"


def outcome(attempt, actor):
    """The cell that trying gives; what was written is undone."""
    with transaction.atomic():
        cell = tried(attempt, actor)
        transaction.set_rollback(True)
    forget_standing(actor)
    return cell


def tried(attempt, actor):
    try:
        with transaction.atomic():
            attempt(actor=actor)
    except DomainError as error:
        codes = {problem.code for problem in error.problems}
        if error.kind == "forbidden" or NOT_THEIR_ORGANIZATION in codes:
            return "."
        return "404" if error.kind == "not_found" else "yes"
    return "yes"


@pytest.mark.django_db
def test_action_permissions_depend_on_role():
    world, table = build_world(), cells(TABLE)
    tried = attempts(world)
    assert list(tried) == list(table)
    found = {
        row: {
            role: outcome(attempt, world.people[role]) if table[row][role] != "-" else "-" for role in ROLES
        }
        for row, attempt in tried.items()
    }
    wrong = differences(table, found)
    assert not wrong, "\n".join(["", *wrong])


@pytest.mark.django_db
def test_what_a_service_writes_leaves_an_entry():
    world, table = build_world(), cells(TABLE)
    written = {
        row: find_written(attempt, [world.people[role] for role in ROLES if table[row][role] == "yes"])
        for row, attempt in attempts(world).items()
    }
    silent = {row for row, tables in written.items() if tables and "journal_auditentry" not in tables}
    assert silent == SILENT.keys()
    assert len(list(filter(None, written.values()))) > FEWEST


def find_written(attempt, people):
    """The tables that are written for the first who is not refused, if anybody; it is undone."""
    for actor in people:
        written = set()
        try:
            with connection.execute_wrapper(partial(note_writes, written)), transaction.atomic():
                attempt(actor=actor)
                transaction.set_rollback(True)
            return written
        except DomainError:
            continue
        finally:
            forget_standing(actor)
    return set()


def note_writes(written, execute, sql, params, many, context):
    if found := WRITING.match(sql):
        written.add(found["table"])
    return execute(sql, params, many, context)


WRITING = re.compile(r'(?:INSERT (?:OR IGNORE )?INTO|UPDATE|DELETE FROM) "(?P<table>\w+)"')
FEWEST = 150
"""More services than these write in this world; the rules refuse the others, or nothing waits for them."""
SILENT = {
    "account_end_access": "its sessions are looked for and none is there",
    "notification_read": "what one has read oneself",
    "notifications_read": "what one has read oneself",
    "windows_check": "hours that follow from rules and closures",
    "windows_rebuild": "hours that follow from rules and closures",
    "windows_rebuild_compared": "hours that follow from rules and closures",
}
"""Services that write without an entry, and why."""

APPS = ("providers", "bookings", "rewards")


def services_of(package):
    """The names of the functions that a package offers, and of all in its modules that ask who acts."""
    if package in APPS:
        modules = list(service_modules(package))
        offered = vars(importlib.import_module(f"{package}.public"))
    else:
        modules = [package]
        if hasattr(package, "__path__"):
            modules += [
                importlib.import_module(f"{package.__name__}.{one.name}")
                for one in pkgutil.iter_modules(package.__path__)
            ]
        offered = [name for name, _ in inspect.getmembers(package, inspect.isfunction)]
    ours = package if isinstance(package, str) else package.__name__
    for module in modules:
        for name, one in inspect.getmembers(module, inspect.isfunction):
            is_ours = one.__module__.startswith(ours) and ".services" in one.__module__
            acts = inspect.signature(one).parameters.get("actor")
            asks = acts is not None and acts.kind is acts.KEYWORD_ONLY
            if is_ours and not name.startswith("_") and (name in offered or asks):
                yield name


PACKAGES = (accounts, journal, jobs, mails, personal, *APPS)


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: getattr(package, "__name__", package))
def test_every_service_has_its_row(package):
    known = {row.split("/")[0] for row in cells(TABLE)} | OF_THE_SYSTEM.keys() | PARTS.keys()
    assert set(services_of(package)) <= known, sorted(set(services_of(package)) - known)


def test_every_permission_is_required_by_a_service():
    asking = re.compile(
        r'require(?:_unless_system|_on_other_unit)?\(\s*actor,\s*"([a-z_.]+)"'
        r'|permission(?:: str)? ?= ?"([a-z_.]+)"'
    )
    modules = [module for app in APPS for module in service_modules(app)]
    places = [Path(module.__file__) for module in (accounts, journal, jobs, mails, *modules)]
    sources = [
        one
        for place in places
        for one in (place.parent.glob("*.py") if place.stem == "__init__" else [place])
    ]
    asked = {name for one in sources for found in asking.findall(one.read_text()) for name in found if name}
    assert sorted(rules.permissions.permissions) == sorted(asked | OF_READING)
