#ifndef COMPILE_REQUEST_H
#define COMPILE_REQUEST_H

/* Sends COMPILE. Gives up when it would be too long, or when there is no current folder. `args`: without argv[0]. */
void send_compile_request(const char *invoked, const char *compiler, char **args);

#endif
