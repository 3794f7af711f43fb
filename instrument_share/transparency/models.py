"""The log's leaves, the subtrees kept of them, and its signed checkpoints. All append-only (see guards)."""

from django.db import models


class LogLeaf(models.Model):
    """A leaf: the hash of one link of a chain, in the order in which they were added."""

    index = models.BigIntegerField(primary_key=True, help_text="0, 1, 2, … without gaps")
    chain = models.CharField(max_length=20, help_text="an instrument's public id, or `seals`")
    number = models.PositiveIntegerField(help_text="1, 2, 3, … without gaps in each chain")
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="log_leaf_once")]

    def __str__(self) -> str:
        return f"{self.index} {self.chain} {self.number}"


class LogSubtree(models.Model):
    """The hash over a complete subtree of 256 leaves (level 1), of 256 such (level 2), and so on."""

    level = models.PositiveSmallIntegerField()
    index = models.BigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="log_subtree_once")]

    def __str__(self) -> str:
        return f"{self.level} {self.index}"


class Checkpoint(models.Model):
    """A day's checkpoint: the log's size and root as the site has signed them."""

    number = models.PositiveIntegerField(unique=True, help_text="1, 2, 3, … without gaps")
    size = models.BigIntegerField(help_text="leaves that it covers")
    root = models.CharField(max_length=64)
    note = models.TextField(help_text="as it was signed and published")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number} ({self.size})"


class CheckpointTimestamp(models.Model):
    """The token (RFC 3161) by which another authority says when it saw a checkpoint."""

    checkpoint = models.OneToOneField(Checkpoint, on_delete=models.PROTECT, related_name="timestamp")
    token = models.BinaryField(help_text="DER, a ContentInfo over the SHA-256 of the note")
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.checkpoint_id)


class CheckState(models.Model):
    """How far a check of the night has come, and what it has found. No evidence: it is overwritten."""

    name = models.CharField(max_length=40, unique=True)
    position = models.JSONField(null=True, help_text="where the next piece begins; null: at the beginning")
    found = models.JSONField(default=list, help_text="what this pass has found so far")
    problems = models.JSONField(default=list, help_text="what the last complete pass, or this one, has found")
    passed_at = models.DateTimeField(null=True, help_text="when a pass was last complete")

    def __str__(self) -> str:
        return self.name
