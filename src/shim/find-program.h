#ifndef FIND_PROGRAM_H
#define FIND_PROGRAM_H

#include <stdbool.h>
#include <sys/types.h>

struct program {
	/* As found: relative when PATH's element or the name was. NULL: not found. */
	const char *path;
	dev_t device;
	ino_t inode;
	/* Why not found: ENOENT, or EACCES and the like for one that is there but can't be run. */
	int error;
};

enum search { ANY_REAL, NOT_VISITED, VISITED_BINARY };

/* Ourselves, by device and inode. Must be called first. */
void know_ourselves(void);

/* What a shell would run for `name` if we did not exist. */
struct program find_program(const char *name, enum search search);

/* The part after the last slash. */
const char *base_name(const char *path);

/* Whether this file is us, under whatever name. */
bool is_ourselves(const char *path);

#endif
