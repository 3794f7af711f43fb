"""What the papers of a cycle say, in official Chinese. Every figure was stored; nothing is computed."""

from rewards.reports.facts import ReportFacts, report_facts
from rewards.reports.letter import finance_letter
from rewards.reports.sheets import unit_paper
from rewards.reports.tables import data_tables

__all__ = ["ReportFacts", "data_tables", "finance_letter", "report_facts", "unit_paper"]
