/*
 * The shim: hard-linked under a compiler's name it asks the daemon what to do and obeys; as `sccache` it is the front.
 * Without a daemon, or when anything goes wrong, it is the real compiler.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "compile-request.h"
#include "connect.h"
#include "fallback.h"
#include "find-program.h"
#include "frames.h"
#include "front.h"
#include "obey.h"
#include "signals.h"
#include "visited.h"

static bool is_disabled(void) {
	static const char *const yes[] = {"1", "true", "yes", "on"};
	const char *value = getenv("SCCACHE_DISABLE");
	for (size_t i = 0; value != NULL && i < sizeof yes / sizeof yes[0]; i++) {
		if (strcasecmp(value, yes[i]) == 0) {
			return true;
		}
	}
	return false;
}

/* With one of the three closed, a socket or a file would take its number, and its output. */
static bool standard_streams_are_open(void) {
	return fcntl(0, F_GETFD) >= 0 && fcntl(1, F_GETFD) >= 0 && fcntl(2, F_GETFD) >= 0;
}

static _Noreturn void goes_in_circles(const char *name) {
	fprintf(stderr, "sccache: %s: a wrapper script calls itself; %s lists the programs (device.inode) on the way\n", name, visited_mark(false));
	fflush(stderr);
	_exit(127);
}

/* A wrapper script met us again: on to the next program. */
static struct program find_next(const char *name) {
	if (visited_full()) {
		goes_in_circles(name);
	}
	struct program real = find_program(name, NOT_VISITED);
	if (real.path == NULL) {
		/* A compiler that calls itself ends by itself; a script that does may not. */
		real = find_program(name, VISITED_BINARY);
	}
	if (real.path == NULL && find_program(name, ANY_REAL).path != NULL) {
		goes_in_circles(name);
	}
	return real;
}

/* `argv[0]` is the compiler's name or path. */
static _Noreturn void compile(const char *name, char **argv) {
	bool nested = visited_read();
	struct program real = nested ? find_next(name) : find_program(name, ANY_REAL);
	if (real.path == NULL) {
		cannot_run(name, real.error);
	}
	fallback_prepare(&real, name, argv);
	if (visited_is_answered() || is_disabled() || !standard_streams_are_open()) {
		give_up();
	}
	int daemon_socket = connect_to_daemon();
	if (daemon_socket < 0) {
		give_up();
	}
	signals_take();
	frames_use(daemon_socket);
	send_compile_request(base_name(name), real.path, argv + 1);
	obey();
}

int main(int argc, char **argv) {
	if (argc < 1) {
		cannot_run("", ENOENT);
	}
	know_ourselves();
	const char *name = base_name(argv[0]);
	if (strcmp(name, "sccache") != 0) {
		compile(name, argv);
	}
	char **args = argv + 1;
	/* RUSTC_WRAPPER and RUSTC_WORKSPACE_WRAPPER together: `sccache sccache rustc ...`. */
	while (args[0] != NULL && args[1] != NULL && args[1][0] != '-' && strcmp(base_name(args[0]), "sccache") == 0 && is_ourselves(args[0])) {
		args++;
	}
	if (is_for_front(args)) {
		become_front(args);
	}
	compile(args[0], args);
}
