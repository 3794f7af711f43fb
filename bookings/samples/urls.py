"""URL patterns of this room; `instrument_share.urls` mounts each list under its prefix."""

from django.urls import path

from bookings.samples.views import order_list, orders, steps

instruments_urls = [path("<str:public_id>/samples/", orders.sample_order_new, name="sample_order_new")]
"""Under `instruments/`."""
samples_urls = [
    path("", order_list.sample_orders_kept, name="sample_orders"),
    path("<str:public_id>/", orders.sample_order, name="sample_order"),
    path("<str:public_id>/label/", orders.sample_label, name="sample_label"),
    path("<str:public_id>/files/<str:sha256>/", orders.sample_file, name="sample_file"),
    path("<str:public_id>/quote/", steps.quote, name="sample_order_quote"),
    path("<str:public_id>/accept/", steps.accept, name="sample_order_accept"),
    path("<str:public_id>/cancel/", steps.cancel, name="sample_order_cancel"),
    path("<str:public_id>/reject/", steps.reject, name="sample_order_reject"),
    path("<str:public_id>/receive/", steps.receive, name="sample_order_receive"),
    path("<str:public_id>/plan/", steps.plan, name="sample_order_plan"),
    path("<str:public_id>/plan/times/", steps.plan_times, name="sample_order_plan_times"),
    path("<str:public_id>/photos/", steps.photos, name="sample_photos_add"),
    path("<str:public_id>/report/", steps.report, name="sample_order_report"),
    path("<str:public_id>/close/", steps.close, name="sample_order_close"),
]
"""Under `samples/`."""
