/** RFC 4180, with the names of the first row's fields at the top. Nothing without rows. */
export function csv(rows: readonly object[]): string {
	const names = Object.keys(rows[0] ?? {});
	if (names.length === 0) return '';
	const lines = rows.map(row => names.map(name => cell((row as Record<string, unknown>)[name])));
	return [names, ...lines].map(line => `${line.join(',')}\r\n`).join('');
}

function cell(value: unknown): string {
	const text = value === null || value === undefined ? '' : String(value);
	return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
