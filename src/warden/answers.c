#include "answers.h"

#include "little-endian.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum { DONE = 1, OUTPUT = 2, ENDED = 3 };

static void write_whole(const unsigned char *bytes, size_t count) {
	while (count > 0) {
		ssize_t done = write(STDOUT_FILENO, bytes, count);
		if (done < 0 && errno == EINTR) {
			continue;
		}
		if (done < 0) {
			exit(1);
		}
		bytes += done;
		count -= (size_t)done;
	}
}

static void answer(uint32_t id, uint8_t type, const unsigned char *head, size_t head_bytes,
		   const unsigned char *rest, size_t rest_bytes) {
	unsigned char frame[32];
	unsigned char *at = put_le(frame, 5 + head_bytes + rest_bytes, 4);
	at = put_le(at, id, 4);
	at = put_le(at, type, 1);
	at = put_bytes(at, head, head_bytes);
	write_whole(frame, (size_t)(at - frame));
	write_whole(rest, rest_bytes);
}

void answer_done(uint32_t id, int error) {
	unsigned char payload[4];
	put_le(payload, (uint32_t)error, 4);
	answer(id, DONE, payload, sizeof payload, NULL, 0);
}

void answer_output(uint32_t id, int descriptor, const unsigned char *bytes, size_t count) {
	unsigned char head = (unsigned char)descriptor;
	answer(id, OUTPUT, &head, 1, bytes, count);
}

void answer_ended(uint32_t id, int status, uint64_t cpu_us) {
	unsigned char payload[12];
	put_le(put_le(payload, (uint32_t)status, 4), cpu_us, 8);
	answer(id, ENDED, payload, sizeof payload, NULL, 0);
}
