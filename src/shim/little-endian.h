#ifndef LITTLE_ENDIAN_H
#define LITTLE_ENDIAN_H

#include <stdint.h>
#include <string.h>

/* Integers as they cross the socket, whatever this machine's byte order. Each put_ returns where the next goes. */

static inline unsigned char *put_le(unsigned char *to, uint64_t value, int bytes) {
	for (int i = 0; i < bytes; i++) {
		to[i] = (unsigned char)(value >> (8 * i));
	}
	return to + bytes;
}

static inline unsigned char *put_bytes(unsigned char *to, const void *from, size_t bytes) {
	memcpy(to, from, bytes);
	return to + bytes;
}

static inline unsigned char *put_str(unsigned char *to, const char *text) {
	size_t bytes = strlen(text);
	return put_bytes(put_le(to, bytes, 4), text, bytes);
}

static inline uint64_t get_le(const unsigned char *from, int bytes) {
	uint64_t value = 0;
	for (int i = 0; i < bytes; i++) {
		value |= (uint64_t)from[i] << (8 * i);
	}
	return value;
}

#endif
