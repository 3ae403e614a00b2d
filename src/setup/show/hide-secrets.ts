const hidden = '…hidden…';

/** Keys of ours whose values are no secret. */
const openKeys = [
	'public_addr',
	'bind_address',
	'scheduler_url',
	'type',
	'toolchain_cache_size',
	'toolchains',
	'cache_dir',
	'build_dir',
	'bwrap_path',
	'max_jobs',
	'memory_per_job',
];

const secretKey = /token|secret|passw|key/i;
const header = /^\s*\[\[?[\w.-]+\]\]?\s*$/;
const ownComment = /^# See sccache-\w+\.conf\(5\)\.$/;
const plainValue = /^(?:[+-]?[\d_.]+|true|false|\[\s*\])$/;
const textValue = /^(?:"[^"\\@]*"|'[^'@]*')$/;

/** A line of a file that holds secrets, shown if it certainly holds none; else its key alone, if it has one. */
export function showKnown(line: string): string {
	const bare = line.replace(/\r$/, '');
	if (bare.trim() === '' || header.test(bare) || ownComment.test(bare)) return line;
	const [, key = '', value = ''] = /^\s*([\w-]+)\s*=\s*(.*?)\s*$/.exec(bare) ?? [];
	if (key === '') return hidden;
	const isOpen =
		!secretKey.test(key) &&
		(plainValue.test(value) || (openKeys.includes(key) && textValue.test(value)));
	return isOpen ? line : `${key} = ${hidden}`;
}

/** A line of any other file without what looks like a secret: values of keys that name such, and passwords in URLs. */
export function hideSecrets(line: string): string {
	return line
		.replace(
			/((?:token|secret_key|secret|passw(?:or)?d|connection_string)\w*["']?\s*=\s*)(?!\s).+$/i,
			`$1"${hidden}"`,
		)
		.replace(/(:\/\/)[^\s/@"']+@/g, `$1${hidden}@`);
}
