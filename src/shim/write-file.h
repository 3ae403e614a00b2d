#ifndef WRITE_FILE_H
#define WRITE_FILE_H

struct frame;

/* WRITE, and the BYTES that follow it. */
void obey_write(struct frame *frame);

#endif
