"""A project over HTTP: cases handed to readers, labels taken, models made."""

from alx.lazy import lazily
from alx.serve.desk import Service, open_service

__all__ = ["Service", "application", "open_service", "review"]

# What wants the extra alx[serve] is imported when it is asked for.
__getattr__, __dir__ = lazily(
  __name__,
  {"application": "alx.serve.app", "review": "alx.serve.page.notebook"},
)
