"""Acquisitions as they are written on a command line and in tables."""

from alx.acquisition.grammar.arms import Arm, Stage, parse, split_arms

__all__ = ["Arm", "Stage", "parse", "split_arms"]
