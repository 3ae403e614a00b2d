#ifndef RUN_CHILD_H
#define RUN_CHILD_H

struct frame;

/* RUN */
void obey_run(struct frame *frame);

#endif
