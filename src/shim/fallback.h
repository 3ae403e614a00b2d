#ifndef FALLBACK_H
#define FALLBACK_H

#include "find-program.h"

/* Which program to become, and its arguments (argv[0] is replaced). `name`: as in error messages. */
void fallback_prepare(const struct program *real, const char *name, char **argv);
const char *fallback_program(void);

/* The compile itself has run and ended so: from now on there is nothing to fall back to. */
void fallback_is_over(int exit_code, int signal_number);
bool fallback_is_still_open(void);

/* The daemon is of no more use: the real compiler, or the end that the compile had. */
_Noreturn void give_up(void);

/* Ends: temps unlinked, then by the signal or with the code. */
_Noreturn void end_with(int exit_code, int signal_number);

/* A program that can't be run, said as a shell says it: 127 when it is not there, else 126. */
_Noreturn void cannot_run(const char *name, int error);

#endif
