"""Errors of declared facts."""

from instrument_share.kernel.errors import Conflict, DomainError, Forbidden, gettext_noop


class FactIncomplete(DomainError):
    """A fact that lacks something, or says what no policy knows; `problems` name the fields."""

    code = "reward.fact_incomplete"
    message = gettext_noop("Some of what was entered needs to be changed.")


class FactConfirmed(Conflict):
    """The same fact was confirmed before; it is returned before another is declared."""

    code = "reward.fact_confirmed"
    message = gettext_noop(
        "This fact is confirmed already. The bureau returns it first where it has to be corrected."
    )


class FactOfDeclarer(Conflict):
    """Who declared a fact may not confirm it."""

    code = "reward.fact_of_declarer"
    message = gettext_noop("You declared this fact; another officer confirms it.")


class FactOfBureau(Conflict):
    """A unit may not replace what the bureau declared of it, on which nobody has decided yet."""

    code = "reward.fact_of_bureau"
    message = gettext_noop(
        "The bureau has declared this fact, and it waits for a second officer. Tell the bureau what is wrong."
    )


class FactDeclaredAnew(Conflict):
    """A fact was declared anew after who wants to decide on it had read it."""

    code = "reward.fact_declared_anew"
    message = gettext_noop(
        "This fact was declared anew since you opened the page. Nothing was decided; read it again first."
    )


class FactYearFrozen(Conflict):
    """A fact of a year whose data are frozen stays as its unit declared it; the bureau may return it."""

    code = "reward.fact_year_frozen"
    message = gettext_noop(
        "The data of {year} are frozen, and the fact can no longer be withdrawn. Ask the bureau to return it."
    )


class SheetRefused(Conflict):
    """A sheet of facts of which a row cannot be declared (any more)."""

    code = "reward.fact_sheet_refused"
    message = gettext_noop(
        "Nothing was declared: facts have changed since the sheet was read. Upload it again."
    )


class OwnUnit(Forbidden):
    """Who belongs to a unit, or did not long ago, decides on nothing that concerns it."""

    code = "reward.own_unit"
    message = gettext_noop(
        "You belong to this unit, or did within the last three years. Let somebody else decide on it."
    )


class FactsMissing(DomainError):
    """A policy that asks for facts which nobody has; `problems` name each."""

    code = "reward.facts_missing"
    message = gettext_noop(
        "Under this policy no award can be worked out, since facts are missing. Enter them under "
        "“Declared facts”."
    )
