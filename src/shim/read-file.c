#include "read-file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "done.h"
#include "frames.h"
#include "protocol.h"
#include "stamp-files.h"

enum { PART_BYTES = 64 * 1024 };

static void answer_stamp(const struct stat *info, int error) {
	put_stamp(answer_begin(STAMP_BYTES), info, error);
	answer_end(FRAME_STAMPS, STAMP_BYTES);
}

/* Only a regular file can be read without taking something away from whoever else reads it. */
static int why_not(const struct stat *info, uint64_t most) {
	if (!S_ISREG(info->st_mode)) {
		return S_ISDIR(info->st_mode) ? EISDIR : EINVAL;
	}
	return (uint64_t)info->st_size > most ? EFBIG : 0;
}

static int answer_content(int fd, uint64_t most) {
	uint64_t total = 0;
	for (;;) {
		unsigned char *at = answer_begin(1 + PART_BYTES);
		ssize_t count = read(fd, at + 1, PART_BYTES);
		if (count < 0) {
			return errno;
		}
		if (count == 0) {
			return 0;
		}
		total += (uint64_t)count;
		if (total > most) {
			/* it grows while we read */
			return EFBIG;
		}
		at[0] = 0;
		answer_end(FRAME_DATA, 1 + (size_t)count);
		if (count < PART_BYTES) {
			/* A regular file gives all it has. */
			return 0;
		}
	}
}

void obey_read(struct frame *frame) {
	struct fields fields = frame_whole(frame);
	const char *path = field_str(&fields);
	uint64_t most = field_le(&fields, 8);
	fields_end(&fields);

	struct stat info;
	/* O_NONBLOCK: a FIFO must not make us wait for its writer. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0 || fstat(fd, &info) != 0) {
		int error = errno;
		answer_stamp(&info, error);
		answer_done_errno(error);
		if (fd >= 0) {
			close(fd);
		}
		return;
	}
	answer_stamp(&info, 0);
	int error = why_not(&info, most);
	if (error == 0) {
		error = answer_content(fd, most);
	}
	close(fd);
	answer_done_errno(error);
}
