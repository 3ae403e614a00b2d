#include "list-folder.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>

#include "done.h"
#include "protocol.h"

enum { PART_BYTES = 64 * 1024 };

/* Names, each with its NUL, as many as fit into a frame. */
static int answer_names(DIR *folder) {
	unsigned char *at = NULL;
	size_t used = 1;
	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(folder);
		if (entry == NULL) {
			break;
		}
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) {
			continue;
		}
		size_t bytes = strlen(entry->d_name) + 1;
		if (at != NULL && used + bytes > PART_BYTES) {
			answer_end(FRAME_DATA, used);
			at = NULL;
			used = 1;
		}
		if (at == NULL) {
			at = answer_begin(PART_BYTES);
			at[0] = 0;
		}
		memcpy(at + used, entry->d_name, bytes);
		used += bytes;
	}
	int error = errno;
	if (at != NULL) {
		answer_end(FRAME_DATA, used);
	}
	return error;
}

void obey_list(struct frame *frame) {
	struct fields fields = frame_whole(frame);
	const char *path = field_str(&fields);
	fields_end(&fields);
	DIR *folder = opendir(path);
	if (folder == NULL) {
		answer_done_errno(errno);
		return;
	}
	int error = answer_names(folder);
	closedir(folder);
	answer_done_errno(error);
}
