#ifndef DONE_H
#define DONE_H

#include <stdint.h>

/* How READ, LIST, RUN or WRITE ended. */
struct done {
	int error;
	/* -1: none */
	int exit_code;
	/* 0: none */
	int signal_number;
	uint64_t user_us;
	uint64_t sys_us;
	uint64_t wall_us;
	int64_t started_ns;
};

void answer_done(const struct done *done);

/* For what has no child: only the errno. */
void answer_done_errno(int error);

#endif
