"""Notify higher rooms when the searchable data of an instrument changed."""

from collections.abc import Callable, Collection

_listeners: list[Callable[[Collection[int]], None]] = []


def on_instruments_changed(listener: Callable[[Collection[int]], None]) -> None:
    """Register a listener that gets the ids of changed instruments in the same transaction."""
    if listener not in _listeners:
        _listeners.append(listener)


def instruments_changed(instrument_ids: Collection[int]) -> None:
    """Call every listener with the ids of instruments whose fields or category changed."""
    for listener in _listeners:
        listener(instrument_ids)
