"""Simulated readers: pure functions of a key."""

from alx.effort.readers.answer import Answer, agreement, answer_of
from alx.effort.readers.classes import noisy_classes, uniform_confusion
from alx.effort.readers.habits import BY_NAME, Habits, habits_of
from alx.effort.readers.opinion import opinion_of

__all__ = [
  "BY_NAME",
  "Answer",
  "Habits",
  "agreement",
  "answer_of",
  "habits_of",
  "noisy_classes",
  "opinion_of",
  "uniform_confusion",
]
