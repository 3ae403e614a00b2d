#ifndef CONNECT_H
#define CONNECT_H

/* A socket to a daemon that may be trusted, deadlines set. -1: there is none. */
int connect_to_daemon(void);

#endif
