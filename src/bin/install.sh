#!/bin/sh
# Puts the executables that are Node programs into a folder: install.sh DIR

here=$(dirname "$0")

printf "#!/usr/bin/env node\nimport '../src/bin/sccache-gentoo.js';\n" >"$1/sccache-gentoo" &&
	cp "$here/sccache-dist.sh" "$1/sccache-dist" &&
	chmod 755 "$1/sccache-gentoo" "$1/sccache-dist"
