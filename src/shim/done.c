#include "done.h"

#include "frames.h"
#include "little-endian.h"
#include "protocol.h"

void answer_done(const struct done *done) {
	unsigned char *at = answer_begin(DONE_BYTES);
	at = put_le(at, (uint32_t)done->error, 4);
	at = put_le(at, (uint32_t)done->exit_code, 4);
	at = put_le(at, (uint32_t)done->signal_number, 4);
	at = put_le(at, done->user_us, 8);
	at = put_le(at, done->sys_us, 8);
	at = put_le(at, done->wall_us, 8);
	put_le(at, (uint64_t)done->started_ns, 8);
	answer_end(FRAME_DONE, DONE_BYTES);
}

void answer_done_errno(int error) {
	struct done done = {.error = error, .exit_code = -1};
	answer_done(&done);
}
