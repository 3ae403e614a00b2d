#include "front.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fallback.h"

#define START_SERVER "SCCACHE_START_SERVER"
#define FRONT_FILE "src/bin/sccache.js"

static bool must_start_server(void) {
	const char *value = getenv(START_SERVER);
	return value != NULL && strcmp(value, "1") == 0;
}

bool is_for_front(char **args) {
	return must_start_server() || args[0] == NULL || args[0][0] == '-';
}

/* Beside us as built, else where it is installed: we may be a hard link anywhere. */
static const char *front_file(void) {
	static char path[PATH_MAX + sizeof "/../" FRONT_FILE];
	ssize_t bytes = readlink("/proc/self/exe", path, PATH_MAX);
	char *slash = bytes > 0 ? memrchr(path, '/', (size_t)bytes) : NULL;
	if (slash != NULL) {
		strcpy(slash, "/../" FRONT_FILE);
		if (access(path, F_OK) == 0) {
			return path;
		}
	}
	return LIBDIR "/" FRONT_FILE;
}

/* Garbage is collected sooner and freed memory given back: the daemon runs for months. */
#define NODE_OPTION "--max-semi-space-size=8"
#define TRIM_NAME "MALLOC_TRIM_THRESHOLD_"
#define TRIM_BYTES "131072"

void become_front(char **args) {
	size_t count = 0;
	while (args[count] != NULL) {
		count++;
	}
	char **argv = malloc((count + 4) * sizeof *argv);
	if (argv == NULL || setenv(TRIM_NAME, TRIM_BYTES, 0) != 0) {
		cannot_run("node", ENOMEM);
	}
	argv[0] = "node";
	argv[1] = NODE_OPTION;
	argv[2] = (char *)(size_t)front_file();
	memcpy(argv + 3, args, (count + 1) * sizeof *argv);
	execvp("node", argv);
	cannot_run("node", errno);
}
