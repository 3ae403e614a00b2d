import {createHash} from 'node:crypto';

/** A file that an ebuild fetches, as its Manifest names it (GLEP 74). */
export function manifestLine(name: string, bytes: Buffer): string {
	const digest = (algorithm: string) => createHash(algorithm).update(bytes).digest('hex');
	return `DIST ${name} ${bytes.length} BLAKE2B ${digest('blake2b512')} SHA512 ${digest('sha512')}`;
}

/** The Manifest with these lines, each in the place of the one for the same file; sorted, as `pkgdev manifest` leaves it. */
export function withManifestLines(manifest: string, lines: readonly string[]): string {
	const nameOf = (line: string) => line.split(' ')[1];
	const names = new Set(lines.map(nameOf));
	const kept = manifest.split('\n').filter(line => line !== '' && !names.has(nameOf(line)));
	return `${[...kept, ...lines].sort().join('\n')}\n`;
}
