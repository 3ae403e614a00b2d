#include "unsaid.h"

#include <stdlib.h>
#include <string.h>

#include "own-streams.h"

enum { MOST_BYTES = 1024 * 1024 };

static struct {
	unsigned char *bytes;
	size_t used;
	size_t room;
} kept[2];

void unsaid_keep(int channel, const unsigned char *bytes, size_t count) {
	size_t used = kept[channel - 1].used;
	if (count > MOST_BYTES - used) {
		count = MOST_BYTES - used;
	}
	if (used + count > kept[channel - 1].room) {
		size_t room = (used + count) * 2;
		unsigned char *larger = realloc(kept[channel - 1].bytes, room);
		if (larger == NULL) {
			return;
		}
		kept[channel - 1].bytes = larger;
		kept[channel - 1].room = room;
	}
	if (count > 0) {
		memcpy(kept[channel - 1].bytes + used, bytes, count);
	}
	kept[channel - 1].used = used + count;
}

void unsaid_forget(void) {
	kept[0].used = 0;
	kept[1].used = 0;
}

void unsaid_say(void) {
	for (int i = 0; i < 2; i++) {
		print(i + 1, kept[i].bytes, kept[i].used);
	}
	unsaid_forget();
}
