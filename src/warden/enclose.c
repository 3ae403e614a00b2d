#include "enclose.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { FAILED = 127 };

/* Nobody inside, as for bubblewrap. */
static const int inside_id = 65534;

static _Noreturn void fail(const char *what) {
	dprintf(STDERR_FILENO, "%s: %s\n", what, strerror(errno));
	_exit(FAILED);
}

static void write_file(const char *path, const char *text) {
	int file = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t bytes = (ssize_t)strlen(text);
	if (file < 0 || write(file, text, (size_t)bytes) != bytes) {
		fail(path);
	}
	close(file);
}

/* A change of user takes both of it away again. */
static void die_with(pid_t parent) {
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || prctl(PR_SET_DUMPABLE, 1) != 0) {
		fail("prctl");
	}
	if (getppid() != parent) {
		_exit(FAILED);
	}
}

static void become(uid_t uid, gid_t gid) {
	if (setgroups(0, NULL) != 0 || setresgid(gid, gid, gid) != 0 || setresuid(uid, uid, uid) != 0) {
		fail("change of user");
	}
}

static void be_nicer(int niceness) {
	int now = getpriority(PRIO_PROCESS, 0);
	int wanted = now + niceness > 19 ? 19 : now + niceness;
	if (setpriority(PRIO_PROCESS, 0, wanted) != 0) {
		fail("setpriority");
	}
}

/*
 * The user namespace is there for RLIMIT_NPROC, which the kernel counts per user and namespace: with the limit set inside it, the
 * job's processes count, and nobody else's.
 */
static void enter_namespaces(pid_t parent) {
	unsigned uid = geteuid();
	unsigned gid = getegid();
	char map[64];
	if (unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNS) != 0) {
		fail("unshare");
	}
	die_with(parent);
	write_file("/proc/self/setgroups", "deny");
	snprintf(map, sizeof map, "%d %u 1", inside_id, uid);
	write_file("/proc/self/uid_map", map);
	snprintf(map, sizeof map, "%d %u 1", inside_id, gid);
	write_file("/proc/self/gid_map", map);
}

static void limit_ourselves(const struct limit *limits, size_t count) {
	for (size_t i = 0; i < count; i++) {
		struct rlimit both = {.rlim_cur = limits[i].value, .rlim_max = limits[i].value};
		if (setrlimit(limits[i].resource, &both) != 0) {
			fail("setrlimit");
		}
	}
}

/* The first process of its namespace: with it die all others there. */
static _Noreturn void run_inside(const struct enclosed *what) {
	static char *const no_environment[] = {NULL};
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) {
		fail("prctl");
	}
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("proc", "/proc", "proc", MS_NOSUID | MS_NOEXEC | MS_NODEV, NULL) != 0) {
		fail("mount of /proc");
	}
	limit_ourselves(what->limits, what->limit_count);
	execve(what->argv[0], what->argv, no_environment);
	fail(what->argv[0]);
}

static volatile pid_t inner;

static void end_inner(int signal) {
	(void)signal;
	kill(inner, SIGKILL);
}

static void all_signals(int how) {
	sigset_t all;
	sigfillset(&all);
	sigprocmask(how, &all, NULL);
}

static _Noreturn void wait_for_inner(void) {
	struct sigaction action = {.sa_handler = end_inner};
	sigaction(SIGTERM, &action, NULL);
	all_signals(SIG_UNBLOCK);
	for (int descriptor = 0; descriptor <= 3; descriptor++) {
		close(descriptor);
	}
	int status;
	while (waitpid(inner, &status, 0) < 0) {
		if (errno != EINTR) {
			_exit(FAILED);
		}
	}
	_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

void enclose(const struct enclosed *what, pid_t parent) {
	setsid();
	signal(SIGPIPE, SIG_DFL);
	if (what->niceness > 0) {
		be_nicer(what->niceness);
	}
	if (what->cgroup_procs[0] != '\0') {
		write_file(what->cgroup_procs, "0");
	}
	if (what->changes_user) {
		become(what->uid, what->gid);
	}
	die_with(parent);
	enter_namespaces(parent);
	/* Until the handler knows whom to kill. */
	all_signals(SIG_BLOCK);
	inner = fork();
	if (inner < 0) {
		fail("fork");
	}
	if (inner == 0) {
		all_signals(SIG_UNBLOCK);
		run_inside(what);
	}
	wait_for_inner();
}
