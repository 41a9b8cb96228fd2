import pytest

from alx.training.by_epochs.epoch_settings import Epochs


def test_refuses_unknown_names():
  with pytest.raises(ValueError, match="'accuracy'"):
    Epochs(monitor="accuracy")
