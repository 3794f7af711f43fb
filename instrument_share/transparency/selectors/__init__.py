"""Reads of the log: its tree, its checkpoints, what the checks find."""
