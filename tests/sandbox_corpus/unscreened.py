"""`python unscreened.py serve …`: the product's server, its screen objecting to nothing; to test the boundary.

There is no such setting: this file starts the server's zygotes through a starting script of the tests' own.
"""

import sys
from pathlib import Path
from types import SimpleNamespace

from dynagent.cli import app
from dynagent.infrastructure.sandbox import zygotes

if __name__ == "__main__":
    zygotes.start = SimpleNamespace(__file__=str(Path(__file__).with_name("unscreened_start.py")))
    sys.exit(app())
