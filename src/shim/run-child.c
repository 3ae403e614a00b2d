#include "run-child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "done.h"
#include "environment.h"
#include "fallback.h"
#include "frames.h"
#include "own-streams.h"
#include "protocol.h"
#include "signals.h"
#include "temps.h"
#include "unsaid.h"
#include "visited.h"

enum { PART_BYTES = 64 * 1024, MOST_CHANGES = 4096 };
/* How long what a child left running may keep a stream open without a word, and how long a child may take to heed SIGTERM. */
enum { LINGER_MS = 1000 };

/* One of the child's output streams as we see it. */
struct stream {
	int channel;
	bool send;
	bool pass;
	/* our end of the pipe; -1: none, or closed */
	int from_child;
	/* the child's end, until it runs */
	int to_child;
};

struct child {
	pid_t pid;
	bool final;
	bool runs;
	bool daemon_gone;
	struct stream streams[2];
	struct done done;
	int64_t started_monotonic_us;
};

struct command {
	int flags;
	char *program;
	char **argv;
	char **env;
};

static int64_t monotonic_us(void) {
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static uint64_t time_us(const struct timeval *time) {
	return (uint64_t)time->tv_sec * 1000000u + (uint64_t)time->tv_usec;
}

/* `before`: places kept free in front. */
static char **parse_list(struct fields *fields, uint32_t count, uint32_t before) {
	char **list = malloc(((size_t)count + before + 1) * sizeof *list);
	if (list == NULL) {
		give_up();
	}
	for (uint32_t i = 0; i < count; i++) {
		list[before + i] = field_str(fields);
	}
	list[before + count] = NULL;
	return list;
}

static struct command parse(struct frame *frame) {
	struct command command;
	struct fields fields = frame_whole(frame);
	command.flags = (int)field_le(&fields, 1);
	command.program = field_str(&fields);
	uint32_t arg_count = field_count(&fields);
	/* One place in front, should /bin/sh have to run it. */
	command.argv = parse_list(&fields, arg_count, 1);
	uint32_t change_count = field_count(&fields);
	if (arg_count == 0 || change_count > MOST_CHANGES || (command.flags & ~RUN_KNOWN) != 0) {
		give_up();
	}
	/* The mark first, so that the daemon could still have another word on it. */
	char **changes = parse_list(&fields, change_count, 1);
	changes[0] = (char *)(size_t)visited_mark(true);
	uint32_t temp_count = field_count(&fields);
	for (uint32_t i = 0; i < temp_count; i++) {
		if (!temps_add(field_str(&fields))) {
			give_up();
		}
	}
	fields_end(&fields);
	command.env = environment_with((const char *const *)changes, (size_t)change_count + 1);
	free(changes);
	if (command.env == NULL) {
		give_up();
	}
	return command;
}

/* 0, or the errno. */
static int prepare_stream(struct stream *stream, int channel, int flags, int send, int pass, posix_spawn_file_actions_t *actions) {
	*stream = (struct stream){.channel = channel, .send = flags & send, .pass = flags & pass, .from_child = -1, .to_child = -1};
	if (!stream->send) {
		return stream->pass ? 0 : posix_spawn_file_actions_addopen(actions, channel, "/dev/null", O_WRONLY, 0);
	}
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0) {
		return errno;
	}
	stream->from_child = ends[0];
	stream->to_child = ends[1];
	return posix_spawn_file_actions_adddup2(actions, ends[1], channel);
}

static void close_end(int *fd) {
	if (*fd >= 0) {
		close(*fd);
		*fd = -1;
	}
}

static int spawn(struct child *child, struct command *command, posix_spawn_file_actions_t *actions) {
	posix_spawnattr_t attributes;
	int error = posix_spawnattr_init(&attributes);
	if (error != 0) {
		return error;
	}
	sigset_t reset;
	signals_to_reset(&reset);
	posix_spawnattr_setsigdefault(&attributes, &reset);
	posix_spawnattr_setsigmask(&attributes, signals_first_mask());
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	char **argv = command->argv + 1;
	error = posix_spawn(&child->pid, command->program, actions, &attributes, argv, command->env);
	if (error == ENOEXEC) {
		/* a script without #! */
		argv[0] = command->program;
		command->argv[0] = "sh";
		error = posix_spawn(&child->pid, "/bin/sh", actions, &attributes, command->argv, command->env);
	}
	posix_spawnattr_destroy(&attributes);
	return error;
}

static int start(struct child *child, struct command *command) {
	posix_spawn_file_actions_t actions;
	int error = posix_spawn_file_actions_init(&actions);
	if (error != 0) {
		return error;
	}
	if (!child->final) {
		error = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	}
	if (error == 0) {
		error = prepare_stream(&child->streams[0], 1, command->flags, RUN_SEND_STDOUT, RUN_PASS_STDOUT, &actions);
	}
	if (error == 0) {
		error = prepare_stream(&child->streams[1], 2, command->flags, RUN_SEND_STDERR, RUN_PASS_STDERR, &actions);
	}
	if (error == 0) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
		child->done.started_ns = (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
		child->started_monotonic_us = monotonic_us();
		signals_hold();
		error = spawn(child, command, &actions);
		child->runs = error == 0;
		if (child->runs) {
			signals_forward_to(child->pid);
		}
		signals_release();
	}
	posix_spawn_file_actions_destroy(&actions);
	for (int i = 0; i < 2; i++) {
		close_end(&child->streams[i].to_child);
		if (error != 0) {
			close_end(&child->streams[i].from_child);
		}
	}
	return error;
}

/* Notes how the child ended, once it has. */
static void reap(struct child *child, int options) {
	if (!child->runs) {
		return;
	}
	int status;
	struct rusage usage;
	signals_hold();
	pid_t pid;
	do {
		pid = wait4(child->pid, &status, options, &usage);
	} while (pid < 0 && errno == EINTR);
	if (pid != 0) {
		child->runs = false;
		signals_forward_to(0);
	}
	signals_release();
	if (pid <= 0) {
		return;
	}
	struct done *done = &child->done;
	done->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	done->signal_number = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	done->user_us = time_us(&usage.ru_utime);
	done->sys_us = time_us(&usage.ru_stime);
	done->wall_us = (uint64_t)(monotonic_us() - child->started_monotonic_us);
}

static void close_streams(struct child *child) {
	close_end(&child->streams[0].from_child);
	close_end(&child->streams[1].from_child);
}

/* Nobody wants its work any more: the real compiler will do it all again. */
static _Noreturn void abandon(struct child *child) {
	close_streams(child);
	if (child->runs) {
		kill(child->pid, SIGTERM);
		/* It may have temporary files to remove. */
		struct timespec linger = {.tv_sec = LINGER_MS / 1000};
		ppoll(NULL, 0, &linger, signals_waiting_mask());
		reap(child, WNOHANG);
	}
	if (child->runs) {
		kill(child->pid, SIGKILL);
		reap(child, 0);
	}
	if (signals_forwarded() != 0) {
		end_with(0, signals_forwarded());
	}
	give_up();
}

/* A final child goes on without the daemon, and what it says goes straight to whoever ran us. */
static void go_on_alone(struct child *child) {
	if (!child->final) {
		abandon(child);
	}
	child->daemon_gone = true;
	unsaid_say();
	for (int i = 0; i < 2; i++) {
		child->streams[i].pass |= child->streams[i].send;
		child->streams[i].send = false;
	}
}

/* Takes what one stream has, and hands it on. */
static void relay(struct child *child, struct stream *stream) {
	unsigned char *at = answer_begin(1 + PART_BYTES);
	ssize_t count = read(stream->from_child, at + 1, PART_BYTES);
	if (count < 0 && errno == EINTR) {
		return;
	}
	if (count <= 0) {
		close_end(&stream->from_child);
		return;
	}
	if (stream->pass && print(stream->channel, at + 1, (size_t)count) != 0) {
		/* As without us: the child's next write fails. */
		close_end(&stream->from_child);
	}
	if (!stream->send) {
		return;
	}
	if (child->final && !stream->pass) {
		unsaid_keep(stream->channel, at + 1, (size_t)count);
	}
	at[0] = (unsigned char)stream->channel;
	answer_end(FRAME_DATA, 1 + (size_t)count);
	if (!answer_try_flush()) {
		go_on_alone(child);
	}
}

static bool any_open(const struct child *child) {
	return child->streams[0].from_child >= 0 || child->streams[1].from_child >= 0;
}

/* Until the child has ended and its streams are dry. */
static void attend(struct child *child) {
	const struct timespec linger = {.tv_sec = LINGER_MS / 1000};
	while (child->runs || any_open(child)) {
		bool listen = !child->daemon_gone && frames_may_listen();
		struct pollfd waits[3] = {
			{.fd = child->streams[0].from_child, .events = POLLIN},
			{.fd = child->streams[1].from_child, .events = POLLIN},
			{.fd = listen ? frames_socket() : -1, .events = POLLIN},
		};
		int ready = ppoll(waits, 3, child->runs ? NULL : &linger, signals_waiting_mask());
		reap(child, WNOHANG);
		if (ready == 0 && !child->runs) {
			/* The child is gone; something that it left behind holds the stream and is silent. */
			break;
		}
		if (ready <= 0) {
			continue;
		}
		if (waits[2].revents != 0 && !frames_listen()) {
			go_on_alone(child);
		}
		for (int i = 0; i < 2; i++) {
			if (waits[i].revents != 0 && child->streams[i].from_child >= 0) {
				relay(child, &child->streams[i]);
			}
		}
	}
	close_streams(child);
}

void obey_run(struct frame *frame) {
	struct command command = parse(frame);
	struct child child = {.final = command.flags & RUN_FINAL, .done = {.exit_code = -1}};
	child.streams[0].from_child = child.streams[0].to_child = -1;
	child.streams[1].from_child = child.streams[1].to_child = -1;
	/* Whatever the daemon waits for, it shall not wait for the child too. */
	answer_flush();
	if (child.final) {
		unsaid_forget();
	}
	int error = start(&child, &command);
	free(command.argv);
	free(command.env);
	if (error != 0) {
		answer_done_errno(error);
		return;
	}
	attend(&child);
	if (child.final) {
		fallback_is_over(child.done.exit_code, child.done.signal_number);
	} else if (signals_forwarded() != 0) {
		/* Someone wanted us to stop, and this was not yet the compile. */
		end_with(0, signals_forwarded());
	}
	if (child.daemon_gone) {
		give_up();
	}
	answer_done(&child.done);
}
