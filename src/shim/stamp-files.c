#include "stamp-files.h"

#include <errno.h>

#include "fallback.h"
#include "frames.h"
#include "little-endian.h"
#include "protocol.h"

static uint64_t nanoseconds(const struct timespec *time) {
	return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

unsigned char *put_stamp(unsigned char *to, const struct stat *info, int error) {
	if (error != 0) {
		memset(to, 0, STAMP_BYTES - 4);
		return put_le(to + STAMP_BYTES - 4, (uint32_t)error, 4);
	}
	to = put_le(to, info->st_dev, 8);
	to = put_le(to, info->st_ino, 8);
	to = put_le(to, (uint64_t)info->st_size, 8);
	to = put_le(to, nanoseconds(&info->st_mtim), 8);
	to = put_le(to, nanoseconds(&info->st_ctim), 8);
	to = put_le(to, info->st_mode, 4);
	return put_le(to, 0, 4);
}

static int stamp(const char *path, struct stat *info) {
	if (stat(path, info) == 0) {
		return 0;
	}
	int error = errno;
	/* A link to nothing is something: whoever looks for absent files must be able to tell. */
	if (error == ENOENT && lstat(path, info) == 0) {
		return ELOOP;
	}
	return error;
}

void obey_stat(struct frame *frame) {
	struct fields fields = frame_whole(frame);
	uint32_t count = field_count(&fields);
	if (count > MAX_FRAME_BYTES / STAMP_BYTES) {
		give_up();
	}
	size_t bytes = (size_t)count * STAMP_BYTES;
	unsigned char *at = answer_begin(bytes);
	for (uint32_t i = 0; i < count; i++) {
		struct stat info;
		int error = stamp(field_str(&fields), &info);
		at = put_stamp(at, &info, error);
	}
	fields_end(&fields);
	answer_end(FRAME_STAMPS, bytes);
}
