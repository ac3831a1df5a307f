#!/bin/sh
# Runs the gates: all, with the machine's setup first; or those that are named (see deploy/gates/gates.ts).
set -eu
cd "$(dirname "$0")/.."
if [ $# -eq 0 ] || [ ! -d node_modules ]; then
  sh deploy/setup.sh
fi
exec node --import tsx deploy/gates/main.ts "$@"
