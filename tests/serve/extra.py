"""Skips the file that imports this where the extra alx[serve] is not there."""

import pytest

for _name in ("starlette", "uvicorn", "python_multipart"):
  pytest.importorskip(_name, reason="wants the extra alx[serve]")
