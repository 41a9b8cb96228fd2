"""A project over HTTP: cases handed to readers, labels taken, models made."""

from alx.serve.app import application
from alx.serve.desk import Service, open_service

__all__ = ["Service", "application", "open_service"]
