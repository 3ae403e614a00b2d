// Runs commands and says how long each took: starting them from Node would cost more than what is measured.
//
//   spawn-timer turns FIRST COUNT FILE -- COMMAND... [-- COMMAND...]
//       The commands in turn, COUNT times; FILE, which they write, is removed before each.
//       A line each run: the command's index, wall nanoseconds, CPU microseconds of it and its children.
//   spawn-timer crowd FIRST COUNT WIDTH -- COMMAND... [-- COMMAND...]
//       COUNT runs, the commands in turn, WIDTH at once. One line: wall nanoseconds of all.
//
// In a command {n} is the number of the turn, from FIRST, and {slot} which of the WIDTH it is.
#define _GNU_SOURCE
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

enum { max_commands = 8, max_args = 64, max_width = 64 };

static char **commands[max_commands];
static int command_count;

static void fail(const char *what)
{
	fprintf(stderr, "spawn-timer: %s: %s\n", what, strerror(errno));
	exit(2);
}

static long long now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static void put(char *out, size_t size, const char *arg, long turn, int slot)
{
	size_t used = 0;
	while (*arg && used + 24 < size) {
		if (!strncmp(arg, "{n}", 3)) {
			used += (size_t)sprintf(out + used, "%ld", turn);
			arg += 3;
		} else if (!strncmp(arg, "{slot}", 6)) {
			used += (size_t)sprintf(out + used, "%d", slot);
			arg += 6;
		} else {
			out[used++] = *arg++;
		}
	}
	out[used] = 0;
}

static pid_t start(int command, long turn, int slot)
{
	static char texts[max_args][4096];
	char *argv[max_args + 1];
	int count = 0;
	for (; commands[command][count] && count < max_args; count++) {
		put(texts[count], sizeof texts[count], commands[command][count], turn, slot);
		argv[count] = texts[count];
	}
	argv[count] = NULL;
	pid_t pid;
	errno = posix_spawn(&pid, argv[0], NULL, NULL, argv, environ);
	if (errno)
		fail(argv[0]);
	return pid;
}

static pid_t end(struct rusage *usage)
{
	int status;
	pid_t pid = wait4(-1, &status, 0, usage);
	if (pid < 0)
		fail("wait4");
	if (!WIFEXITED(status) || WEXITSTATUS(status)) {
		fprintf(stderr, "spawn-timer: a command failed: status %d\n", status);
		exit(1);
	}
	return pid;
}

static long cpu_us(const struct rusage *usage)
{
	return (usage->ru_utime.tv_sec + usage->ru_stime.tv_sec) * 1000000L + usage->ru_utime.tv_usec +
	       usage->ru_stime.tv_usec;
}

static void turns(long first, long count, const char *file)
{
	for (long turn = first; turn < first + count; turn++)
		for (int command = 0; command < command_count; command++) {
			unlink(file);
			struct rusage usage;
			long long begun = now_ns();
			start(command, turn, 0);
			end(&usage);
			printf("%d %lld %ld\n", command, now_ns() - begun, cpu_us(&usage));
		}
}

static void crowd(long first, long count, int width)
{
	pid_t running[max_width] = {0};
	long started = 0, ended = 0;
	long long begun = now_ns();
	while (ended < count) {
		for (int slot = 0; slot < width && started < count; slot++)
			if (!running[slot]) {
				running[slot] = start((int)(started % command_count), first + started, slot);
				started++;
			}
		struct rusage usage;
		pid_t pid = end(&usage);
		ended++;
		for (int slot = 0; slot < width; slot++)
			if (running[slot] == pid)
				running[slot] = 0;
	}
	printf("%lld\n", now_ns() - begun);
}

int main(int argc, char **argv)
{
	if (argc < 7 || strcmp(argv[5], "--")) {
		fprintf(stderr, "usage: spawn-timer turns|crowd FIRST COUNT FILE|WIDTH -- COMMAND...\n");
		return 2;
	}
	for (int i = 5; i < argc; i++)
		if (!strcmp(argv[i], "--")) {
			if (command_count == max_commands)
				return 2;
			argv[i] = NULL;
			commands[command_count++] = argv + i + 1;
		}
	if (!strcmp(argv[1], "turns"))
		turns(atol(argv[2]), atol(argv[3]), argv[4]);
	else if (atoi(argv[4]) >= 1 && atoi(argv[4]) <= max_width)
		crowd(atol(argv[2]), atol(argv[3]), atoi(argv[4]));
	return 0;
}
