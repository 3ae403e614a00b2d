#ifndef JOBS_H
#define JOBS_H

#include "enclose.h"

#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

/* Starts one, or answers why not. */
void jobs_start(uint32_t id, const struct enclosed *what);
/* Kills one that may be over. */
void jobs_end(uint32_t id);

/* How many entries jobs_watch writes at most. */
size_t jobs_watched(void);
size_t jobs_watch(struct pollfd *entries);
/* Passes on what was written to these. */
void jobs_hear(const struct pollfd *entries, size_t count);
/* A child of ours that has ended, whosever it is. */
void jobs_ended(pid_t pid, int status, const struct rusage *usage);

#endif
