import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** Source files of the project. */
export const sourceCount = 50;
const headerCount = 12;
/** Sources that differ from one version to the next. */
const changed = 3;

/** A project in C, as Portage lays it out; what it returns is the folder of its sources. */
export function writeVersion(portage: string, version: number): string {
	const name = `project-1.${version}`;
	const folder = join(portage, 'dev-test', name, 'work', name);
	mkdirSync(join(folder, 'include'), {recursive: true});
	mkdirSync(join(folder, '../build'));
	for (let n = 0; n < headerCount; n++) {
		writeFileSync(
			join(folder, 'include', `part${n}.h`),
			`#ifndef PART${n}_H\n#define PART${n}_H\n#include <stddef.h>\nstruct part${n} { int value; size_t size; };\nint part${n}_sum(const struct part${n} *);\n#endif\n`,
		);
	}
	for (let n = 0; n < sourceCount; n++) {
		const headers = [n, n + 1, n + 5]
			.map(each => `#include "part${each % headerCount}.h"\n`)
			.join('');
		const news = n < changed ? `int since_${n}(void) { return ${version}; }\n` : '';
		writeFileSync(
			join(folder, `source${n}.c`),
			`#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n${headers}${news}
int source${n}(const struct part${n % headerCount} *parts, int count) {
	int sum = ${n};
	for (int i = 0; i < count; i++) sum += parts[i].value * part${n % headerCount}_sum(&parts[i]);
	if (sum < 0) fprintf(stderr, "%d: %s\\n", sum, strerror(sum));
	return sum;
}
`,
		);
	}
	return folder;
}
