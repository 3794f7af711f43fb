"""The API under /api/v1: authentication, error mapping and the routers of the apps."""

from ninja import NinjaAPI

api = NinjaAPI(title="Instrument Share API", version="1", urls_namespace="api-v1")
