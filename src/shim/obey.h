#ifndef OBEY_H
#define OBEY_H

/* Does what the daemon says until one of its words ends us. */
_Noreturn void obey(void);

#endif
