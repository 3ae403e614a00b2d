#ifndef LIST_FOLDER_H
#define LIST_FOLDER_H

#include "frames.h"

void obey_list(struct frame *frame);

#endif
