"""Backups of a whole site, their way back, and the checks of everything that must be true."""
