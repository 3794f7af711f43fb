"""Pages on which a unit keeps its information, and the bureau reviews it."""
