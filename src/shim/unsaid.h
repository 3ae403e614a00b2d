#ifndef UNSAID_H
#define UNSAID_H

#include <stddef.h>

/*
 * A final child's output that only the daemon has heard. If the daemon goes away before it had us print anything, the user
 * would see a failed compile without its error message; so the beginning is kept.
 */
void unsaid_keep(int channel, const unsigned char *bytes, size_t count);

/* The daemon has had us print, or a new child starts. */
void unsaid_forget(void);

void unsaid_say(void);

#endif
