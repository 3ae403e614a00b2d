#ifndef TEMPS_H
#define TEMPS_H

#include <stdbool.h>

/* Files that must not outlive us. */

/* Copies the path. False without memory. */
bool temps_add(const char *path);

/* The file being written just now; NULL when it is whole. The path must stay valid until then. */
void temps_half_written(const char *path);

/* Async-signal-safe. */
void temps_unlink(void);

#endif
