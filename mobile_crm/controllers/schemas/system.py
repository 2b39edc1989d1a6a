from typing import Literal

from .base import Output


class Health(Output):
    """The server answers and reaches its database."""

    status: Literal['ok']
