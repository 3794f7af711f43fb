"""Say what a site lacks to run well, for whoever operates it."""
