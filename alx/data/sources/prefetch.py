"""Reads ahead on threads while the consumer works."""

import collections
import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor


def prefetch(
  read: Callable, places: Iterable, *, threads: int = 2, ahead: int = 4
) -> Iterator:
  """`map(read, places)`, in order, with the next results made on threads.

  An exception of `read` comes up where its result would have come. When the
  consumer stops, by `break`, an exception or `close()`, what has not begun is
  dropped and what has is waited for. Memory: `ahead` results.

  Args:
    read: called from several threads at a time.
    places: its arguments; may be endless.
    threads: >= 1.
    ahead: results that are finished or in the making, >= 1.

  Raises:
    ValueError: no thread, or nothing ahead.
  """
  if threads < 1 or ahead < 1:
    found = f"threads={threads}, ahead={ahead}"
    raise ValueError(f"wanted threads and ahead of at least 1, found {found}")
  return _results(read, iter(places), threads, ahead)


def _results(read, places, threads, ahead):
  pool = ThreadPoolExecutor(threads, thread_name_prefix="prefetch")
  try:
    first = itertools.islice(places, ahead)
    queue = collections.deque(pool.submit(read, place) for place in first)
    while queue:
      result = queue.popleft().result()
      queue.extend(
        pool.submit(read, place) for place in itertools.islice(places, 1)
      )
      yield result
      del result
  finally:
    pool.shutdown(wait=True, cancel_futures=True)
