"""The services of the rooms of an app, for tests that try all of them."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType, SimpleNamespace

from django.conf import settings


def service_modules(app: str) -> Iterator[ModuleType]:
    """Every module with services in the rooms of an app."""
    for room in settings.ROOMS:
        if not room.startswith(f"{app}.") or importlib.util.find_spec(f"{room}.services") is None:
            continue
        package = importlib.import_module(f"{room}.services")
        yield package
        for one in pkgutil.iter_modules(getattr(package, "__path__", ())):
            yield importlib.import_module(f"{package.__name__}.{one.name}")


def services_of_app(app: str) -> SimpleNamespace:
    """The public functions of all services of an app, by name."""
    return SimpleNamespace(
        **{
            name: function
            for module in service_modules(app)
            for name, function in inspect.getmembers(module, inspect.isfunction)
            if function.__module__ == module.__name__ and not name.startswith("_")
        }
    )
