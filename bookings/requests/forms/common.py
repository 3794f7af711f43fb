"""What keepers decide and record, and what users move and rate. The rules are the services'."""
