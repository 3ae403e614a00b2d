import {closeSync, readdirSync, readFileSync} from 'node:fs';

/** O_CLOEXEC as /proc/PID/fdinfo shows it, on every architecture that Gentoo has Node for. */
const closeOnExec = 0o2000000;
const firstOfOurs = 3;

/**
 * Closes what whoever started us left open, so that no child gets it. All that Node opens is closed on exec, what was inherited is
 * not: that tells them apart.
 */
export function closeInherited(): void {
	for (const name of readdirSync('/proc/self/fd')) {
		const descriptor = Number(name);
		if (descriptor >= firstOfOurs && isInherited(descriptor)) closeSync(descriptor);
	}
}

function isInherited(descriptor: number): boolean {
	try {
		const text = readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1');
		const flags = Number.parseInt(/^flags:\s*(\d+)$/m.exec(text)?.[1] ?? '', 8);
		return (flags & closeOnExec) === 0;
	} catch {
		return false;
	}
}
