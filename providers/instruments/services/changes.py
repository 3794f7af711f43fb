"""Tell the rooms above when what an instrument is found by has changed."""

from collections.abc import Callable, Collection

_listeners: list[Callable[[Collection[int]], None]] = []


def on_instruments_changed(listener: Callable[[Collection[int]], None]) -> None:
    """Register what is called, in the same transaction, with the ids of instruments that changed."""
    if listener not in _listeners:
        _listeners.append(listener)


def instruments_changed(instrument_ids: Collection[int]) -> None:
    """Call every listener with the ids of instruments whose fields or category changed."""
    for listener in _listeners:
        listener(instrument_ids)
