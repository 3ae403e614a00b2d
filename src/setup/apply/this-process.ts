import {readFileSync} from 'node:fs';

/** A process that no other is taken for, also after a restart of the machine: boot, number, start. */
export function thisProcess(): string {
	return `${bootId()} ${process.pid} ${startOf(process.pid) ?? ''}`;
}

export function stillRuns(name: string): boolean {
	const [boot, pid = '', start] = name.split(' ');
	return boot === bootId() && /^\d+$/.test(pid) && startOf(Number(pid)) === start;
}

function bootId(): string {
	return (read('/proc/sys/kernel/random/boot_id') ?? '').trim();
}

/** In clock ticks since the boot: field 22 of proc_pid_stat(5), the name in field 2 may hold anything. */
function startOf(pid: number): string | undefined {
	const text = read(`/proc/${pid}/stat`);
	return text?.slice(text.lastIndexOf(')') + 2).split(' ')[19];
}

function read(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return undefined;
	}
}
