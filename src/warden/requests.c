#include "requests.h"

#include "little-endian.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HEAD_BYTES = 9, LEAST_ROOM = 64 * 1024, MOST_BYTES = 64 * 1024 * 1024 };

static unsigned char *buffer;
static size_t room;
static size_t filled;
static size_t consumed;

static _Noreturn void malformed(void) {
	exit(2);
}

void requests_read(void) {
	memmove(buffer, buffer + consumed, filled - consumed);
	filled -= consumed;
	consumed = 0;
	if (room - filled < LEAST_ROOM) {
		room = 2 * room + LEAST_ROOM;
		buffer = room > 2 * (size_t)MOST_BYTES ? NULL : realloc(buffer, room);
		if (buffer == NULL) {
			malformed();
		}
	}
	ssize_t count = read(STDIN_FILENO, buffer + filled, room - filled);
	if (count < 0 && (errno == EINTR || errno == EAGAIN)) {
		return;
	}
	if (count <= 0) {
		exit(0);
	}
	filled += (size_t)count;
}

bool requests_next(struct request *request) {
	size_t left = filled - consumed;
	if (left < HEAD_BYTES) {
		return false;
	}
	unsigned char *at = buffer + consumed;
	uint64_t length = get_le(at, 4);
	if (length < HEAD_BYTES - 4 || length > MOST_BYTES) {
		malformed();
	}
	if (left < 4 + length) {
		return false;
	}
	consumed += 4 + (size_t)length;
	*request = (struct request){
		.id = (uint32_t)get_le(at + 4, 4),
		.type = at[8],
		.at = at + HEAD_BYTES,
		.end = at + 4 + length,
	};
	return true;
}

static unsigned char *take(struct request *request, size_t bytes) {
	unsigned char *at = request->at;
	if (bytes > (size_t)(request->end - at)) {
		malformed();
	}
	request->at = at + bytes;
	return at;
}

uint64_t field_le(struct request *request, int bytes) {
	return get_le(take(request, (size_t)bytes), bytes);
}

char *field_str(struct request *request) {
	size_t bytes = (size_t)field_le(request, 4);
	const unsigned char *from = take(request, bytes);
	char *text = malloc(bytes + 1);
	if (text == NULL || memchr(from, 0, bytes) != NULL) {
		malformed();
	}
	memcpy(text, from, bytes);
	text[bytes] = '\0';
	return text;
}

uint32_t field_count(struct request *request) {
	uint32_t count = (uint32_t)field_le(request, 4);
	/* Each takes four bytes at least. */
	if (count > (size_t)(request->end - request->at) / 4) {
		malformed();
	}
	return count;
}
