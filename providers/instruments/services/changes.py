"""Notify higher rooms when the searchable data of an instrument changed, and before drafts are removed."""

from collections.abc import Callable, Collection

Listener = Callable[[Collection[int]], None]
_listeners: list[Listener] = []
_removal_listeners: list[Listener] = []


def on_instruments_changed(listener: Listener) -> None:
    """Register a listener that gets the ids of changed instruments in the same transaction."""
    if listener not in _listeners:
        _listeners.append(listener)


def on_drafts_removed(listener: Listener) -> None:
    """Register a listener that gets the ids of drafts in the transaction that is about to remove them."""
    if listener not in _removal_listeners:
        _removal_listeners.append(listener)


def instruments_changed(instrument_ids: Collection[int]) -> None:
    """Call every listener with the ids of instruments whose fields or category changed."""
    for listener in _listeners:
        listener(instrument_ids)


def drafts_removed(instrument_ids: Collection[int]) -> None:
    """Call every listener with the ids of drafts that are about to be removed."""
    for listener in _removal_listeners:
        listener(instrument_ids)
