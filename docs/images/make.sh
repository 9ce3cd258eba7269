#!/usr/bin/env bash
# The picture of the README: the losses of the run in docs/runs, drawn by `report`.
# Usage: docs/images/make.sh [train.jar]
set -euo pipefail
here=$(dirname "${BASH_SOURCE[0]}")
java -jar "${1:-$here/../../train.jar}" report "$here/../runs/shakespeare-char" --svg "$here/loss-curve.svg"
