import hashlib
import json

import jax
import numpy as np
import pytest

from alx.data import DataError
from alx.runs import export
from alx.runs.disk import store
from alx.runs.use.export import named
from tests import kept_models
from tests.snippets import exported_model


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
  folder = tmp_path_factory.mktemp("run")
  kept_models.squares(folder / "d.npz")
  return kept_models.keep(
    folder / "w", folder / "d.npz", widths=(4,), patch=(8, 8)
  )


def test_arrays_are_named_by_the_way_to_them():
  tree = {"a": {"b": np.zeros(1), "c": np.ones(2)}, "d": np.zeros(3)}
  assert [*named(tree)] == ["a/b", "a/c", "d"]


def test_what_is_written_is_the_model(kept, tmp_path):
  found = export(kept.workdir, tmp_path / "o")
  about = json.loads((tmp_path / "o/model.json").read_text("utf-8"))
  content = (tmp_path / "o/params.npz").read_bytes()
  digest = hashlib.sha256(content).hexdigest()
  assert about["parameters"]["sha256"] == digest
  assert about["network"]["make"] == "make_unet"
  assert about["network"]["arguments"]["widths"] == [4]
  assert about["patch"] == [8, 8] and about["images"]["channels"] == 1
  assert (about["labels"], about["round"], about["members"]) == (2, 1, 1)
  leaves = jax.tree.leaves(kept.params)
  assert found.arrays == len(leaves)
  assert found.numbers == sum(map(np.size, leaves))


def test_the_snippet_makes_the_same_network(kept, tmp_path):
  export(kept.workdir, tmp_path / "o")
  apply, params, about = exported_model.load(tmp_path / "o")
  jax.tree.map(np.testing.assert_array_equal, params, kept.params)
  images = kept.problem.images
  logits, _ = jax.jit(apply)(params, images.values)
  key, items = jax.random.key(0), np.arange(2)
  wanted = kept.problem.predict_few(key, kept.params, images, items, 0)
  np.testing.assert_allclose(
    jax.nn.softmax(logits), wanted.probs[0], rtol=1e-5, atol=1e-6
  )
  assert logits.shape[-1] == len(about["class_names"])


def test_the_same_again_and_nobodys_files(kept, tmp_path):
  out = tmp_path / "o"
  export(kept.workdir, out)
  before = (out / "params.npz").read_bytes()
  export(kept.workdir, out)
  assert (out / "params.npz").read_bytes() == before
  with pytest.raises(DataError, match="or the same model, found model"):
    export(kept.workdir, out, round=0)
  (tmp_path / "mine").mkdir()
  (tmp_path / "mine/a.txt").write_text("mine", "utf-8")
  with pytest.raises(DataError, match=r"for --out, found a\.txt"):
    export(kept.workdir, tmp_path / "mine")
  assert [p.name for p in (tmp_path / "mine").iterdir()] == ["a.txt"]


def test_an_export_that_was_killed_is_made_again(kept, tmp_path, monkeypatch):
  out, write = tmp_path / "o", store.write_bytes

  def killed(path, content):
    if path.name == "model.json":
      raise KeyboardInterrupt
    write(path, content)

  with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
    patch.setattr(store, "write_bytes", killed)
    export(kept.workdir, out)
  assert [p.name for p in out.glob("*.*")] == ["params.npz"]
  with pytest.raises(DataError, match="the same model, found params"):
    export(kept.workdir, out, round=0)
  (out / "a.txt").write_text("mine", "utf-8")
  with pytest.raises(DataError, match=r"the same model, found a\.txt"):
    export(kept.workdir, out)
  (out / "a.txt").unlink()
  export(kept.workdir, out)
  assert {p.name for p in out.glob("*.*")} == {"params.npz", "model.json"}
