import pytest

from alx.training.epoch_settings import Epochs


def test_refuses_unknown_names():
  with pytest.raises(ValueError, match="'accuracy'"):
    Epochs(monitor="accuracy")
