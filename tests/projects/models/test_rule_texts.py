import dataclasses

import pytest

from alx.projects.models import rule_texts
from alx.projects.models.gate import Floor, Rules
from alx.projects.models.sources import SourceWeights
from alx.projects.models.updates import Update


def test_rules_of_texts():
  assert rule_texts.parse_rules([]) == Rules(calibration=None)
  found = rule_texts.parse_rules(
    [
      "margin = 0.03",
      "patients=8",
      "failures=none",
      "calibration=0.1",
      "recorded=false",
      "approval=human",
      "floor:front=0.7",
      "floor: front @ siteB =0.6",
      "floor:@siteB=0.5",
      "floor=0.4",
    ]
  )
  floors = (
    Floor(0.7, "front"),
    Floor(0.6, "front", "siteB"),
    Floor(0.5, None, "siteB"),
    Floor(0.4),
  )
  wanted = Rules(
    margin=0.03, patients=8, failures=None, calibration=0.1, recorded=False,
    approval="human", floors=floors,
  )  # fmt: skip
  assert found == wanted


def test_every_rule_has_a_text():
  names = {field.name for field in dataclasses.fields(Rules)} - {"floors"}
  assert set(rule_texts._KINDS) == names


@pytest.mark.parametrize(
  ("text", "line"),
  [
    ("margin", "gate: wanted name=value, found 'margin'"),
    ("margn=0.1", r"gate: wanted one of margin, .* found 'margn=0.1'"),
    ("margin=wide", "gate: wanted another value, found 'margin=wide'"),
    ("margin=2", r"gate: margin: wanted a number in \[0, 1\], found 2"),
    ("margin=none", "gate: wanted another value"),
    ("patients=2.5", "gate: wanted another value"),
    ("recorded=maybe", "gate: wanted another value"),
    ("approval=maybe", "gate: approval: wanted none or human"),
    ("floor:front=high", "found 'floor:front=high'"),
    ("floor:front=70", "gate: floor: wanted a number"),
  ],
)
def test_other_texts_are_refused(text, line):
  with pytest.raises(ValueError, match=line):
    rule_texts.parse_rules([text])


def test_a_rule_twice_is_refused():
  with pytest.raises(ValueError, match="wanted margin once"):
    rule_texts.parse_rules(["margin=0.1", "margin=0.2"])
  with pytest.raises(ValueError, match="wanted each floor once"):
    rule_texts.parse_rules(["floor:a=0.1", "floor:a=0.1"])


def test_weights_of_texts():
  found = rule_texts.parse_weights(["accepted=0.5", "pseudo = 0.1"])
  assert found == SourceWeights(accepted=0.5, pseudo=0.1)
  for texts in (["accepted"], ["me=1"], ["edited=1", "edited=1"]):
    with pytest.raises(ValueError, match="weights: wanted SOURCE=WEIGHT"):
      rule_texts.parse_weights(texts)
  with pytest.raises(ValueError, match=r"edited: wanted a weight in \[0, 1\]"):
    rule_texts.parse_weights(["edited=much"])


@pytest.mark.parametrize(
  ("text", "update"),
  [
    ("scratch", Update()),
    ("warm", Update("warm")),
    ("finetune_replay: 0.5", Update("finetune_replay", 0.5)),
  ],
)
def test_update_modes_of_texts(text, update):
  assert rule_texts.parse_update(text) == update


@pytest.mark.parametrize(
  ("text", "line"),
  [
    ("all", "wanted one of scratch"),
    ("warm:0.5", "replay means nothing to warm"),
    ("finetune_replay", "wants replay > 0"),
    ("finetune_replay:some", "in 'finetune_replay:some'"),
  ],
)
def test_other_update_modes_are_refused(text, line):
  with pytest.raises(ValueError, match=line):
    rule_texts.parse_update(text)
