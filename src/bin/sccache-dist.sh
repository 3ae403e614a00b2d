#!/bin/sh
# Starts sccache-dist. A build server gets a mount namespace of its own first, so that what it mounts is seen by
# nobody else and goes with it; exec keeps the process id. SCCACHE_DIST_NAMESPACE tells it which it got.

script=$(dirname "$(readlink -f "$0")")/../src/bin/sccache-dist.js
unset SCCACHE_DIST_NAMESPACE

[ "$1" = server ] || exec node "$script" "$@"

# Garbage is collected sooner and freed memory given back: the larger a process, the longer each of its forks.
small=--max-semi-space-size=8
export MALLOC_TRIM_THRESHOLD_="${MALLOC_TRIM_THRESHOLD_:-131072}"

# The toolchains that it unpacks must be readable for the jobs' user.
umask 022
if [ "$(id -u)" = 0 ]; then
	namespace=root
	set -- --mount --propagation private -- node "$small" "$script" "$@"
	probe='--mount --propagation private'
else
	namespace=user
	set -- --user --map-root-user --mount --propagation private -- node "$small" "$script" "$@"
	probe='--user --map-root-user --mount --propagation private'
fi
# shellcheck disable=SC2086
if unshare $probe -- true 2>/dev/null; then
	SCCACHE_DIST_NAMESPACE=$namespace exec unshare "$@"
fi
while [ "$1" != node ]; do shift; done
SCCACHE_DIST_NAMESPACE=none exec "$@"
