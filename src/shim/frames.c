#include "frames.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "fallback.h"
#include "little-endian.h"
#include "protocol.h"

/* Large enough for nearly all that comes at once; only the pages that are used exist. */
enum { WINDOW_BYTES = 256 * 1024, OUTBOX_BYTES = 128 * 1024 };

static int daemon_socket = -1;

static unsigned char window[WINDOW_BYTES];
static size_t window_start;
static size_t window_end;

/* For the rare frame that the window can't hold. */
static unsigned char *large;
static size_t large_room;

static unsigned char first_outbox[OUTBOX_BYTES];
static unsigned char *outbox = first_outbox;
static size_t outbox_room = OUTBOX_BYTES;
static size_t outbox_used;

void frames_use(int socket) {
	daemon_socket = socket;
}

int frames_socket(void) {
	return daemon_socket;
}

/* 0: the daemon has closed, or was silent for too long (SO_RCVTIMEO), or worse. */
static size_t receive(unsigned char *to, size_t room) {
	for (;;) {
		ssize_t count = recv(daemon_socket, to, room, 0);
		if (count >= 0) {
			return (size_t)count;
		}
		if (errno != EINTR) {
			return 0;
		}
	}
}

/* At least `bytes` in one piece at window_start. */
static void need(size_t bytes) {
	if (window_end - window_start >= bytes) {
		return;
	}
	answer_flush();
	if (window_start == window_end) {
		window_start = window_end = 0;
	} else if (window_start + bytes > WINDOW_BYTES) {
		memmove(window, window + window_start, window_end - window_start);
		window_end -= window_start;
		window_start = 0;
	}
	while (window_end - window_start < bytes) {
		size_t count = receive(window + window_end, WINDOW_BYTES - window_end);
		if (count == 0) {
			give_up();
		}
		window_end += count;
	}
}

struct frame frame_next(void) {
	need(HEADER_BYTES);
	const unsigned char *header = window + window_start;
	struct frame frame = {.type = header[4], .left = get_le(header, 4)};
	if (frame.left > MAX_FRAME_BYTES) {
		give_up();
	}
	window_start += HEADER_BYTES;
	return frame;
}

static struct fields whole_from_large(struct frame *frame) {
	size_t bytes = frame->left;
	if (large_room < bytes) {
		free(large);
		large = malloc(bytes);
		large_room = bytes;
		if (large == NULL) {
			give_up();
		}
	}
	answer_flush();
	size_t used = window_end - window_start;
	memcpy(large, window + window_start, used);
	window_start = window_end = 0;
	while (used < bytes) {
		size_t count = receive(large + used, bytes - used);
		if (count == 0) {
			give_up();
		}
		used += count;
	}
	frame->left = 0;
	return (struct fields){.at = large, .end = large + bytes};
}

struct fields frame_whole(struct frame *frame) {
	if (frame->left > WINDOW_BYTES) {
		return whole_from_large(frame);
	}
	need(frame->left);
	struct fields fields = {.at = window + window_start, .end = window + window_start + frame->left};
	window_start += frame->left;
	frame->left = 0;
	return fields;
}

void frame_gather(const struct frame *frame) {
	if (frame->left <= WINDOW_BYTES) {
		need(frame->left);
	}
}

size_t frame_part(struct frame *frame, const unsigned char **part, size_t most) {
	need(1);
	size_t count = window_end - window_start;
	if (count > frame->left) {
		count = frame->left;
	}
	if (count > most) {
		count = most;
	}
	*part = window + window_start;
	window_start += count;
	frame->left -= count;
	return count;
}

uint64_t field_le(struct fields *fields, int bytes) {
	if (fields->end - fields->at < bytes) {
		give_up();
	}
	uint64_t value = get_le(fields->at, bytes);
	fields->at += bytes;
	return value;
}

char *field_str(struct fields *fields) {
	size_t bytes = field_le(fields, 4);
	if ((size_t)(fields->end - fields->at) < bytes || memchr(fields->at, '\0', bytes) != NULL) {
		give_up();
	}
	/* One byte down, over its own length that is known by now: so there is room for the terminator, and nothing is copied elsewhere. */
	unsigned char *text = fields->at - 1;
	memmove(text, fields->at, bytes);
	text[bytes] = '\0';
	fields->at += bytes;
	return (char *)text;
}

uint32_t field_count(struct fields *fields) {
	uint32_t count = (uint32_t)field_le(fields, 4);
	if (count > (size_t)(fields->end - fields->at) / 4) {
		give_up();
	}
	return count;
}

void fields_end(const struct fields *fields) {
	if (fields->at != fields->end) {
		give_up();
	}
}

static bool nop_waits(void) {
	const unsigned char *header = window + window_start;
	return window_end - window_start >= HEADER_BYTES && header[4] == FRAME_NOP && get_le(header, 4) == 0;
}

bool frames_may_listen(void) {
	while (nop_waits()) {
		window_start += HEADER_BYTES;
	}
	return window_end - window_start < HEADER_BYTES;
}

bool frames_listen(void) {
	if (window_start > 0) {
		memmove(window, window + window_start, window_end - window_start);
		window_end -= window_start;
		window_start = 0;
	}
	ssize_t count = recv(daemon_socket, window + window_end, WINDOW_BYTES - window_end, MSG_DONTWAIT);
	if (count > 0) {
		window_end += (size_t)count;
		return true;
	}
	return count < 0 && (errno == EAGAIN || errno == EINTR);
}

unsigned char *answer_begin(size_t most) {
	if (outbox_used + HEADER_BYTES + most > outbox_room) {
		answer_flush();
	}
	if (HEADER_BYTES + most > outbox_room) {
		unsigned char *larger = malloc(HEADER_BYTES + most);
		if (larger == NULL) {
			give_up();
		}
		if (outbox != first_outbox) {
			free(outbox);
		}
		outbox = larger;
		outbox_room = HEADER_BYTES + most;
	}
	return outbox + outbox_used + HEADER_BYTES;
}

void answer_end(uint8_t type, size_t bytes) {
	put_le(outbox + outbox_used, bytes, 4);
	outbox[outbox_used + 4] = type;
	outbox_used += HEADER_BYTES + bytes;
}

bool answer_try_flush(void) {
	size_t sent = 0;
	bool well = true;
	while (sent < outbox_used && well) {
		ssize_t count = send(daemon_socket, outbox + sent, outbox_used - sent, MSG_NOSIGNAL);
		if (count >= 0) {
			sent += (size_t)count;
		} else if (errno != EINTR) {
			well = false;
		}
	}
	/* Also when it failed: there is nobody left to tell. */
	outbox_used = 0;
	return well;
}

void answer_flush(void) {
	if (outbox_used > 0 && !answer_try_flush()) {
		give_up();
	}
}
