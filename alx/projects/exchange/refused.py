"""An answer that cannot be taken, with the code a server sends for it."""


class Refused(Exception):
  """What is wrong, in one line for the reader.

  Attributes:
    code: of HTTP: 400 malformed, 404 unknown, 409 contradiction, 413 too
      large, 415 no such format, 422 unusable, 507 no room.
  """

  def __init__(self, code: int, why: str):
    """For the reader: no path and no name of a patient in `why`."""
    super().__init__(" ".join(why.split()))
    self.code = code
