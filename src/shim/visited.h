#ifndef VISITED_H
#define VISITED_H

#include <stdbool.h>
#include <sys/types.h>

/*
 * The recursion mark: an environment variable that lists the real programs (device and inode) through which we came. A wrapper
 * script that calls `gcc` by PATH meets us again; we then go on to the next program instead of round in a circle. A mark that begins
 * with '!' says that the daemon runs what we are below: it has answered for this compile and is not asked about a part of it.
 */

#define VISITED_NAME "SCCACHE_SHIM_VISITED"

/* Reads the mark. True when there is one: we are nested. */
bool visited_read(void);
bool visited_full(void);
bool visited_before(dev_t device, ino_t inode);
void visited_add(dev_t device, ino_t inode);

/* Whether the daemon has answered for the compile that we are a part of. */
bool visited_is_answered(void);

/* NAME=VALUE for the environment of whatever we run, by the daemon's order or not. */
const char *visited_mark(bool ordered);

#endif
