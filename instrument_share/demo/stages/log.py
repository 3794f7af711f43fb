"""The public log of the city: a checkpoint over all that was recorded, so that each use has its receipt."""

from instrument_share.demo.world import World
from instrument_share.journal.services import audit_seal
from instrument_share.transparency.services.growing import checkpoint_make


def load(world: World) -> str:
    """Seal the journal and sign the first checkpoint."""
    sealed = audit_seal(world.now)
    checkpoint_make(world.now)
    return f"{sealed} acts sealed, 1 checkpoint"
