#ifndef SIGNALS_H
#define SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

/* From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT clean up before they kill, or go to the child; SIGPIPE is an error code. */
void signals_take(void);

/* What we found at the start, for a program that takes our place. */
void signals_give_back(void);

/* For posix_spawn: the mask that we found, and the signals whose default must be restored. */
const sigset_t *signals_first_mask(void);
void signals_to_reset(sigset_t *set);

/* Between these two no signal is lost and none is forwarded: the child is being made, or being reaped. */
void signals_hold(void);
void signals_release(void);

/* Whom to forward to; 0: nobody. Call it while held. */
void signals_forward_to(pid_t child);

/* The last signal that was forwarded, or 0. */
int signals_forwarded(void);

/* The mask under which ppoll notices that a child ended. Outside of it SIGCHLD waits. */
const sigset_t *signals_waiting_mask(void);

/* Ends as if `number` had hit us: temps are gone, no core of ours is left. */
_Noreturn void die_by(int number);

#endif
