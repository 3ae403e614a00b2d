#ifndef READ_FILE_H
#define READ_FILE_H

struct frame;

/* READ */
void obey_read(struct frame *frame);

#endif
