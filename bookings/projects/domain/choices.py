"""States of a project, and the sources that fund it."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import IllegalMove, gettext_noop
from instrument_share.kernel.states import Moves


class ProjectState(StrEnum):
    """Whether bookings may name the project."""

    OPEN = "open"
    CLOSED = "closed"


MOVES: Moves = {
    ProjectState.OPEN: {"close": ProjectState.CLOSED},
    ProjectState.CLOSED: {"reopen": ProjectState.OPEN},
}


def get_next_state(state: str, move: str) -> str:
    """Return the state after a move. Raises IllegalMove, in the words of projects."""
    if move not in MOVES.get(state, {}):
        raise IllegalMove(state=f"project.{state}", move=f"project.{move}")
    return MOVES[state][move]


class FundingSource(StrEnum):
    """经费来源: who funds a project, as service records of the national platform tell it."""

    MAJOR_PROJECTS = "major_projects"
    NATURAL_SCIENCE = "natural_science"
    KEY_TECHNOLOGIES = "key_technologies"
    HIGH_TECH_863 = "high_tech_863"
    BASIC_RESEARCH_973 = "basic_research_973"
    TORCH = "torch"
    SPARK = "spark"
    PROJECT_211 = "project_211"
    PROJECT_985 = "project_985"
    PUBLIC_WELFARE = "public_welfare"
    SOCIAL_SCIENCE = "social_science"
    BASIC_WORK = "basic_work"
    INFRASTRUCTURE = "infrastructure"
    LOCAL_PROGRAMME = "local_programme"
    OTHER = "other"


NATIONAL_WORDS: Mapping[FundingSource, str] = {
    FundingSource.MAJOR_PROJECTS: "国家科技重大专项",
    FundingSource.NATURAL_SCIENCE: "国家自然科学基金",
    FundingSource.KEY_TECHNOLOGIES: "国家科技支撑(攻关)计划",
    FundingSource.HIGH_TECH_863: "863计划",
    FundingSource.BASIC_RESEARCH_973: "973计划",
    FundingSource.TORCH: "火炬计划",
    FundingSource.SPARK: "星火计划",
    FundingSource.PROJECT_211: "211工程",
    FundingSource.PROJECT_985: "985工程",
    FundingSource.PUBLIC_WELFARE: "公益性行业科研专项",
    FundingSource.SOCIAL_SCIENCE: "国家社会科学基金",
    FundingSource.BASIC_WORK: "国家科技基础性工作专项",
    FundingSource.INFRASTRUCTURE: "科技基础条件平台专项",
    FundingSource.LOCAL_PROGRAMME: "地方科技计划项目",
    FundingSource.OTHER: "其他",
}
"""What a usage log and its national record say (`bookings.usage.domain.national`)."""

LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    FundingSource: {
        FundingSource.MAJOR_PROJECTS: gettext_noop("National science and technology major projects"),
        FundingSource.NATURAL_SCIENCE: gettext_noop("National Natural Science Foundation"),
        FundingSource.KEY_TECHNOLOGIES: gettext_noop("National key technologies programme"),
        FundingSource.HIGH_TECH_863: gettext_noop("863 programme"),
        FundingSource.BASIC_RESEARCH_973: gettext_noop("973 programme"),
        FundingSource.TORCH: gettext_noop("Torch programme"),
        FundingSource.SPARK: gettext_noop("Spark programme"),
        FundingSource.PROJECT_211: gettext_noop("Project 211"),
        FundingSource.PROJECT_985: gettext_noop("Project 985"),
        FundingSource.PUBLIC_WELFARE: gettext_noop("Research for public welfare industries"),
        FundingSource.SOCIAL_SCIENCE: gettext_noop("National Social Science Fund"),
        FundingSource.BASIC_WORK: gettext_noop("National basic work of science and technology"),
        FundingSource.INFRASTRUCTURE: gettext_noop("Science and technology infrastructure platforms"),
        FundingSource.LOCAL_PROGRAMME: gettext_noop("Local science and technology programme"),
        FundingSource.OTHER: gettext_noop("Other funding source"),
    },
}
