"""Groups of related units."""

from collections.abc import Collection, Mapping


def group_related(families: Mapping[int, Collection[int]]) -> dict[int, frozenset[int]]:
    """Return the group of each unit: itself and all to whom relations lead, over any number of units.

    `families` have the direct relations of each unit, which one side is enough to declare. Whoever is no unit
    there is left out.
    """
    groups = {unit: frozenset({unit}) for unit in families}
    for unit, family in families.items():
        for member in family:
            if member in groups and member not in groups[unit]:
                together = groups[unit] | groups[member]
                groups |= dict.fromkeys(together, together)
    return groups
