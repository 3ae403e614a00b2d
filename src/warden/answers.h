#ifndef ANSWERS_H
#define ANSWERS_H

#include <stddef.h>
#include <stdint.h>

/* Whoever can't be answered is gone, and so are we. */
void answer_done(uint32_t id, int error);
void answer_output(uint32_t id, int descriptor, const unsigned char *bytes, size_t count);
void answer_ended(uint32_t id, int status, uint64_t cpu_us);

#endif
