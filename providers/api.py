"""The routers of the rooms, for the API."""

from providers.search.api import router

__all__ = ["router"]
