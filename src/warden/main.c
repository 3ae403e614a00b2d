#include "answers.h"
#include "jobs.h"
#include "remove-trees.h"
#include "requests.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What a build server needs done with mounts and processes, by a process that is small. README.md has the requests. */

enum { MOUNT = 1, UNMOUNT = 2, CLEAR = 3, RUN = 4, END = 5 };

/* As README.md numbers them: the system's own numbers differ between architectures. */
static const int resources[] = {RLIMIT_NPROC, RLIMIT_NOFILE,   RLIMIT_FSIZE, RLIMIT_CORE,
				RLIMIT_MSGQUEUE, RLIMIT_DATA, RLIMIT_AS};

/* A removal that runs. */
struct removal {
	struct removal *next;
	uint32_t id;
	pid_t pid;
};

static struct removal *removals;
static sigset_t no_signals;

static void *need(void *memory) {
	if (memory == NULL) {
		exit(3);
	}
	return memory;
}

static char **strings(struct request *request) {
	uint32_t count = field_count(request);
	char **all = need(calloc((size_t)count + 1, sizeof *all));
	for (uint32_t i = 0; i < count; i++) {
		all[i] = field_str(request);
	}
	return all;
}

static void free_strings(char **all) {
	for (char **one = all; *one != NULL; one++) {
		free(*one);
	}
	free(all);
}

/* 0, or an errno. Without a type there is nothing to mount. */
static int mount_as_asked(struct request *request) {
	char *type = field_str(request);
	char *target = field_str(request);
	unsigned long flags = field_le(request, 4);
	char *options = field_str(request);
	int error = 0;
	if (type[0] != '\0' && mount("sccache", target, type, flags, options) != 0) {
		error = errno;
	}
	free(type);
	free(target);
	free(options);
	return error;
}

static void unmount_one(struct request *request) {
	char *target = field_str(request);
	int failed = umount2(target, MNT_DETACH | UMOUNT_NOFOLLOW);
	answer_done(request->id, failed ? errno : 0);
	free(target);
}

/* The removal beside us: it may take long, and jobs are to be started meanwhile. */
static void clear(struct request *request) {
	struct removal *removal = need(malloc(sizeof *removal));
	char *mounted = field_str(request);
	/* EINVAL: it is not mounted. */
	int error = mounted[0] == '\0' || umount2(mounted, MNT_DETACH | UMOUNT_NOFOLLOW) == 0 || errno == EINVAL ? 0 : errno;
	free(mounted);
	char **paths = strings(request);
	pid_t pid = error == 0 ? fork() : -1;
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, &no_signals, NULL);
		remove_trees(paths);
	}
	if (pid < 0) {
		answer_done(request->id, error == 0 ? errno : error);
		free(removal);
	} else {
		*removal = (struct removal){.next = removals, .id = request->id, .pid = pid};
		removals = removal;
	}
	free_strings(paths);
}

static void run_one(struct request *request) {
	int error = mount_as_asked(request);
	struct enclosed what = {.changes_user = field_le(request, 1) != 0};
	what.uid = (uid_t)field_le(request, 4);
	what.gid = (gid_t)field_le(request, 4);
	what.niceness = (int)(int32_t)field_le(request, 4);
	char *procs = field_str(request);
	what.cgroup_procs = procs;
	what.limit_count = field_count(request);
	struct limit *limits = need(calloc(what.limit_count + 1, sizeof *limits));
	for (size_t i = 0; i < what.limit_count; i++) {
		size_t resource = (size_t)field_le(request, 4);
		if (resource >= sizeof resources / sizeof *resources) {
			exit(2);
		}
		limits[i].resource = resources[resource];
		limits[i].value = field_le(request, 8);
	}
	what.limits = limits;
	char **argv = strings(request);
	what.argv = argv;
	if (error != 0 || argv[0] == NULL) {
		answer_done(request->id, error == 0 ? EINVAL : error);
	} else {
		jobs_start(request->id, &what);
	}
	free(procs);
	free(limits);
	free_strings(argv);
}

static void obey(struct request *request) {
	switch (request->type) {
	case MOUNT:
		answer_done(request->id, mount_as_asked(request));
		break;
	case UNMOUNT:
		unmount_one(request);
		break;
	case CLEAR:
		clear(request);
		break;
	case RUN:
		run_one(request);
		break;
	case END:
		jobs_end(request->id);
		break;
	default:
		exit(2);
	}
}

static void removal_ended(pid_t pid, int status) {
	for (struct removal **link = &removals; *link != NULL; link = &(*link)->next) {
		struct removal *removal = *link;
		if (removal->pid != pid) {
			continue;
		}
		answer_done(removal->id, WIFEXITED(status) ? WEXITSTATUS(status) : EINTR);
		*link = removal->next;
		free(removal);
		return;
	}
}

static void reap(void) {
	int status;
	struct rusage usage;
	pid_t pid;
	while ((pid = wait4(-1, &status, WNOHANG, &usage)) > 0) {
		jobs_ended(pid, status, &usage);
		removal_ended(pid, status);
	}
}

/* A descriptor that tells of children that have ended. */
static int watch_children(void) {
	sigset_t child;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigemptyset(&no_signals);
	sigprocmask(SIG_SETMASK, &child, NULL);
	signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void wait_and_act(int children) {
	enum { OWN = 2 };
	struct pollfd *entries = need(calloc(OWN + jobs_watched(), sizeof *entries));
	entries[0] = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	entries[1] = (struct pollfd){.fd = children, .events = POLLIN};
	size_t count = OWN + jobs_watch(entries + OWN);
	if (poll(entries, count, -1) < 0 && errno != EINTR) {
		exit(3);
	}
	jobs_hear(entries + OWN, count - OWN);
	if (entries[1].revents != 0) {
		struct signalfd_siginfo told;
		while (read(children, &told, sizeof told) > 0) {
		}
		reap();
	}
	if (entries[0].revents != 0) {
		struct request request;
		requests_read();
		while (requests_next(&request)) {
			obey(&request);
		}
	}
	free(entries);
}

int main(void) {
#ifdef SYS_close_range
	/* What whoever started the server forgot to close. */
	syscall(SYS_close_range, 3, ~0U, 0);
#endif
	int children = watch_children();
	if (children < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
		return 3;
	}
	for (;;) {
		wait_and_act(children);
	}
}
