"""What a new site needs before anybody can use it: districts, authorities, their first people, tables."""
