"""What stands around every request of the site: how often one may ask, and what browsers are told."""
