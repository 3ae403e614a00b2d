#include "own-streams.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <unistd.h>

#include "fallback.h"
#include "frames.h"
#include "signals.h"
#include "unsaid.h"

int print(int channel, const unsigned char *bytes, size_t count) {
	while (count > 0) {
		ssize_t written = write(channel, bytes, count);
		if (written >= 0) {
			bytes += written;
			count -= (size_t)written;
		} else if (errno == EAGAIN) {
			/* our caller made the terminal non-blocking */
			struct pollfd wait = {.fd = channel, .events = POLLOUT};
			poll(&wait, 1, -1);
		} else if (errno != EINTR || signals_forwarded() != 0) {
			return errno;
		}
	}
	return 0;
}

void obey_out(struct frame *frame) {
	static bool printed;
	static bool closed[3];
	const unsigned char *part;
	if (frame->left == 0) {
		give_up();
	}
	/* A short one is printed only once it is whole: a stream cut here would have the real compiler say it again. */
	frame_gather(frame);
	size_t count = frame_part(frame, &part, 1);
	int channel = part[0];
	if (count != 1 || (channel != 1 && channel != 2)) {
		give_up();
	}
	while (frame->left > 0) {
		count = frame_part(frame, &part, frame->left);
		if (closed[channel]) {
			continue;
		}
		int error = print(channel, part, count);
		if (error == 0) {
			printed = true;
		} else if (!printed && fallback_is_still_open()) {
			/* Nothing said yet: the real compiler shall meet the same broken stream, and say what it says. */
			answer_flush();
			give_up();
		} else {
			closed[channel] = true;
		}
	}
	unsaid_forget();
}
