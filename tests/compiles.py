"""Counts what this process compiles."""

import jax

COMPILED: list[str] = []  # an event for each program of the backend


def _listen(event, *_, **__):
  if event == "/jax/core/compile/backend_compile_duration":
    COMPILED.append(event)


jax.monitoring.register_event_duration_secs_listener(_listen)
