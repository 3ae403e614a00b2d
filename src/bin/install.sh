#!/bin/sh
# Puts the executables beside the shim into a folder: install.sh DIR. Node programs, and the build server's warden.

here=$(dirname "$0")

printf "#!/usr/bin/env node\nimport '../src/bin/sccache-gentoo.js';\n" >"$1/sccache-gentoo" &&
	cp "$here/sccache-dist.sh" "$1/sccache-dist" &&
	chmod 755 "$1/sccache-gentoo" "$1/sccache-dist" &&
	sh "$here/../warden/build.sh" "$1/sccache-warden"
