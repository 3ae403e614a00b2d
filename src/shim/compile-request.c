#include "compile-request.h"

#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "environment.h"
#include "fallback.h"
#include "find-program.h"
#include "frames.h"
#include "little-endian.h"
#include "protocol.h"

static uint32_t current_umask(void) {
	mode_t mask = umask(0);
	umask(mask);
	return mask;
}

static size_t str_bytes(const char *text) {
	return 4 + strlen(text);
}

/* CLOCK_REALTIME_COARSE is the clock that stamps files. */
static int64_t now_ns(void) {
	struct timespec now;
	clock_gettime(CLOCK_REALTIME_COARSE, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Rust code asks for variables by names of its own (env!). */
static bool reads_any_variable(const char *compiler) {
	const char *name = base_name(compiler);
	return strstr(name, "rustc") != NULL || strstr(name, "clippy-driver") != NULL;
}

void send_compile_request(const char *invoked, const char *compiler, char **args) {
	char folder[PATH_MAX + 1];
	/* The kernel says "(unreachable)..." for a folder outside our root. */
	if (getcwd(folder, PATH_MAX) == NULL || folder[0] != '/') {
		give_up();
	}
	bool relative = compiler[0] != '/';
	size_t compiler_bytes = strlen(compiler) + (relative ? strlen(folder) + 1 : 0);

	bool any_variable = reads_any_variable(invoked) || reads_any_variable(compiler);

	size_t bytes = 24 + str_bytes(invoked) + 4 + compiler_bytes + str_bytes(folder) + 4 + 4;
	uint32_t arg_count = 0;
	for (char **arg = args; *arg != NULL; arg++, arg_count++) {
		bytes += str_bytes(*arg);
	}
	uint32_t env_count = 0;
	for (char **pair = environ; *pair != NULL; pair++) {
		if (environment_is_sent(*pair, any_variable)) {
			bytes += str_bytes(*pair);
			env_count++;
		}
	}
	if (bytes > MAX_FRAME_BYTES) {
		give_up();
	}

	unsigned char *at = answer_begin(bytes);
	at = put_le(at, PROTOCOL_VERSION, 2);
	at = put_le(at, (isatty(1) ? COMPILE_STDOUT_TTY : 0) | (isatty(2) ? COMPILE_STDERR_TTY : 0), 2);
	at = put_le(at, current_umask(), 4);
	at = put_le(at, (uint32_t)getpid(), 4);
	at = put_le(at, geteuid(), 4);
	at = put_le(at, (uint64_t)now_ns(), 8);
	at = put_str(at, invoked);
	at = put_le(at, compiler_bytes, 4);
	if (relative) {
		at = put_bytes(at, folder, strlen(folder));
		*at++ = '/';
	}
	at = put_bytes(at, compiler, strlen(compiler));
	at = put_str(at, folder);
	at = put_le(at, arg_count, 4);
	for (char **arg = args; *arg != NULL; arg++) {
		at = put_str(at, *arg);
	}
	at = put_le(at, env_count, 4);
	for (char **pair = environ; *pair != NULL; pair++) {
		if (environment_is_sent(*pair, any_variable)) {
			at = put_str(at, *pair);
		}
	}
	answer_end(FRAME_COMPILE, bytes);
	answer_flush();
}
