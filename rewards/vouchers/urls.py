"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from rewards.vouchers.views import claiming, granting, lists, overview, paying

_scheme, _application = "schemes/<str:public_id>", "applications/<str:public_id>"
_claim, _list = "claims/<str:public_id>", "lists/<str:public_id>"

vouchers_urls = [
    path("", overview.vouchers, name="vouchers"),
    path("applications/", lists.applications_list, name="voucher_applications"),
    path("grants/", lists.grants_list, name="voucher_grants"),
    path("claims/", lists.claims_list, name="voucher_claims"),
    path("schemes/new/", granting.scheme_new, name="voucher_scheme_new"),
    path(f"{_scheme}/", overview.scheme, name="voucher_scheme"),
    path(f"{_scheme}/apply/", granting.apply, name="voucher_apply"),
    path(f"{_scheme}/list/", paying.list_new, name="voucher_list_new"),
    path(f"{_application}/", granting.application, name="voucher_application"),
    path(f"{_application}/grant/", granting.application_grant, name="voucher_application_grant"),
    path(f"{_application}/refuse/", granting.application_refuse, name="voucher_application_refuse"),
    path(f"{_application}/files/<str:sha256>/", granting.application_file, name="voucher_application_file"),
    path("grants/<str:public_id>/", claiming.voucher, name="voucher"),
    path("grants/<str:public_id>/<str:statement_id>/", claiming.claim_new, name="voucher_claim_new"),
    path(f"{_claim}/", claiming.claim, name="voucher_claim"),
    path(f"{_claim}/check/", claiming.claim_check, name="voucher_claim_check"),
    path(f"{_claim}/audit/", claiming.claim_audit, name="voucher_claim_audit"),
    path(f"{_claim}/refuse/", claiming.claim_refuse, name="voucher_claim_refuse"),
    path(f"{_claim}/files/<str:sha256>/", claiming.claim_file, name="voucher_claim_file"),
    path(f"{_list}/", paying.payout_list, name="voucher_list"),
    path(f"{_list}/pdf/", paying.list_pdf, name="voucher_list_pdf"),
    path(f"{_list}/<str:claim_id>/pay/", paying.payout_new, name="voucher_payout_new"),
    path(f"{_list}/<str:payout_id>/back/", paying.payout_back, name="voucher_payout_back"),
]
"""Under `vouchers/`."""
