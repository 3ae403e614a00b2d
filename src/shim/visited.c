#include "visited.h"

#include <stdio.h>
#include <stdlib.h>

enum { MOST = 16 };

static struct {
	unsigned long long device;
	unsigned long long inode;
} places[MOST];
static int count;
static bool answered;

bool visited_read(void) {
	const char *at = getenv(VISITED_NAME);
	if (at == NULL || *at == '\0') {
		return false;
	}
	if (*at == '!') {
		answered = true;
		at++;
	}
	while (*at != '\0' && count < MOST) {
		char *end;
		unsigned long long device = strtoull(at, &end, 10);
		if (end == at || *end != '.') {
			break;
		}
		at = end + 1;
		unsigned long long inode = strtoull(at, &end, 10);
		if (end == at) {
			break;
		}
		places[count].device = device;
		places[count].inode = inode;
		count++;
		at = *end == ':' ? end + 1 : end;
	}
	return true;
}

bool visited_full(void) {
	return count == MOST;
}

bool visited_before(dev_t device, ino_t inode) {
	for (int i = 0; i < count; i++) {
		if (places[i].device == device && places[i].inode == inode) {
			return true;
		}
	}
	return false;
}

void visited_add(dev_t device, ino_t inode) {
	if (count < MOST && !visited_before(device, inode)) {
		places[count].device = device;
		places[count].inode = inode;
		count++;
	}
}

bool visited_is_answered(void) {
	return answered;
}

const char *visited_mark(bool ordered) {
	static char mark[sizeof VISITED_NAME + 1 + MOST * 42];
	int used = snprintf(mark, sizeof mark, "%s=%s", VISITED_NAME, answered || ordered ? "!" : "");
	for (int i = 0; i < count; i++) {
		used += snprintf(mark + used, sizeof mark - (size_t)used, "%s%llu.%llu", i > 0 ? ":" : "", places[i].device, places[i].inode);
	}
	return mark;
}
