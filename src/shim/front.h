#ifndef FRONT_H
#define FRONT_H

#include <stdbool.h>

/* Whether `sccache args...` is meant for the front rather than for a compiler. Exits for a contradiction. */
bool is_for_front(char **args);

/* Becomes Node. */
_Noreturn void become_front(char **args);

#endif
