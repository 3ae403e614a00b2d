#include "find-program.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "visited.h"

static struct stat ourselves;
static bool known;

void know_ourselves(void) {
	/* Where /proc is not mounted, the kernel still says which path it ran. */
	known = stat("/proc/self/exe", &ourselves) == 0 || stat((const char *)getauxval(AT_EXECFN), &ourselves) == 0;
}

const char *base_name(const char *path) {
	const char *slash = strrchr(path, '/');
	return slash != NULL ? slash + 1 : path;
}

bool is_ourselves(const char *path) {
	struct stat info;
	return known && stat(path, &info) == 0 && info.st_dev == ourselves.st_dev && info.st_ino == ourselves.st_ino;
}

/* Anything that is not ELF may call us again: a script, with #! or without. */
static bool is_script(const char *path) {
	char magic[4];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		return false;
	}
	bool elf = read(fd, magic, sizeof magic) == (ssize_t)sizeof magic && memcmp(magic, "\177ELF", 4) == 0;
	close(fd);
	return !elf;
}

enum verdict { TAKE, SKIP, OURSELVES };

static enum verdict judge(const char *path, enum search search, struct program *found) {
	struct stat info;
	if (stat(path, &info) != 0) {
		return SKIP;
	}
	if (known && info.st_dev == ourselves.st_dev && info.st_ino == ourselves.st_ino) {
		return OURSELVES;
	}
	if (S_ISDIR(info.st_mode)) {
		return SKIP;
	}
	if (!S_ISREG(info.st_mode) || access(path, X_OK) != 0) {
		found->error = EACCES;
		return SKIP;
	}
	if (search != ANY_REAL) {
		bool before = visited_before(info.st_dev, info.st_ino);
		if (search == NOT_VISITED ? before : !before || is_script(path)) {
			return SKIP;
		}
	}
	found->path = path;
	found->device = info.st_dev;
	found->inode = info.st_ino;
	found->error = 0;
	return TAKE;
}

static void walk(const char *name, enum search search, struct program *found) {
	const char *list = getenv("PATH");
	if (list == NULL) {
		list = "/bin:/usr/bin";
	}
	size_t name_bytes = strlen(name) + 1;
	char *candidate = malloc(strlen(list) + name_bytes + 3);
	if (candidate == NULL || name_bytes == 1) {
		return;
	}
	for (;;) {
		size_t bytes = strcspn(list, ":");
		char *end = candidate;
		if (bytes == 0) {
			*end++ = '.';
		} else {
			memcpy(end, list, bytes);
			end += bytes;
		}
		*end++ = '/';
		memcpy(end, name, name_bytes);
		if (judge(candidate, search, found) == TAKE) {
			return;
		}
		if (list[bytes] == '\0') {
			break;
		}
		list += bytes + 1;
	}
	free(candidate);
}

static struct program by_path(const char *name, enum search search) {
	struct program found = {.error = ENOENT};
	struct stat info;
	if (stat(name, &info) != 0) {
		found.error = errno;
		return found;
	}
	switch (judge(name, search, &found)) {
		case OURSELVES:
			walk(base_name(name), search, &found);
			break;
		case SKIP:
			if (S_ISDIR(info.st_mode)) {
				found.error = EISDIR;
			}
			break;
		case TAKE:
			break;
	}
	return found;
}

struct program find_program(const char *name, enum search search) {
	if (strchr(name, '/') != NULL) {
		return by_path(name, search);
	}
	struct program found = {.error = ENOENT};
	walk(name, search, &found);
	return found;
}
