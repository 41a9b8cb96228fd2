"""Commands in a clone, and studies whose tables are in README.md here."""

# What has to be so before anything else is imported.
import alx.commands  # noqa: F401
