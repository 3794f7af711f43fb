"""What keeps a backup from being made or restored, with the remedy, for who operates the site."""


class UpkeepError(Exception):
    """Something is wrong with a backup, its key, its place or the site that it is to become."""
