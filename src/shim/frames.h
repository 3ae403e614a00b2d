#ifndef FRAMES_H
#define FRAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The stream as frames. Everything here that meets a broken stream, a malformed frame, or the deadline, gives up by itself
 * (fallback.h), unless it says otherwise.
 */

struct frame {
	uint8_t type;
	/* bytes of the payload that are not consumed yet */
	size_t left;
};

/* The fields of a whole payload. */
struct fields {
	unsigned char *at;
	unsigned char *end;
};

void frames_use(int socket);
int frames_socket(void);

/* The next frame's header. Answers that wait go out first when it has to be waited for. */
struct frame frame_next(void);

/* The whole payload at once. Valid until the next frame_next. */
struct fields frame_whole(struct frame *frame);

/* Waits until the payload is here, if it fits into the receive buffer. */
void frame_gather(const struct frame *frame);

/* A part of the payload, at least one byte and at most `most`. Valid until the next call. */
size_t frame_part(struct frame *frame, const unsigned char **part, size_t most);

uint64_t field_le(struct fields *fields, int bytes);
/* A string, terminated in place. One that holds a NUL can't be a path or an argument. */
char *field_str(struct fields *fields);
uint32_t field_count(struct fields *fields);
/* Nothing may follow. */
void fields_end(const struct fields *fields);

/* While a child runs: takes what has come without waiting. False: the daemon is gone. */
bool frames_listen(void);
/* False: a command waits already, there is no need to listen. */
bool frames_may_listen(void);

/* Room for a payload of at most `most` bytes; then answer_end says how many it became. */
unsigned char *answer_begin(size_t most);
void answer_end(uint8_t type, size_t bytes);
/* Sends what waits. */
void answer_flush(void);
/* The same, but false when the daemon is gone. */
bool answer_try_flush(void);

#endif
