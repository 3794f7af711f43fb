from django.apps import AppConfig


class WebConfig(AppConfig):
    """Register what the site does by the clock, record second factors and sessions, and log logins."""

    name = "instrument_share.web"

    def ready(self) -> None:
        from allauth.core.internal import ratelimit
        from django.core.checks import register

        from instrument_share.jobs.registry import register_recurring
        from instrument_share.web.idempotency import check_answers_kept
        from instrument_share.web.login.city import check_city_login, connect_city_login
        from instrument_share.web.login.second_factor import connect_journal
        from instrument_share.web.login.sessions import connect_sessions
        from instrument_share.web.recurring import RECURRING
        from instrument_share.web.safeguards import connect_log

        # allauth counts one request of an address at a time. The next waits a second, then is refused as if
        # there had been too many, which on a busy machine meets a few who log in at once. It has no setting.
        ratelimit.CACHE_LOCK_WAIT_TIMEOUT = ratelimit.CACHE_LOCK_TIMEOUT
        connect_journal()
        connect_log()
        connect_sessions()
        connect_city_login()
        register(check_city_login)
        register(check_answers_kept)
        register_recurring(*RECURRING)
