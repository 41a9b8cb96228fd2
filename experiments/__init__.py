"""Commands. Ctrl-C while one is still being imported ends it quietly."""

import os
import signal
import sys

# What Python calls itself before it has found the module that -m names.
if sys.argv[:1] == ["-m"]:
  for _number in (signal.SIGINT, signal.SIGTERM):
    signal.signal(_number, lambda number, _: os._exit(128 + number))
