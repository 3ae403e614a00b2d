#include "obey.h"

#include <signal.h>

#include "fallback.h"
#include "frames.h"
#include "list-folder.h"
#include "own-streams.h"
#include "protocol.h"
#include "read-file.h"
#include "run-child.h"
#include "stamp-files.h"
#include "write-file.h"

static _Noreturn void obey_finish(struct frame *frame) {
	struct fields fields = frame_whole(frame);
	int32_t exit_code = (int32_t)field_le(&fields, 4);
	int32_t signal_number = (int32_t)field_le(&fields, 4);
	fields_end(&fields);
	if (signal_number < 0 || signal_number > SIGRTMAX) {
		give_up();
	}
	/* Nobody waits for these any more, and the compile is over whether or not they arrive. */
	answer_try_flush();
	end_with(exit_code, signal_number);
}

static void expect_empty(struct frame *frame) {
	if (frame->left != 0) {
		give_up();
	}
}

void obey(void) {
	for (;;) {
		struct frame frame = frame_next();
		switch (frame.type) {
			case FRAME_STAT:
				obey_stat(&frame);
				break;
			case FRAME_READ:
				obey_read(&frame);
				break;
			case FRAME_LIST:
				obey_list(&frame);
				break;
			case FRAME_RUN:
				obey_run(&frame);
				break;
			case FRAME_WRITE:
				obey_write(&frame);
				break;
			case FRAME_OUT:
				obey_out(&frame);
				break;
			case FRAME_NOP:
				expect_empty(&frame);
				break;
			case FRAME_EXEC:
				expect_empty(&frame);
				answer_try_flush();
				give_up();
			case FRAME_FINISH:
				obey_finish(&frame);
			default:
				/* BYTES without WRITE is no better than garbage. */
				give_up();
		}
	}
}
