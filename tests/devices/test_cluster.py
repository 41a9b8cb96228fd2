import pytest

from alx.devices.cluster import place_of

SLURM = {
  "SLURM_JOB_ID": "8195",  # 2 * 4096 + 3
  "SLURM_NTASKS": "4",
  "SLURM_PROCID": "2",
}
MPI = {"OMPI_COMM_WORLD_SIZE": "3", "OMPI_COMM_WORLD_RANK": "1"}


def test_what_is_given_stands():
  assert place_of("a:1", 2, 1, SLURM) == ("a:1", 2, 1)
  assert str(place_of("a:1", 2, 1, {})) == "process 1 of 2"


def test_an_ipv6_address_has_its_brackets_off():
  place = place_of("[::1]:80", 2, 0, {})
  assert (place.host, place.port) == ("::1", 80)


@pytest.mark.parametrize("given", [(None, None, None), (None, 1, 0)])
def test_alone_without_a_coordinator_also_in_a_job(given):
  assert place_of(*given, SLURM) is None


@pytest.mark.parametrize("given", [("a:1", 1, 0), ("a:1", 1, None)])
def test_one_process_is_alone(given):
  assert place_of(*given, {"SLURM_NTASKS": "1", "SLURM_PROCID": "0"}) is None


@pytest.mark.parametrize(
  ("environment", "count", "number"), [(SLURM, 4, 2), (MPI, 3, 1)]
)
def test_a_task_knows_its_number(environment, count, number):
  assert place_of("a:1", None, None, environment) == ("a:1", count, number)


@pytest.mark.parametrize(
  ("nodes", "first"),
  [
    ("gpu7", "gpu7"),
    ("gpu7,cpu1", "gpu7"),
    ("node[001-015],cpu1", "node001"),
    ("node[003,007-015]", "node003"),
    ("n[01-02]-ib", "n01-ib"),
    ("n[01-02]-ib,gpu7", "n01-ib"),
    ("rack[1-2]node[3-4]", "rack1node3"),
    ("rack[1,3]node[07,9-11],cpu[1-2]", "rack1node07"),
  ],
)
def test_the_first_node_of_a_job_coordinates(nodes, first):
  place = place_of("auto", None, None, SLURM | {"SLURM_STEP_NODELIST": nodes})
  assert place == (f"{first}:{65536 - 4096 + 3}", 4, 2)


def test_the_port_that_jax_is_told_of_is_taken():
  more = {"SLURM_JOB_NODELIST": "a", "JAX_COORDINATOR_PORT": "99"}
  assert place_of("auto", None, None, SLURM | more).coordinator == "a:99"


@pytest.mark.parametrize(
  ("given", "environment", "line"),
  [
    (
      ("auto", None, None),
      {},
      "--num_processes and --process_id, or a task of",
    ),
    (("a:1", 2, None), {}, "wanted --process_id, or a task"),
    (("auto", 2, 0), {}, "wanted a task of SLURM"),
    (
      ("auto", 2, 0),
      SLURM | {"SLURM_JOB_NODELIST": "node[1-"},
      "wanted a task of SLURM",
    ),
    (("auto", None, None), MPI, "wanted a task of SLURM"),
    ((None, 2, None), {}, "several processes want --coordinator"),
    ((None, None, 1), SLURM, "several processes want --coordinator"),
    (("a", 2, 0), {}, "wanted host:port, found 'a'"),
    ((":80", 2, 0), {}, "wanted host:port"),
    (("a:0", 2, 0), {}, "wanted host:port"),
    (("a:70000", 2, 0), {}, "wanted host:port"),
    (("a:1", 2, 2), {}, r"wanted one in \[0, 2\), found 2"),
  ],
)
def test_what_is_missing_is_one_line(given, environment, line):
  with pytest.raises(ValueError, match=line):
    place_of(*given, environment)
