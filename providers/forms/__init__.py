"""What units enter on their pages. The rules themselves are asked by the services, all at once."""
