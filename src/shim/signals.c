#include "signals.h"

#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

#include "temps.h"

static const int deadly[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { DEADLY = sizeof deadly / sizeof deadly[0] };

static struct sigaction found_deadly[DEADLY];
static struct sigaction found_pipe;
static struct sigaction found_child;
static sigset_t found_mask;
static sigset_t waiting_mask;
static bool taken;

static volatile sig_atomic_t forwarded;
static volatile pid_t child;

static void on_deadly(int number) {
	if (child > 0) {
		forwarded = number;
		kill(child, number);
		return;
	}
	temps_unlink();
	die_by(number);
}

/* Only there so that ppoll returns. */
static void on_child(int number) {
	(void)number;
}

void signals_take(void) {
	/* No SA_RESTART: a write to a reader that has stopped must notice. */
	struct sigaction action = {.sa_handler = on_deadly};
	for (int i = 0; i < DEADLY; i++) {
		sigaddset(&action.sa_mask, deadly[i]);
	}
	for (int i = 0; i < DEADLY; i++) {
		sigaction(deadly[i], NULL, &found_deadly[i]);
		/* nohup's wish stays what it was */
		if (found_deadly[i].sa_handler != SIG_IGN) {
			sigaction(deadly[i], &action, NULL);
		}
	}
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigaction(SIGPIPE, &ignore, &found_pipe);
	struct sigaction notice = {.sa_handler = on_child};
	sigaction(SIGCHLD, &notice, &found_child);
	sigset_t wait_for;
	sigemptyset(&wait_for);
	sigaddset(&wait_for, SIGCHLD);
	sigprocmask(SIG_BLOCK, &wait_for, &found_mask);
	waiting_mask = found_mask;
	sigdelset(&waiting_mask, SIGCHLD);
	taken = true;
}

void signals_give_back(void) {
	if (!taken) {
		return;
	}
	for (int i = 0; i < DEADLY; i++) {
		sigaction(deadly[i], &found_deadly[i], NULL);
	}
	sigaction(SIGPIPE, &found_pipe, NULL);
	sigaction(SIGCHLD, &found_child, NULL);
	sigprocmask(SIG_SETMASK, &found_mask, NULL);
}

const sigset_t *signals_first_mask(void) {
	return &found_mask;
}

void signals_to_reset(sigset_t *set) {
	/* Those with a handler are reset by exec itself. */
	sigemptyset(set);
	if (found_pipe.sa_handler != SIG_IGN) {
		sigaddset(set, SIGPIPE);
	}
}

static void mask_deadly(int how) {
	sigset_t set;
	sigemptyset(&set);
	for (int i = 0; i < DEADLY; i++) {
		if (how == SIG_BLOCK || !sigismember(&found_mask, deadly[i])) {
			sigaddset(&set, deadly[i]);
		}
	}
	sigprocmask(how, &set, NULL);
}

void signals_hold(void) {
	mask_deadly(SIG_BLOCK);
}

void signals_release(void) {
	mask_deadly(SIG_UNBLOCK);
}

void signals_forward_to(pid_t pid) {
	child = pid;
	if (pid > 0) {
		forwarded = 0;
	}
}

int signals_forwarded(void) {
	return forwarded;
}

const sigset_t *signals_waiting_mask(void) {
	return &waiting_mask;
}

/* No program ends by one of these. */
static bool only_stops(int number) {
	return number == SIGSTOP || number == SIGTSTP || number == SIGTTIN || number == SIGTTOU;
}

void die_by(int number) {
	if (only_stops(number)) {
		_exit(128 + number);
	}
	struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
	signal(number, SIG_DFL);
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, number);
	/* Unblocked before kill, or, inside its own handler, after it: either way it is pending now and delivered at once. */
	kill(getpid(), number);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	/* a signal whose default is to do nothing */
	_exit(128 + number);
}
