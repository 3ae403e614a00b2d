#ifndef REQUESTS_H
#define REQUESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request {
	uint32_t id;
	uint8_t type;
	/* The payload that is not consumed yet. */
	unsigned char *at;
	unsigned char *end;
};

/* Takes in what has come. Ends the process when nothing more can come. */
void requests_read(void);
/* The next one that is whole; valid until the next requests_read. */
bool requests_next(struct request *request);

/* A field that is not there ends the process: only the server could have sent that. */
uint64_t field_le(struct request *request, int bytes);
/* A string, terminated; to be freed. */
char *field_str(struct request *request);
uint32_t field_count(struct request *request);

#endif
