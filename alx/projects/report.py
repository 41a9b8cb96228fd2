"""A short page about a project, in Markdown."""

from alx.data.files import write_bytes
from alx.projects.store.project import Project
from alx.projects.work.status import lines_of, status


def write_report(project: Project):
  """Writes report.md into the project; its path.

  The head of the log is printed: a log that was written anew is found by
  `alx project verify --head`.
  """
  path = project.folder / "report.md"
  write_bytes(path, text(project).encode())
  return path


def text(project: Project) -> str:
  """The page: counts, answers, versions with their gate, head of the log."""
  found = status(project)
  parts = ["# Labelling project", ""]
  parts += [f"- {line}" for line in lines_of(project, found)]
  parts += ["", "## Versions of the model", ""]
  for version, model in sorted(project.state.models.items()):
    about = model.about
    parts.append(
      f"- v{version:03d}: {model.state}, {about['labels']} labels, "
      f"parameters {about['parameters'][:16]}"
    )
  parts += ["", "## Rounds", "", "| round | cases | asked by | model |"]
  parts += ["| --- | --- | --- | --- |"]
  for number, made in sorted(project.state.rounds.items()):
    model = f"v{made.model:03d}" if made.model else "none"
    parts.append(f"| {number} | {len(made.tasks)} | {made.method} | {model} |")
  parts += ["", f"Head of the audit log: `{found.head}`", ""]
  return "\n".join(parts)
