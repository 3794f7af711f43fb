"""Pages of bookings and of usage logs."""
