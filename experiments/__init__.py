"""Commands in a clone."""

import alx.commands  # noqa: F401, what has to be so before others are imported
