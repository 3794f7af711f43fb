"""Pages that bring several apps together, a module for each place of the navigation."""
