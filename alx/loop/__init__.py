"""The loop: init, ask, tell; simulated runs; pools that stay on disk."""

from alx.loop.loop import make_loop
from alx.loop.simulated import simulate
from alx.loop.start import (
  check_budget,
  draw_start,
  draw_strata,
  pad_items,
  spread_over_groups,
)
from alx.loop.state import Loop, LoopState
from alx.loop.turns import Turns, loops_of, take_turns, turn_of

__all__ = [
  "Loop",
  "LoopState",
  "Turns",
  "check_budget",
  "draw_start",
  "draw_strata",
  "loops_of",
  "make_loop",
  "pad_items",
  "simulate",
  "spread_over_groups",
  "take_turns",
  "turn_of",
]
