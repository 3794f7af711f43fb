"""What other rooms put onto the desk of the Finance Bureau."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class FinanceTask:
    """Something that waits for Finance: its name, how far it is, and the address where it is done."""

    name: str
    progress: str
    address: str


FindTasks = Callable[["Viewer"], list[FinanceTask]]
_sources: list[FindTasks] = []


def register_finance_tasks(source: FindTasks) -> None:
    """Add a function that returns what waits for a viewer; each room registers its own."""
    if source not in _sources:
        _sources.append(source)


def find_finance_tasks(viewer: "Viewer") -> list[FinanceTask]:
    """Return what waits for the viewer in other rooms."""
    return [task for source in _sources for task in source(viewer)]
