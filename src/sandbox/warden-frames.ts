import {type ResourceLimits, resources} from './resource-limits.js';

/** What crosses between the server and its warden: src/warden/README.md. */

const requestTypes = {mount: 1, unmount: 2, clear: 3, run: 4, end: 5} as const;
const answerTypes = {done: 1, output: 2, ended: 3} as const;

export interface Mount {
	readonly type: 'overlay' | 'tmpfs';
	readonly target: string;
	/** As mount(2) has them. */
	readonly flags: number;
	readonly options: string;
}

export interface Enclosed {
	/** To be done before. */
	readonly mount?: Mount;
	readonly argv: readonly string[];
	/** Whom it runs as; undefined: as the server. */
	readonly user: {readonly uid: number; readonly gid: number} | undefined;
	/** Added to the server's own. */
	readonly niceness: number;
	/** The file that takes it into its group. */
	readonly cgroupProcs: string | undefined;
	readonly limits: ResourceLimits;
}

export const mountFrame = (id: number, mount: Mount): Buffer =>
	frame(id, requestTypes.mount, mountFields(mount));

export const unmountFrame = (id: number, target: string): Buffer =>
	frame(id, requestTypes.unmount, [text(target)]);

export const clearFrame = (
	id: number,
	mounted: string | undefined,
	paths: readonly string[],
): Buffer => frame(id, requestTypes.clear, [text(mounted ?? ''), ...texts(paths)]);

export const endFrame = (id: number): Buffer => frame(id, requestTypes.end, []);

export function runFrame(
	id: number,
	{mount, argv, user, niceness, cgroupProcs, limits}: Enclosed,
): Buffer {
	const limited = Object.entries(limits);
	return frame(id, requestTypes.run, [
		...mountFields(mount ?? {type: '', target: '', flags: 0, options: ''}),
		Buffer.from([user === undefined ? 0 : 1]),
		u32(user?.uid ?? 0),
		u32(user?.gid ?? 0),
		u32(niceness),
		text(cgroupProcs ?? ''),
		u32(limited.length),
		...limited.flatMap(([name, value]) => [
			u32(resources[name as keyof typeof resources]),
			u64(value),
		]),
		...texts(argv),
	]);
}

export type WardenAnswer = {readonly id: number} & (
	| {readonly kind: 'done'; readonly errno: number}
	| {readonly kind: 'output'; readonly descriptor: number; readonly bytes: Buffer}
	| {readonly kind: 'ended'; readonly waitStatus: number; readonly cpuMs: number}
);

/** The whole answers that a stream begins with, and what comes after them. */
export function wardenAnswers(stream: Buffer): {
	readonly answers: readonly WardenAnswer[];
	readonly rest: Buffer;
} {
	const answers: WardenAnswer[] = [];
	let rest = stream;
	while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE()) {
		const end = 4 + rest.readUInt32LE();
		answers.push(answerIn(rest.readUInt32LE(4), rest[8], rest.subarray(9, end)));
		rest = rest.subarray(end);
	}
	return {answers, rest};
}

function answerIn(id: number, type: number | undefined, payload: Buffer): WardenAnswer {
	if (type === answerTypes.done) return {id, kind: 'done', errno: payload.readInt32LE()};
	if (type === answerTypes.output) {
		return {id, kind: 'output', descriptor: payload.readUInt8(), bytes: payload.subarray(1)};
	}
	if (type !== answerTypes.ended) throw new Error(`the warden answers with ${type}`);
	const cpuMs = Number(payload.readBigUInt64LE(4)) / 1000;
	return {id, kind: 'ended', waitStatus: payload.readInt32LE(), cpuMs};
}

function mountFields({
	type,
	target,
	flags,
	options,
}: Omit<Mount, 'type'> & {readonly type: string}) {
	return [text(type), text(target), u32(flags), text(options)];
}

function frame(id: number, type: number, fields: readonly Buffer[]): Buffer {
	const sizeBytes = fields.reduce((sum, {length}) => sum + length, 0);
	return Buffer.concat([u32(5 + sizeBytes), u32(id), Buffer.from([type]), ...fields]);
}

function u32(value: number): Buffer {
	const bytes = Buffer.allocUnsafe(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

function u64(value: number): Buffer {
	const bytes = Buffer.allocUnsafe(8);
	bytes.writeBigUInt64LE(BigInt(value));
	return bytes;
}

function text(value: string): Buffer {
	const bytes = Buffer.from(value);
	return Buffer.concat([u32(bytes.length), bytes]);
}

const texts = (values: readonly string[]): Buffer[] => [u32(values.length), ...values.map(text)];
