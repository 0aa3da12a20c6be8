#!/bin/sh
# polyfactory: a collection with only an upper bound is made exactly as long as the bound allows.
#
# Software:  polyfactory 3.5.0, pydantic 2.12.5
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  `max_length` without `min_length` gives collections of any length from 0 to the bound.
# Behaviour: the missing lower bound is taken from the upper one, so that every list and mapping is full; texts of the
#            same bound differ in length. Nested bounds multiply: 30 rows of 20 keys are 600 values in each sample.
# Why care:  a limit that guards an API (2,000 edges of 100 mappings each) makes a test's sample minutes and a gigabyte,
#            and the empty collection is never tried. State both bounds for samples.
# Output:
#| list with max_length 30: 30 elements in each of 50 samples
#| mapping with max_length 20 in it: 20 keys in each
#| text with max_length 30: more than 5 lengths
#| list with min_length 0, max_length 30: more than 5 lengths
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 polyfactory==3.5.0 pydantic==2.12.5
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
from typing import Annotated

from annotated_types import MaxLen, MinLen
from polyfactory.factories.pydantic_factory import ModelFactory
from pydantic import BaseModel


class Order(BaseModel):
    rows: Annotated[list[Annotated[dict[str, int], MaxLen(20)]], MaxLen(30)]
    both: Annotated[list[int], MinLen(0), MaxLen(30)]
    note: Annotated[str, MaxLen(30)]


class Orders(ModelFactory[Order]):
    __random_seed__ = 1


def told(values):
    lengths = {len(value) for value in values}
    return f"{lengths.pop()}" if len(lengths) == 1 else "more than 5 lengths" if len(lengths) > 5 else f"{lengths}"


samples = [Orders.build() for _ in range(50)]
print(f"list with max_length 30: {told(sample.rows for sample in samples)} elements in each of 50 samples")
print(f"mapping with max_length 20 in it: {told(row for sample in samples for row in sample.rows)} keys in each")
print(f"text with max_length 30: {told(sample.note for sample in samples)}")
print(f"list with min_length 0, max_length 30: {told(sample.both for sample in samples)}")
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
