#!/bin/sh
# import-linter: a contract whose wildcard matches no module is kept.
#
# Software:  import-linter 2.17
# Seen on:   30 November 2026, Linux, CPython 3.11
# Expected:  a name in a contract that no module has is an error, with a wildcard or without.
# Behaviour: without a wildcard it is an error that ends the run; with one (`shop.feature.*` for `shop.features.*`)
#            the contract has no modules, is reported as KEPT and the exit code is 0.
# Why care:  a renamed folder switches its rules off, and the check stays green. Let a test import one forbidden
#            thing, or count the modules that each wildcard matches.
# Output:
#| shop.features.*: Features are strangers BROKEN, exit code 1
#| shop.feature.*: Features are strangers KEPT, exit code 0
#| shop.feature: Module 'shop.feature' does not exist., exit code 1
set -eu
export PIP_DISABLE_PIP_VERSION_CHECK=1
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
trap 'exit 1' HUP INT TERM
python3 -m venv "$place/venv"
"$place/venv/bin/pip" install -q --retries 5 import-linter==2.17
"$place/venv/bin/python" - >"$place/seen" <<'PYTHON'
import os
import pathlib
import subprocess
import sys
import tempfile

CONTRACT = """
[importlinter]
root_package = shop

[importlinter:contract:strangers]
name = Features are strangers
type = independence
modules =
    {modules}
"""

with tempfile.TemporaryDirectory() as folder:
    features = pathlib.Path(folder, "shop", "features")
    features.mkdir(parents=True)
    for module in (features.parent / "__init__.py", features / "__init__.py", features / "orders.py"):
        module.touch()
    (features / "invoices.py").write_text("from shop.features import orders")
    command = [pathlib.Path(sys.executable).with_name("lint-imports"), "--no-cache"]
    for modules in ("shop.features.*", "shop.feature.*", "shop.feature"):
        pathlib.Path(folder, ".importlinter").write_text(CONTRACT.format(modules=modules))
        env = {**os.environ, "PYTHONPATH": folder}
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=env)
        line = next(line for line in run.stdout.splitlines() if "strangers" in line or "does not exist" in line)
        print(f"{modules}: {line.strip()}, exit code {run.returncode}")
PYTHON
sed -n 's/^#| //p' "$0" >"$place/expected"
cat "$place/seen"
diff "$place/expected" "$place/seen"
