#!/bin/sh
# Builds the C program of a folder: build-c.sh FOLDER OUT [FLAG]... CC, CFLAGS, LDFLAGS, STATIC=0 and SANITIZE=1 are honoured.
set -eu

folder=${1:?usage: build-c.sh FOLDER OUT}
out=${2:?usage: build-c.sh FOLDER OUT}
shift 2
mkdir -p "$(dirname "$out")"
new=$out.new.$$
trap 'rm -f "$new"' EXIT

compile() {
	# CC and CFLAGS are lists of words.
	# shellcheck disable=SC2086
	${CC:-cc} ${CFLAGS:--O2} -std=c11 -D_GNU_SOURCE \
		-Wall -Wextra -Wshadow -Wstrict-prototypes -Wvla -Werror=implicit-function-declaration \
		-Werror=incompatible-pointer-types -Werror=int-conversion "$@" -o "$new" "$folder"/*.c ${LDFLAGS:-}
}

if [ "${SANITIZE:-0}" = 1 ]; then
	compile -g -fsanitize=address,undefined -fno-sanitize-recover=all "$@"
elif [ "${STATIC:-1}" = 0 ] || ! compile -static "$@" 2>/dev/null; then
	compile "$@"
fi
# Renamed into place: the file may be running.
mv -f "$new" "$out"
