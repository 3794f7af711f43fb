"""URL patterns of the log; `instrument_share.urls` mounts them under `log/`."""

from django.urls import path

from instrument_share.transparency import views

log_urls = [
    path("", views.log, name="log"),
    path("checkpoint", views.newest_checkpoint, name="log_checkpoint"),
    path("checkpoints/<int:number>", views.earlier_checkpoint, name="log_earlier_checkpoint"),
    path("checkpoints/<int:number>.tsr", views.checkpoint_timestamp, name="log_timestamp"),
    path("key", views.key, name="log_key"),
]
"""Under `log/`. Without a slash at the end: programs ask for them as they stand."""
