"""Run by a Python that has the client of MONAI Label, and nothing of ours.

  python monai_driver.py URL READER LABELS OUT [NAME-AND-TOKEN]

Labels cases until none is left; writes one JSON line for each label.
"""

import http.client
import json
import os
import pathlib
import sys
import tempfile
import time
import warnings

warnings.simplefilter("ignore")  # the client imports cgi

from monailabel.client import MONAILabelClient  # noqa: E402

_GONE = (ConnectionError, http.client.HTTPException, TimeoutError)


def again(call, *args, **named):
  """The result of a call; a server that is gone comes back."""
  for _ in range(600):
    try:
      return call(*args, **named)
    except _GONE:
      time.sleep(0.1)
  raise SystemExit("the server did not come back")


def main(url, reader, labels, out, login=""):
  folder = tempfile.mkdtemp()
  client = MONAILabelClient(url, tmpdir=folder, client_id=reader)
  if login:
    client.update_auth(client.auth_token(*login.split(":")))
  with open(out, "a") as file:
    while True:
      case = again(client.next_sample, "alx", {})
      if not case:
        return
      drawn, about = again(
        client.infer, "alx", case["id"], {"result_extension": ".nrrd"}
      )
      label = pathlib.Path(labels) / f"{case['name']}.nii.gz"
      reply = again(client.save_label, case["id"], str(label), params={})
      line = {
        **{"case": case["name"], "reader": reader, "id": case["id"]},
        **{"draft": about["draft"], "bytes": os.path.getsize(drawn)},
        "reply": reply,
      }
      file.write(json.dumps(line) + "\n")
      file.flush()


if __name__ == "__main__":
  main(*sys.argv[1:])
