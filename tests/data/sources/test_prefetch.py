import itertools
import threading
import time

import pytest

from alx.data.sources.prefetch import prefetch


def readers():
  return [t for t in threading.enumerate() if t.name.startswith("prefetch")]


def test_results_come_in_order():
  def slow_at_first(i):
    time.sleep(0.02 * (i < 2))
    return i * i

  found = prefetch(slow_at_first, range(50), threads=4, ahead=8)
  assert list(found) == [i * i for i in range(50)]
  assert not readers()


def test_nothing_to_read():
  assert list(prefetch(str, [])) == []


def test_reads_on_other_threads_while_the_consumer_works():
  together = threading.Barrier(3, timeout=5)
  reads = prefetch(lambda i: together.wait(), range(3), threads=3, ahead=3)
  assert sorted(reads) == [0, 1, 2]


def test_no_more_than_ahead_are_read():
  begun = []
  reads = prefetch(begun.append, itertools.count(), threads=2, ahead=3)
  for step in range(5):
    next(reads)
    time.sleep(0.02)
    assert len(begun) <= step + 1 + 3
  reads.close()
  assert not readers()


def test_an_exception_comes_where_its_result_would_have():
  def read(i):
    if i == 3:
      raise OSError("the disk is gone")
    return i

  found = []
  with pytest.raises(OSError, match="the disk is gone"):
    for i in prefetch(read, range(10), threads=4, ahead=6):
      found.append(i)
  assert found == [0, 1, 2]
  assert not readers()


def test_closes_when_the_consumer_stops():
  begun = []

  def read(i):
    begun.append(i)
    return i

  for i in prefetch(read, range(10_000), threads=2, ahead=4):
    if i == 5:
      break
  assert not readers()
  assert len(begun) <= 5 + 1 + 4


def test_what_has_not_begun_is_dropped():
  begun = []

  def read(i):
    begun.append(i)
    time.sleep(0.02)

  reads = prefetch(read, range(100), threads=1, ahead=20)
  next(reads)
  reads.close()
  assert len(begun) <= 3


def test_closes_when_the_consumer_is_interrupted():
  def consume():
    for _ in prefetch(str, range(100)):
      raise KeyboardInterrupt

  with pytest.raises(KeyboardInterrupt):
    consume()
  assert not readers()


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"ahead": 0}])
def test_refuses_no_thread_at_once(wrong):
  with pytest.raises(ValueError, match="at least 1, found threads="):
    prefetch(str, [], **wrong)
