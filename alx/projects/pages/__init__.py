"""Pages about a project: for who leads the readers, and for who audits."""
