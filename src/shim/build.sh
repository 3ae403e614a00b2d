#!/bin/sh
# Builds the shim: build.sh OUT. LIBDIR (where the front's JavaScript is installed) and all of build-c.sh's are honoured.
set -eu

out=${1:?usage: build.sh OUT}
here=$(dirname "$0")
exec sh "$here/../bin/build-c.sh" "$here" "$out" -DLIBDIR="\"${LIBDIR:-/usr/lib/sccache-gentoo}\""
