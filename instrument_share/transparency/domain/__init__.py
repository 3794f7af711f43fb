"""Hash trees, signed checkpoints and receipts; pure."""
