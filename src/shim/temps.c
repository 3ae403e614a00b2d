#include "temps.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct temp {
	struct temp *next;
	char path[];
};

/* Only ever grows at its head, so a signal handler always sees a whole list. */
static struct temp *volatile first;
static const char *volatile half_written;

bool temps_add(const char *path) {
	size_t bytes = strlen(path) + 1;
	struct temp *temp = malloc(sizeof *temp + bytes);
	if (temp == NULL) {
		return false;
	}
	memcpy(temp->path, path, bytes);
	temp->next = first;
	first = temp;
	return true;
}

void temps_half_written(const char *path) {
	half_written = path;
}

void temps_unlink(void) {
	if (half_written != NULL) {
		unlink(half_written);
		half_written = NULL;
	}
	for (struct temp *temp = first; temp != NULL; temp = temp->next) {
		unlink(temp->path);
	}
	first = NULL;
}
