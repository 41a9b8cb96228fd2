"""One context of MLIR for many programs.

JAX makes a context for each program that it lowers, which for the small ones of
tests is half of that work. What a context has seen stays in it, so it serves
some hundreds of programs of a thread and no more.
"""

import threading

from jax._src.interpreters import mlir

_PROGRAMS = 300
_kept = threading.local()


def shared(make):
  """The same function, which returns what it has made so many times."""

  def again():
    uses = getattr(_kept, "uses", 0)
    if uses % _PROGRAMS == 0:
      _kept.context = make()
    _kept.uses = uses + 1
    return _kept.context

  return again


def install():
  """From now on in this process; nothing where JAX has no such function."""
  if hasattr(mlir, "make_ir_context"):
    mlir.make_ir_context = shared(mlir.make_ir_context)
