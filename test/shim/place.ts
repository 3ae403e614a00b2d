import {execFileSync, spawn} from 'node:child_process';
import {
	chmodSync,
	copyFileSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {delimiter, join, resolve} from 'node:path';
import {type Script, ScriptedDaemon} from './scripted-daemon.js';

export const builtShim = resolve(import.meta.dirname, '../../bin/sccache');
export const packageFolder = resolve(import.meta.dirname, '../../..');

export interface Ended {
	readonly code: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: Buffer;
	readonly stderr: Buffer;
}

export interface RunOptions {
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	readonly stdin?: Buffer;
	readonly argv0?: string;
	readonly uid?: number;
	/** File descriptors in place of pipes. */
	readonly stdio?: readonly (number | 'pipe' | 'ignore')[];
	readonly onStart?: (pid: number) => void;
}

/** Builds the shim with ASan and UBSan into `folder`. */
export function buildSanitized(folder: string): string {
	const out = join(folder, 'sccache');
	execFileSync('sh', ['src/shim/build.sh', out], {
		cwd: packageFolder,
		env: {...process.env, SANITIZE: '1'},
		stdio: 'pipe',
	});
	return out;
}

/** A folder with shims, room for real programs, and a place to compile in. */
export class Place {
	readonly folder = mkdtempSync(join(tmpdir(), 'shim-'));
	readonly shims = join(this.folder, 'shims');
	readonly real = join(this.folder, 'real');
	readonly work = join(this.folder, 'work');
	readonly socket = join(this.folder, 's');
	readonly shim = join(this.shims, 'sccache');

	constructor(names: readonly string[] = ['gcc'], shim: string = builtShim) {
		chmodSync(this.folder, 0o755);
		for (const folder of [this.shims, this.real, this.work]) {
			mkdirSync(folder);
		}
		copyFileSync(shim, this.shim);
		chmodSync(this.shim, 0o755);
		for (const name of names) {
			linkSync(this.shim, join(this.shims, name));
		}
	}

	/** A real program that is a shell script. */
	script(name: string, body: string, folder: string = this.real): string {
		const path = join(folder, name);
		writeFileSync(path, `#!/bin/sh\n${body}\n`, {mode: 0o755});
		return path;
	}

	/** A stand-in for the compiler that says how it was called. */
	fakeCompiler(name = 'gcc'): string {
		return this.script(name, 'echo "real $0 $*"; exit 9');
	}

	get environment(): Record<string, string> {
		return {
			PATH: [this.shims, this.real, '/usr/bin', '/bin'].join(delimiter),
			SCCACHE_SERVER_UDS: this.socket,
			LC_ALL: 'C',
		};
	}

	run(command: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
		const program = command.includes('/') ? command : join(this.shims, command);
		return new Promise((done, fail) => {
			const child = spawn(program, args, {
				cwd: options.cwd ?? this.work,
				env: {...this.environment, ...options.env},
				stdio: [...(options.stdio ?? ['pipe', 'pipe', 'pipe'])],
				...(options.argv0 === undefined ? {} : {argv0: options.argv0}),
				...(options.uid === undefined ? {} : {uid: options.uid, gid: options.uid}),
			});
			const stdout: Buffer[] = [];
			const stderr: Buffer[] = [];
			child.stdout?.on('data', chunk => stdout.push(chunk));
			child.stderr?.on('data', chunk => stderr.push(chunk));
			child.stdin?.on('error', () => {});
			child.stdin?.end(options.stdin ?? '');
			child.on('error', fail);
			child.on('close', (code, signal) =>
				done({code, signal, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr)}),
			);
			if (child.pid !== undefined) {
				options.onStart?.(child.pid);
			}
		});
	}

	/** Runs one shim against a daemon that plays `script`. */
	async against(
		script: Script,
		command: string,
		args: readonly string[],
		options: RunOptions = {},
	): Promise<Ended> {
		const daemon = await new ScriptedDaemon(this.socket, script).start();
		try {
			return await this.run(command, args, options);
		} finally {
			await daemon.stop();
		}
	}

	remove(): void {
		rmSync(this.folder, {recursive: true, force: true});
	}
}

/** A part of the folder's life in a test: made before, removed after, whatever happens. */
export async function inPlace(
	body: (place: Place) => Promise<void>,
	names?: readonly string[],
	shim?: string,
): Promise<void> {
	const place = new Place(names, shim);
	try {
		await body(place);
	} finally {
		place.remove();
	}
}
