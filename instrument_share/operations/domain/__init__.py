"""Words of the administrator's desk and of the journal; marked literals."""
