#ifndef ENVIRONMENT_H
#define ENVIRONMENT_H

#include <stdbool.h>
#include <stddef.h>

/* Whether the daemon is told this NAME=VALUE. */
bool environment_is_sent(const char *pair, bool all);

/* Our own environment with the changes: NAME=VALUE sets, a bare NAME unsets. NULL without memory. */
char **environment_with(const char *const *changes, size_t count);

#endif
