#!/bin/sh
# Builds the warden: build.sh OUT. All of build-c.sh's variables are honoured.
set -eu

out=${1:?usage: build.sh OUT}
here=$(dirname "$0")
exec sh "$here/../bin/build-c.sh" "$here" "$out" -I"$here/../shim"
