"""The report of a run directory: one HTML page, a figure and two tables."""

from alx.report.page import write_report

__all__ = ["write_report"]
