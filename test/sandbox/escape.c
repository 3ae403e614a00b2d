/* A "compiler" that tries what a job must not be able to do. It says what it could do, on stdout, and exits 0. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void say(const char *what, int could)
{
	printf("%s: %s\n", what, could ? "DONE" : strerror(errno));
	fflush(stdout);
}

static void do_read(const char *path)
{
	char text[64];
	int file = open(path, O_RDONLY);
	say(path, file >= 0 && read(file, text, sizeof text) >= 0);
}

static void do_write(const char *path)
{
	say(path, open(path, O_WRONLY | O_CREAT, 0666) >= 0);
}

static void do_connect(int port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
	inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
	say("connect", connect(socket(AF_INET, SOCK_STREAM, 0), (void *)&address, sizeof address) == 0);
}

static void do_abstract(const char *name, int listening)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	strcpy(address.sun_path + 1, name);
	socklen_t length = offsetof(struct sockaddr_un, sun_path) + 1 + strlen(name);
	int end = socket(AF_UNIX, SOCK_STREAM, 0);
	if (!listening) {
		say("abstract", connect(end, (void *)&address, length) == 0);
		return;
	}
	say("listen", bind(end, (void *)&address, length) == 0 && listen(end, 8) == 0);
	pause();
}

/* Never more than `most`, so that a sandbox that lets it can still be tested. */
static void do_forks(int most)
{
	int made = 0;
	for (; made < most; made++) {
		int pid = fork();
		if (pid < 0) break;
		if (pid == 0) {
			pause();
			_exit(0);
		}
	}
	printf("forks: %d\n", made);
	if (made < most) {
		perror("fork");
		exit(1);
	}
}

static void do_bomb(void)
{
	for (;;) fork();
}

static void do_fill(const char *folder)
{
	static char block[1 << 16];
	long long size = 0;
	char path[256];
	for (int n = 0; n < 4096; n++) {
		snprintf(path, sizeof path, "%s/%d", folder, n);
		int file = open(path, O_WRONLY | O_CREAT, 0600);
		if (file < 0) break;
		for (int i = 0; i < 8; i++) {
			ssize_t count = write(file, block, sizeof block);
			if (count <= 0) {
				perror("fill");
				printf("filled: %lld\n", size);
				exit(1);
			}
			size += count;
		}
		close(file);
	}
	printf("filled: %lld\n", size);
}

static void do_memory(void)
{
	for (int mib = 0; mib < 4096; mib++) {
		char *block = malloc(1 << 20);
		if (block == NULL) {
			printf("memory: %d MiB\n", mib);
			fprintf(stderr, "out of memory\n");
			exit(1);
		}
		memset(block, 1, 1 << 20);
	}
	say("memory", 1);
}

static void do_daemon(const char *path)
{
	if (fork() == 0) {
		setsid();
		if (fork() != 0) _exit(0);
		for (int n = 0; n < 3; n++) close(n);
		for (;;) {
			int file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
			write(file, ".", 1);
			close(file);
			usleep(10000);
		}
	}
	usleep(100000);
}

static void do_processes(void)
{
	struct dirent *entry;
	DIR *folder = opendir("/proc");
	while ((entry = readdir(folder)))
		if (atoi(entry->d_name) > 0) printf("process %s\n", entry->d_name);
}

static void do_descriptors(void)
{
	for (int n = 0; n < 1024; n++)
		if (fcntl(n, F_GETFD) >= 0) printf("descriptor %d\n", n);
}

static void do_rights(void)
{
	printf("uid %d euid %d\n", getuid(), geteuid());
	say("setuid", setuid(0) == 0);
	say("mount", mount("none", "/tmp", "tmpfs", 0, NULL) == 0);
	say("userns", unshare(CLONE_NEWUSER) == 0);
	say("chown", chown("/tmp", 0, 0) == 0);
	say("mknod", mknod("/tmp/disk", S_IFBLK | 0666, 0x0800) == 0);
	say("kill server", kill(1, SIGKILL) == 0 && kill(1, 0) != 0);
}

int main(int argc, char **argv)
{
	extern char **environ;
	const char *what = argc > 1 ? argv[1] : "", *with = argc > 2 ? argv[2] : "";
	if (!strcmp(what, "read")) for (int n = 2; n < argc; n++) do_read(argv[n]);
	else if (!strcmp(what, "write")) for (int n = 2; n < argc; n++) do_write(argv[n]);
	else if (!strcmp(what, "connect")) do_connect(atoi(with));
	else if (!strcmp(what, "abstract")) do_abstract(with, 0);
	else if (!strcmp(what, "listen")) do_abstract(with, 1);
	else if (!strcmp(what, "forks")) do_forks(atoi(with));
	else if (!strcmp(what, "bomb")) do_bomb();
	else if (!strcmp(what, "fill")) do_fill(with);
	else if (!strcmp(what, "memory")) do_memory();
	else if (!strcmp(what, "ptrace")) say("ptrace", ptrace(PTRACE_ATTACH, atoi(with), 0, 0) == 0);
	else if (!strcmp(what, "daemon")) do_daemon(with);
	else if (!strcmp(what, "processes")) do_processes();
	else if (!strcmp(what, "descriptors")) do_descriptors();
	else if (!strcmp(what, "rights")) do_rights();
	else if (!strcmp(what, "signal")) raise(atoi(with));
	else if (!strcmp(what, "print")) for (int n = 0; n < 1 << 21; n++) puts("0123456789abcdef");
	else if (!strcmp(what, "environment")) for (char **name = environ; *name; name++) puts(*name);
	else if (!strcmp(what, "sleep")) sleep(atoi(with));
	else if (!strcmp(what, "spin")) for (volatile long n = 0; n < 1500000000; n++);
	else if (!strcmp(what, "link")) say("link", symlink(with, argv[3]) == 0);
	else if (!strcmp(what, "mode")) { do_write(with); chmod(with, strtol(argv[3], NULL, 8)); }
	return 0;
}
