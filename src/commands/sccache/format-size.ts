/** Bytes as upstream prints them: whole, in the largest binary unit that leaves at least one. */
export function formatSize(bytes: number): string {
	const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
	let value = bytes;
	let unit = 0;
	while (value >= 1024 && unit < units.length - 1) {
		value /= 1024;
		unit += 1;
	}
	return `${Math.floor(value)} ${units[unit]}`;
}
