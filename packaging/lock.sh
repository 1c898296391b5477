#!/bin/sh
# Writes both lock files anew from pyproject.toml (needs uv). The locks hold names, versions and
# hashes for every supported Python and system, and no address of any package index.
set -eu
cd "$(dirname "$0")/.."
compile="uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate"
$compile --all-extras "$@" pyproject.toml -o packaging/requirements-test.lock
$compile --extra receiver --extra build -c packaging/requirements-test.lock pyproject.toml -o packaging/requirements.lock
