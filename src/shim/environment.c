#include "environment.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What may change a compile, or tell us how to go about it. A trailing * is a prefix. */
static const char *const sent[] = {
	"PATH",
	"PWD",
	"TMPDIR",
	"HOME",
	"TERM",
	"TZ",
	"COLORTERM",
	"NO_COLOR",
	"LANG",
	"LANGUAGE",
	"LC_*",
	"CPATH",
	"C_INCLUDE_PATH",
	"CPLUS_INCLUDE_PATH",
	"OBJC_INCLUDE_PATH",
	"OBJCPLUS_INCLUDE_PATH",
	"COMPILER_PATH",
	"LIBRARY_PATH",
	"LD_LIBRARY_PATH",
	"GCC_EXEC_PREFIX",
	"GCC_COLORS",
	"GCC_URLS",
	"TERM_URLS",
	"GCC_COMPARE_DEBUG",
	"GCC_EXTRA_DIAGNOSTIC_OUTPUT",
	"DEPENDENCIES_OUTPUT",
	"SUNPRO_DEPENDENCIES",
	"SOURCE_DATE_EPOCH",
	"CCC_OVERRIDE_OPTIONS",
	"CC_PRINT_*",
	"CC_LOG_DIAGNOSTICS",
	"CLANG_NO_DEFAULT_CONFIG",
	"SDKROOT",
	"MACOSX_DEPLOYMENT_TARGET",
	"PORTAGE_BUILDDIR",
	"SCCACHE_*",
};

/* A name that holds one of these holds a secret; it stays here. */
static const char *const secret[] = {"TOKEN", "PASSWORD", "KEY", "SECRET"};

static bool is_secret(const char *pair, size_t name_bytes) {
	for (size_t i = 0; i < sizeof secret / sizeof secret[0]; i++) {
		if (memmem(pair, name_bytes, secret[i], strlen(secret[i])) != NULL) {
			return true;
		}
	}
	return false;
}

static bool matches(const char *pair, size_t name_bytes, const char *pattern) {
	size_t bytes = strlen(pattern);
	if (pattern[bytes - 1] == '*') {
		bytes--;
		return name_bytes >= bytes && memcmp(pair, pattern, bytes) == 0;
	}
	return name_bytes == bytes && memcmp(pair, pattern, bytes) == 0;
}

bool environment_is_sent(const char *pair, bool all) {
	const char *equals = strchr(pair, '=');
	if (equals == NULL) {
		return false;
	}
	size_t name_bytes = (size_t)(equals - pair);
	if (all) {
		return !is_secret(pair, name_bytes);
	}
	for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
		if (matches(pair, name_bytes, sent[i])) {
			return !is_secret(pair, name_bytes);
		}
	}
	return false;
}

char **environment_with(const char *const *changes, size_t count) {
	size_t used = 0;
	while (environ[used] != NULL) {
		used++;
	}
	char **result = malloc((used + count + 1) * sizeof *result);
	if (result == NULL) {
		return NULL;
	}
	memcpy(result, environ, used * sizeof *result);
	for (size_t i = 0; i < count; i++) {
		size_t name_bytes = strcspn(changes[i], "=");
		size_t kept = 0;
		for (size_t j = 0; j < used; j++) {
			if (strncmp(result[j], changes[i], name_bytes) != 0 || result[j][name_bytes] != '=') {
				result[kept++] = result[j];
			}
		}
		used = kept;
		if (changes[i][name_bytes] == '=') {
			/* execve wants them writable and never writes */
			result[used++] = (char *)(size_t)changes[i];
		}
	}
	result[used] = NULL;
	return result;
}
