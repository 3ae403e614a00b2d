#include "fallback.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "environment.h"
#include "signals.h"
#include "temps.h"
#include "unsaid.h"
#include "visited.h"

static const char *program;
static const char *program_name;
static char **arguments;

static bool over;
static int over_code;
static int over_signal;

void fallback_prepare(const struct program *real, const char *name, char **argv) {
	program = real->path;
	program_name = name;
	arguments = argv;
	visited_add(real->device, real->inode);
}

const char *fallback_program(void) {
	return program;
}

void fallback_is_over(int exit_code, int signal_number) {
	over = true;
	over_code = exit_code;
	over_signal = signal_number;
}

bool fallback_is_still_open(void) {
	return !over;
}

/* A script without #! is the shell's. */
static void run_by_shell(char **env) {
	size_t count = 0;
	while (arguments[count] != NULL) {
		count++;
	}
	char **argv = malloc((count + 2) * sizeof *argv);
	if (argv == NULL) {
		return;
	}
	argv[0] = "sh";
	memcpy(argv + 1, arguments, (count + 1) * sizeof *argv);
	execve("/bin/sh", argv, env);
}

static _Noreturn void become_real_compiler(void) {
	temps_unlink();
	signals_give_back();
	const char *mark = visited_mark(false);
	char **env = environment_with(&mark, 1);
	if (env == NULL) {
		cannot_run(program_name, ENOMEM);
	}
	/* Never a bare name: gcc would look itself up on PATH, find us, and search for cc1 beside us. */
	arguments[0] = (char *)(size_t)program;
	execve(program, arguments, env);
	if (errno == E2BIG) {
		/* The caller's arguments just fitted; our mark is what is too much. */
		execve(program, arguments, environ);
	}
	if (errno == ENOEXEC) {
		run_by_shell(env);
	}
	cannot_run(program_name, errno);
}

void give_up(void) {
	if (over) {
		unsaid_say();
		end_with(over_code, over_signal);
	}
	become_real_compiler();
}

void end_with(int exit_code, int signal_number) {
	temps_unlink();
	if (signal_number > 0) {
		die_by(signal_number);
	}
	_exit(exit_code);
}

void cannot_run(const char *name, int error) {
	bool missing = error == ENOENT;
	bool by_path = strchr(name, '/') != NULL;
	fprintf(stderr, "sccache: %s: %s\n", name, missing && !by_path ? "command not found" : strerror(error));
	fflush(stderr);
	_exit(missing || error == ENOTDIR ? 127 : 126);
}
