import numpy as np
import pytest

from alx.devices import distributed
from tests.forks import shared
from tests.processes import free_port, run_together, shards


@pytest.mark.parametrize(
  ("num_items", "num_processes", "sizes"),
  [(7, 3, [3, 2, 2]), (2, 3, [1, 1, 0]), (6, 1, [6]), (0, 2, [0, 0])],
)
def test_shards_are_contiguous_and_even(num_items, num_processes, sizes):
  parts = shards(num_items, num_processes)
  assert [part.stop - part.start for part in parts] == sizes
  assert [p.start for p in parts[1:]] == [p.stop for p in parts[:-1]]
  assert parts[0].start == 0 and parts[-1].stop == num_items


@pytest.mark.parametrize("bounds", [(-1, 2, 0), (5, 2, 2), (5, 0, 0)])
def test_a_shard_that_cannot_be_is_told(bounds):
  with pytest.raises(ValueError, match="wanted num_items >= 0"):
    distributed.shard_bounds(*bounds)


@pytest.mark.parametrize(
  ("arguments", "message"),
  [
    (("host:1", 2, None), "process_id not given"),
    ((None, 2, 0), "coordinator not given"),
    (("host", 2, 0), "wanted host:port"),
    (("host:1", 2, 2), r"in \[0, 2\), found 2"),
  ],
)
def test_half_an_address_is_one_line(arguments, message):
  with pytest.raises(ValueError, match=message):
    distributed.connect(*arguments)


def test_one_process_needs_no_connection():
  distributed.connect("host:1", 1, 0)


def test_rows_come_from_whoever_holds_them():
  rows, items = np.arange(10.0).reshape(5, 2), np.array([4, 0, 5, 2])
  parts = shards(5, 2)

  def on(process, gather):
    mine = rows[parts[process].start : parts[process].stop]
    return distributed.gather_rows(mine, items, parts[process], gather=gather)

  for found in run_together(2, on):
    assert found.tolist() == [[8, 9], [0, 1], [0, 0], [4, 5]]


def test_another_selection_is_told_by_name_of_its_process():
  picks = [[3, 1], [3, 1], [1, 3]]

  def on(process, gather):
    with pytest.raises(RuntimeError) as caught:
      distributed.assert_same_selection(picks[process], gather=gather)
    return str(caught.value)

  wanted = "selected items: process 2 of 3 differs from process 0, 1"
  assert run_together(3, on) == [wanted] * 3
  run_together(
    2, lambda p, gather: distributed.assert_same_selection([2], gather=gather)
  )


TURNS = "entropy*2 + k_center*2"
ONE_DEVICE = "import jax; jax.config.update('jax_num_cpu_devices', 1)"


def start(workdir, *arguments):
  words = "--rounds=4", "--k=5", "--num_items=203", f"--acquisition={TURNS}"
  place = f"--workdir={workdir}"
  return shared().start(
    "distributed", *words, place, *arguments, before=ONE_DEVICE
  )


def finish(processes):
  """Their output; children never outlive the test."""
  try:
    codes, texts = zip(*(each.ended() for each in processes), strict=True)
    return list(codes), "".join(texts)
  finally:
    for process in processes:
      process.kill()


@pytest.mark.slow
def test_two_processes_choose_what_one_chooses(tmp_path):
  for _ in range(3):  # somebody may take the port in between
    address = f"--coordinator=127.0.0.1:{free_port()}"
    pair = [
      start(
        tmp_path / "two",
        address,
        "--num_processes=2",
        f"--process_id={process}",
      )
      for process in range(2)
    ]
    codes, text = finish([*pair, start(tmp_path / "one")])
    if codes == [0, 0, 0] or "ddress already in use" not in text:
      break
  assert codes == [0, 0, 0], text
  one, two = (
    (tmp_path / name / "picks.csv").read_text() for name in ("one", "two")
  )
  assert one == two and len(one.splitlines()) == 1 + 5 * 5
