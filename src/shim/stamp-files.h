#ifndef STAMP_FILES_H
#define STAMP_FILES_H

#include <sys/stat.h>

struct frame;

/* STAT */
void obey_stat(struct frame *frame);

/* One stamp; `error` not 0: only that is said. Returns where the next goes. */
unsigned char *put_stamp(unsigned char *to, const struct stat *info, int error);

#endif
