import {createHash} from 'node:crypto';
import {createInterface} from 'node:readline';
import {AppError} from '../../src/lib/errors.js';
import {openSandbox, type Sandbox, type SandboxOptions} from '../../src/sandbox/open.js';

/**
 * A program that holds a sandbox: run in a mount namespace of its own, as the build server is. Options are its argument, each line of
 * stdin a call, each line of stdout an answer. What is bytes here is base64 there.
 */

export interface Call {
	readonly id: number;
	readonly what: 'run' | 'abort' | 'cleared' | 'mounts' | 'close';
	readonly job?: WireJob;
}

interface WireInput {
	readonly path: string;
	readonly mode: number;
	readonly mtimeS: number;
	readonly base64: string;
}

export interface WireJob {
	readonly toolchainFolder: string;
	readonly shared?: {readonly key: string; readonly files: readonly WireInput[]};
	readonly inputs: readonly WireInput[];
	readonly folders?: readonly string[];
	readonly command: {
		readonly executable: string;
		readonly arguments: readonly string[];
		readonly cwd: string;
		readonly env: readonly (readonly [string, string])[];
	};
	readonly outputs: readonly string[];
	readonly limits: {
		readonly wallMs: number;
		readonly processes: number;
		readonly openFiles: number;
		readonly outputBytes: number;
		readonly memoryBytes?: number;
	};
	readonly nice?: number;
}

/** What `openSandbox` gives and throws goes through stdout. */
async function main(): Promise<void> {
	const options = JSON.parse(process.argv[2] ?? '{}') as SandboxOptions;
	const sandbox = await openSandbox(options);
	answer({id: 0, result: {limitsBy: sandbox.limitsBy}});
	const aborts = new Map<number, AbortController>();
	for await (const line of createInterface({input: process.stdin})) {
		const call = JSON.parse(line) as Call;
		if (call.what === 'abort') aborts.get(call.id)?.abort();
		else {
			const abort = new AbortController();
			aborts.set(call.id, abort);
			void settle(call.id, obey(sandbox, call, abort.signal));
		}
	}
}

async function obey(sandbox: Sandbox, call: Call, signal: AbortSignal): Promise<unknown> {
	if (call.what === 'cleared') return sandbox.cleared();
	if (call.what === 'close') return sandbox.close();
	const {readFileSync} = await import('node:fs');
	if (call.what === 'mounts') return readFileSync('/proc/self/mounts', 'utf8');
	const job = call.job as WireJob;
	const {shared, ...own} = job;
	const result = await sandbox.run({
		...own,
		inputs: job.inputs.map(inputIn),
		...(shared && {
			shared: sandbox.hold(shared.key) ?? {...shared, files: shared.files.map(inputIn)},
		}),
		signal,
	});
	return {
		...result,
		stdout: result.stdout.toString(),
		stderr: result.stderr.toString(),
		outputs: result.outputs.map(({path, mode, bytes}) => ({
			path,
			mode,
			text: bytes.toString('latin1'),
		})),
	};
}

function inputIn({path, mode, mtimeS, base64}: WireInput) {
	const bytes = Buffer.from(base64, 'base64');
	return {path, mode, mtimeS, bytes, digest: createHash('sha256').update(bytes).digest()};
}

async function settle(id: number, work: Promise<unknown>): Promise<void> {
	try {
		answer({id, result: (await work) ?? null});
	} catch (error) {
		answer({id, error: describe(error)});
	}
}

function describe(error: unknown): unknown {
	if (error instanceof AppError)
		return {code: error.code, message: error.message, hint: error.hint ?? ''};
	return {code: 'bug', message: String(error)};
}

function answer(message: unknown): void {
	process.stdout.write(`${JSON.stringify(message)}\n`);
}

try {
	await main();
} catch (error) {
	answer({id: 0, error: describe(error)});
}
