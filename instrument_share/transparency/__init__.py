"""The log of usage entries and seals as a hash tree, its signed checkpoints and their checks."""
