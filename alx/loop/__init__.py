"""The loop: init, ask, tell; simulated runs; pools that stay on disk."""

from alx.loop.loop import (
  Loop,
  LoopState,
  check_budget,
  draw_start,
  make_loop,
  pad_items,
  simulate,
)

__all__ = [
  "Loop",
  "LoopState",
  "check_budget",
  "draw_start",
  "make_loop",
  "pad_items",
  "simulate",
]
