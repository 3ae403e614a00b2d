#include "connect.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#define DEFAULT_SOCKET "/run/sccache/client.sock"

enum { CONNECT_MS = 1000, SILENCE_MS = 10000 };

static struct timeval milliseconds(long ms) {
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

static const char *setting(const char *name) {
	const char *value = getenv(name);
	return value != NULL && *value != '\0' ? value : NULL;
}

static long number(const char *name, long least, long most, long otherwise) {
	const char *text = setting(name);
	if (text == NULL) {
		return otherwise;
	}
	char *end;
	long value = strtol(text, &end, 10);
	return *end == '\0' && value >= least && value <= most ? value : otherwise;
}

/* By hand: a static glibc has no name services. */
static bool is_portage(uid_t uid) {
	FILE *passwd = fopen("/etc/passwd", "re");
	if (passwd == NULL) {
		return false;
	}
	char line[1024];
	bool found = false;
	while (!found && fgets(line, sizeof line, passwd) != NULL) {
		const char *password_end = strncmp(line, "portage:", 8) == 0 ? strchr(line + 8, ':') : NULL;
		found = password_end != NULL && strtoul(password_end + 1, NULL, 10) == uid;
	}
	fclose(passwd);
	return found;
}

static bool may_be_trusted(int fd) {
	struct ucred peer;
	socklen_t bytes = sizeof peer;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &bytes) != 0) {
		return false;
	}
	return peer.uid == 0 || peer.uid == geteuid() || is_portage(peer.uid);
}

/* The kernel bounds the attempt: SO_SNDTIMEO holds for connect, and for the wait for a place in a full backlog. */
static int connected(int family, const struct sockaddr *address, socklen_t bytes) {
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0) {
		return -1;
	}
	struct timeval patience = milliseconds(CONNECT_MS);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 || connect(fd, address, bytes) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int by_unix(const char *path) {
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	/* An abstract name is written with its NUL spelled out, as upstream does. */
	bool abstract = strncmp(path, "\\x00", 4) == 0;
	const char *name = abstract ? path + 4 : path;
	size_t bytes = strlen(name) + 1;
	if (bytes > sizeof address.sun_path) {
		return -1;
	}
	memcpy(address.sun_path + (abstract ? 1 : 0), name, bytes - 1);
	int fd = connected(AF_UNIX, (struct sockaddr *)&address, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + bytes));
	if (fd >= 0 && !may_be_trusted(fd)) {
		close(fd);
		return -1;
	}
	return fd;
}

static int by_tcp(long port) {
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = connected(AF_INET, (struct sockaddr *)&address, sizeof address);
	int on = 1;
	if (fd >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	}
	return fd;
}

int connect_to_daemon(void) {
	const char *path = setting("SCCACHE_SERVER_UDS");
	long port = number("SCCACHE_SERVER_PORT", 1, 65535, 0);
	int fd = path == NULL && port != 0 ? by_tcp(port) : by_unix(path != NULL ? path : DEFAULT_SOCKET);
	if (fd < 0) {
		return -1;
	}
	struct timeval silence = milliseconds(number("SCCACHE_SHIM_TIMEOUT_MS", 1, 3600000, SILENCE_MS));
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &silence, sizeof silence) != 0 ||
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &silence, sizeof silence) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}
