"""Views that read from several apps, a module for each place of the navigation."""
