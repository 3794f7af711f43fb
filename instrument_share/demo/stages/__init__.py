"""Stages of loading the demo city, in order; they call the apps' services only."""
