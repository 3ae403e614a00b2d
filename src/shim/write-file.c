#include "write-file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "done.h"
#include "fallback.h"
#include "frames.h"
#include "protocol.h"
#include "temps.h"

/* The paths outlive the frame: BYTES come after it. */
static char target[PATH_MAX];
static char beside[PATH_MAX + 16];

/* Ours to remove when it does not become whole: a file that we made, under whichever name. */
static int open_made_by_us(const char *path, mode_t mode) {
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, mode);
	if (fd >= 0) {
		temps_half_written(path);
	}
	return fd;
}

/* As cc1: whatever is there is emptied and keeps its inode, mode and links. */
static int open_in_place(mode_t mode) {
	int fd = open_made_by_us(target, mode);
	if (fd < 0 && errno == EEXIST) {
		fd = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, mode);
	}
	return fd;
}

/* As GNU as: a link to nothing, or to an empty file, is followed; what has content goes, link or not. */
static int open_unlinked(mode_t mode) {
	struct stat info;
	if (stat(target, &info) == 0 && info.st_size != 0 && lstat(target, &info) == 0 && (S_ISREG(info.st_mode) || S_ISLNK(info.st_mode))) {
		unlink(target);
	}
	return open_in_place(mode);
}

/*
 * As clang: it refuses a file that it may not write although the rename would succeed; a link is replaced, not followed;
 * a folder where nothing can be created is not the end, the file itself may still be writable.
 */
static int open_beside(mode_t mode, bool *rename_after) {
	struct stat info;
	if (stat(target, &info) == 0) {
		if (access(target, W_OK) != 0) {
			errno = EPERM;
			return -1;
		}
		if (!S_ISREG(info.st_mode)) {
			return open_in_place(mode);
		}
	}
	for (int attempt = 0; attempt < 16; attempt++) {
		unsigned int random = (unsigned int)getpid() * 31u + (unsigned int)attempt;
		/* Early in boot it may fail; then the process number must do. */
		(void)getrandom(&random, sizeof random, GRND_NONBLOCK);
		snprintf(beside, sizeof beside, "%s-%08x.tmp", target, random);
		int fd = open_made_by_us(beside, mode);
		if (fd >= 0) {
			*rename_after = true;
			return fd;
		}
		if (errno != EEXIST) {
			break;
		}
	}
	return open_in_place(mode);
}

static int write_all(int fd, const unsigned char *bytes, size_t count) {
	while (count > 0) {
		ssize_t written = write(fd, bytes, count);
		if (written < 0) {
			if (errno != EINTR) {
				return errno;
			}
			continue;
		}
		bytes += written;
		count -= (size_t)written;
	}
	return 0;
}

/* Straight from the receive buffer into the file, whatever the size. */
static int copy_bytes(int fd, uint64_t left) {
	while (left > 0) {
		struct frame frame = frame_next();
		if (frame.type == FRAME_NOP && frame.left == 0) {
			continue;
		}
		if (frame.type != FRAME_BYTES || frame.left > left) {
			give_up();
		}
		left -= frame.left;
		while (frame.left > 0) {
			const unsigned char *part;
			size_t count = frame_part(&frame, &part, frame.left);
			int error = write_all(fd, part, count);
			if (error != 0) {
				return error;
			}
		}
	}
	return 0;
}

/* The compile shall still have its output: the real compiler makes it, or says why it can't be. */
static _Noreturn void fail(int error) {
	temps_unlink();
	answer_done_errno(error);
	answer_flush();
	give_up();
}

void obey_write(struct frame *frame) {
	struct fields fields = frame_whole(frame);
	const char *path = field_str(&fields);
	mode_t mode = (mode_t)field_le(&fields, 4) & 07777;
	unsigned int how = (unsigned int)field_le(&fields, 1);
	uint64_t size_bytes = field_le(&fields, 8);
	fields_end(&fields);
	size_t path_bytes = strlen(path) + 1;
	if (how > WRITE_RENAME) {
		give_up();
	}
	if (path_bytes > sizeof target) {
		fail(ENAMETOOLONG);
	}
	memcpy(target, path, path_bytes);

	bool rename_after = false;
	int fd = how == WRITE_RENAME ? open_beside(mode, &rename_after) : how == WRITE_UNLINK_FIRST ? open_unlinked(mode) : open_in_place(mode);
	if (fd < 0) {
		fail(errno);
	}
	int error = copy_bytes(fd, size_bytes);
	if (close(fd) != 0 && error == 0) {
		error = errno;
	}
	if (error == 0 && rename_after && rename(beside, target) != 0) {
		error = errno;
	}
	if (error != 0) {
		fail(error);
	}
	temps_half_written(NULL);
	answer_done_errno(0);
}
