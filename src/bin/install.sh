#!/bin/sh
# Puts the executables that are Node programs into a folder: install.sh DIR

for name in sccache-dist sccache-gentoo; do
	printf "#!/usr/bin/env node\nimport '../src/bin/%s.js';\n" "$name" >"$1/$name" || exit 1
	chmod 755 "$1/$name" || exit 1
done
