#ifndef ENCLOSE_H
#define ENCLOSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct limit {
	int resource;
	uint64_t value;
};

/* A process that is to be made. */
struct enclosed {
	/* Whom it runs as; otherwise as we do. */
	bool changes_user;
	uid_t uid;
	gid_t gid;
	/* Added to ours. */
	int niceness;
	/* The file that takes process ids into its group; empty: none. */
	const char *cgroup_procs;
	const struct limit *limits;
	size_t limit_count;
	/* Ends with NULL. The first is the program's path. */
	char *const *argv;
};

/*
 * Makes of a process that was just forked one that runs the program in namespaces of users, processes and mounts of its own, with
 * nothing open but the descriptors 0 to 3, and waits for it. It ends when all processes in there are dead; SIGTERM kills them, and so
 * does the death of `parent`. What goes wrong is told on descriptor 2.
 */
_Noreturn void enclose(const struct enclosed *what, pid_t parent);

#endif
