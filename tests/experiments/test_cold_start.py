"""The cold-start command."""

from tests.commands import error_of


def test_a_wrong_flag_is_one_line_and_exit_code_2():
  line = error_of("experiments.cold_start", "--data=none.npz")
  assert "wanted --data=PATH, --workdir=DIR" in line
