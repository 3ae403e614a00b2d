#include "jobs.h"

#include "answers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { PIPES = 3, PART_BYTES = 64 * 1024 };

struct job {
	struct job *next;
	uint32_t id;
	pid_t pid;
	/* Of the descriptors 1 to 3, the ends to read from; -1 when the other is closed. */
	int pipes[PIPES];
};

static struct job *first;
static size_t count_of_jobs;

static void close_pipe(int *end) {
	if (*end >= 0) {
		close(*end);
		*end = -1;
	}
}

static void close_others(void) {
#ifdef SYS_close_range
	syscall(SYS_close_range, PIPES + 1, ~0U, 0);
#endif
}

static _Noreturn void become_job(int ends[PIPES], const struct enclosed *what, pid_t parent) {
	/* Above all that they are to become. */
	for (int i = 0; i < PIPES; i++) {
		ends[i] = fcntl(ends[i], F_DUPFD_CLOEXEC, PIPES + 1);
		if (ends[i] < 0) {
			_exit(127);
		}
	}
	int nothing = open("/dev/null", O_RDONLY);
	if (nothing < 0 || (nothing != 0 && dup2(nothing, 0) < 0)) {
		_exit(127);
	}
	for (int i = 0; i < PIPES; i++) {
		if (dup2(ends[i], i + 1) < 0) {
			_exit(127);
		}
	}
	close_others();
	enclose(what, parent);
}

void jobs_start(uint32_t id, const struct enclosed *what) {
	struct job *job = malloc(sizeof *job);
	int ends[PIPES] = {-1, -1, -1};
	if (job == NULL) {
		answer_done(id, ENOMEM);
		return;
	}
	*job = (struct job){.next = first, .id = id, .pid = -1, .pipes = {-1, -1, -1}};
	int error = 0;
	for (int i = 0; i < PIPES && error == 0; i++) {
		int both[2];
		if (pipe2(both, O_CLOEXEC) != 0) {
			error = errno;
			break;
		}
		job->pipes[i] = both[0];
		ends[i] = both[1];
		fcntl(both[0], F_SETFL, O_NONBLOCK);
	}
	pid_t parent = getpid();
	if (error == 0) {
		job->pid = fork();
		error = job->pid < 0 ? errno : 0;
	}
	if (job->pid == 0) {
		become_job(ends, what, parent);
	}
	for (int i = 0; i < PIPES; i++) {
		close_pipe(&ends[i]);
	}
	if (error != 0) {
		for (int i = 0; i < PIPES; i++) {
			close_pipe(&job->pipes[i]);
		}
		free(job);
		answer_done(id, error);
		return;
	}
	first = job;
	count_of_jobs++;
}

void jobs_end(uint32_t id) {
	for (struct job *job = first; job != NULL; job = job->next) {
		if (job->id == id) {
			kill(job->pid, SIGTERM);
		}
	}
}

size_t jobs_watched(void) {
	return PIPES * count_of_jobs;
}

size_t jobs_watch(struct pollfd *entries) {
	size_t count = 0;
	for (struct job *job = first; job != NULL; job = job->next) {
		for (int i = 0; i < PIPES; i++) {
			if (job->pipes[i] >= 0) {
				entries[count++] = (struct pollfd){.fd = job->pipes[i], .events = POLLIN};
			}
		}
	}
	return count;
}

/* Whether more may be there. */
static int pass_on(struct job *job, int i) {
	static unsigned char part[PART_BYTES];
	ssize_t count = read(job->pipes[i], part, sizeof part);
	if (count > 0) {
		answer_output(job->id, i + 1, part, (size_t)count);
		return 1;
	}
	if (count < 0 && errno == EINTR) {
		return 1;
	}
	if (count == 0 || errno != EAGAIN) {
		close_pipe(&job->pipes[i]);
	}
	return 0;
}

void jobs_hear(const struct pollfd *entries, size_t count) {
	for (size_t entry = 0; entry < count; entry++) {
		if (entries[entry].revents == 0) {
			continue;
		}
		for (struct job *job = first; job != NULL; job = job->next) {
			for (int i = 0; i < PIPES; i++) {
				if (job->pipes[i] == entries[entry].fd) {
					pass_on(job, i);
				}
			}
		}
	}
}

static uint64_t us(struct timeval time) {
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

void jobs_ended(pid_t pid, int status, const struct rusage *usage) {
	for (struct job **link = &first; *link != NULL; link = &(*link)->next) {
		struct job *job = *link;
		if (job->pid != pid) {
			continue;
		}
		/* All that could write to them are dead. */
		for (int i = 0; i < PIPES; i++) {
			while (job->pipes[i] >= 0 && pass_on(job, i)) {
			}
			close_pipe(&job->pipes[i]);
		}
		*link = job->next;
		count_of_jobs--;
		answer_ended(job->id, status, us(usage->ru_utime) + us(usage->ru_stime));
		free(job);
		return;
	}
}
