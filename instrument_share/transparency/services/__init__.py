"""Writers of the log."""
