import {type ChildProcess, execFileSync, spawn, spawnSync} from 'node:child_process';
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	rmSync,
	symlinkSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join, resolve} from 'node:path';
import {createInterface} from 'node:readline';
import type {Call, WireJob} from './session.js';

const packageFolder = resolve(import.meta.dirname, '../../..');
const nobody = 65534;
export const inputMtimeS = 1_234_567_890;

type User = 'root' | 'user';

function succeeds(program: string, args: readonly string[]): boolean {
	return spawnSync(program, args).status === 0;
}

/** Why the sandbox can't be tested here as this kind of user. */
export function unable(user: User): string | undefined {
	if (process.getuid?.() !== 0) return 'not root';
	if (!existsSync('/usr/bin/bwrap')) return 'no bubblewrap';
	const asNobody = ['--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups', 'unshare'];
	if (!succeeds('setpriv', [...asNobody, '--user', '--mount', 'true']))
		return 'no user namespaces for ordinary users';
	if (user === 'root' && !succeeds('unshare', ['--mount', 'true'])) return 'no mount namespaces';
	return undefined;
}

export interface Answer {
	readonly exit: {readonly code?: number; readonly signal?: string};
	readonly stdout: string;
	readonly stderr: string;
	readonly outputs: readonly {path: string; mode: number; text: string}[];
	readonly wallMs: number;
	readonly cpuMs: number;
	readonly exceeded?: string;
}

export interface Refusal {
	readonly code: string;
	readonly message: string;
	readonly hint?: string;
}

/** A folder that everyone may pass through, with a toolchain: the shell, gcc for C, and the program that tries to escape. */
export class Place {
	readonly folder = mkdtempSync(join(tmpdir(), 'sandbox-'));
	readonly toolchain = join(this.folder, 'toolchain');
	readonly #children: ChildProcess[] = [];

	constructor() {
		chmodSync(this.folder, 0o755);
		for (const name of ['usr/bin', 'usr/lib', 'usr/lib64'])
			mkdirSync(join(this.toolchain, name), {recursive: true});
		for (const name of ['bin', 'lib', 'lib64'])
			symlinkSync(`usr/${name}`, join(this.toolchain, name));
		this.addProgram(realpathSync('/bin/sh'), '/usr/bin/sh');
		for (const name of ['cat', 'ls', 'cp', 'sleep', 'rm', 'chmod', 'sort', 'tail'])
			this.addProgram(`/bin/${name}`, `/usr/bin/${name}`);
		const escaper = join(this.folder, 'escape');
		execFileSync('gcc', ['-w', '-o', escaper, join(packageFolder, 'test/sandbox/escape.c')]);
		this.addProgram(escaper, '/usr/bin/escape');
	}

	/** gcc with what it needs to compile C, where it looks for it. */
	addGcc(): void {
		for (const name of ['cc1', 'as']) {
			const found = execFileSync('gcc', [`-print-prog-name=${name}`], {encoding: 'utf8'}).trim();
			const path = found.includes('/') ? found : `/usr/bin/${found}`;
			this.addProgram(realpathSync(path), path);
		}
		this.addProgram(realpathSync('/usr/bin/gcc'), '/usr/bin/gcc');
	}

	addProgram(path: string, as: string): void {
		this.#copy(path, as);
		const libraries = spawnSync('ldd', [path], {encoding: 'utf8'}).stdout;
		for (const [library] of libraries.matchAll(/\/\S+(?= \()/g)) {
			this.#copy(library, library);
		}
	}

	#copy(path: string, as: string): void {
		const to = join(this.toolchain, as);
		mkdirSync(dirname(to), {recursive: true});
		if (!existsSync(to)) copyFileSync(realpathSync(path), to);
	}

	/** The toolchain as this kind of server would have unpacked it: its own. */
	#toolchainOf(user: User): string {
		if (user === 'root') return this.toolchain;
		const copy = `${this.toolchain}-of-user`;
		if (!existsSync(copy)) {
			execFileSync('cp', ['-a', this.toolchain, copy]);
			execFileSync('chown', ['-hR', '--from=0:0', `${nobody}:${nobody}`, copy]);
		}
		return copy;
	}

	/** A build_dir that is not there yet. */
	newBuildDir(user: User = 'root'): string {
		const parent = mkdtempSync(join(this.folder, 'builds-'));
		chmodSync(parent, 0o777);
		return join(parent, user);
	}

	async open(user: User = 'root', options: Record<string, unknown> = {}): Promise<Session> {
		const all = {
			buildDir: this.newBuildDir(user),
			bwrapPath: 'bwrap',
			namespace: user,
			scratch: {bytes: 32 * 1024 ** 2},
			layerBytes: 4 * 1024 ** 2,
			user: {uid: nobody, gid: nobody},
			...options,
		};
		const program = [
			process.execPath,
			join(import.meta.dirname, 'session.js'),
			JSON.stringify(all),
		];
		const argv =
			user === 'root'
				? ['unshare', '--mount', '--propagation', 'private', '--', ...program]
				: [
						...['setpriv', '--reuid', `${nobody}`, '--regid', `${nobody}`, '--clear-groups', '--'],
						...['unshare', '--user', '--map-root-user', '--mount', '--', ...program],
					];
		// Descriptor 3 is one that whoever starts the server forgot to close.
		const child = spawn(argv[0] as string, argv.slice(1), {
			stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
		});
		this.#children.push(child);
		const session = new Session(child, this.#toolchainOf(user));
		await session.opened;
		return session;
	}

	async remove(): Promise<void> {
		for (const child of this.#children) {
			const closed = new Promise(done => child.once('close', done));
			if (child.exitCode !== null || child.signalCode !== null) continue;
			child.kill('SIGKILL');
			await closed;
		}
		rmSync(this.folder, {recursive: true, force: true});
	}
}

export class Session {
	readonly child: ChildProcess;
	readonly opened: Promise<unknown>;
	readonly #toolchain: string;
	readonly #waiting = new Map<
		number,
		{resolve: (value: never) => void; reject: (error: Refusal) => void}
	>();
	#id = 0;

	constructor(child: ChildProcess, toolchain: string) {
		this.child = child;
		this.#toolchain = toolchain;
		this.opened = this.#answer(0);
		const lines = createInterface({input: child.stdout as NodeJS.ReadableStream});
		lines.on('line', line => {
			const {id, result, error} = JSON.parse(line);
			const waiting = this.#waiting.get(id);
			this.#waiting.delete(id);
			if (error === undefined) waiting?.resolve(result as never);
			else waiting?.reject(error);
		});
	}

	#answer(id: number): Promise<never> {
		return new Promise((resolve, reject) => {
			this.#waiting.set(id, {resolve, reject});
		});
	}

	#call<Result>(call: Omit<Call, 'id'>): Promise<Result> {
		const id = ++this.#id;
		const answer = this.#answer(id);
		this.child.stdin?.write(`${JSON.stringify({...call, id})}\n`);
		return answer;
	}

	/** A job that runs `argv`; the rest as usual unless told. */
	run(argv: readonly string[], job: JobChanges = {}): Promise<Answer> {
		return this.#call({what: 'run', job: this.#job(argv, job)});
	}

	/** The same, and the way to end it. */
	start(argv: readonly string[], job: JobChanges = {}): {done: Promise<Answer>; abort: () => void} {
		const done = this.run(argv, job);
		const id = this.#id;
		const abort = () => {
			this.child.stdin?.write(`${JSON.stringify({id, what: 'abort'})}\n`);
		};
		return {done, abort};
	}

	cleared(): Promise<null> {
		return this.#call({what: 'cleared'});
	}

	mounts(): Promise<string> {
		return this.#call({what: 'mounts'});
	}

	close(): Promise<null> {
		return this.#call({what: 'close'});
	}

	#job([executable = '', ...args]: readonly string[], changes: JobChanges): WireJob {
		const {inputs = {}, shared, cwd = '/work', env = [], limits, ...rest} = changes;
		return {
			toolchainFolder: this.#toolchain,
			inputs: wireInputs(inputs),
			...(shared && {shared: {key: JSON.stringify(shared), files: wireInputs(shared)}}),
			command: {executable, arguments: args, cwd, env},
			outputs: [],
			limits: {
				wallMs: 60_000,
				processes: 32,
				openFiles: 128,
				outputBytes: 16 * 1024 ** 2,
				memoryBytes: 1024 ** 3,
				...limits,
			},
			...rest,
		};
	}
}

function wireInputs(inputs: Readonly<Record<string, string>>): WireJob['inputs'] {
	return Object.entries(inputs).map(([path, text]) => ({
		path,
		mode: 0o644,
		mtimeS: inputMtimeS,
		base64: Buffer.from(text).toString('base64'),
	}));
}

export interface JobChanges {
	/** Inputs that other jobs may have too. */
	readonly shared?: Readonly<Record<string, string>>;
	readonly inputs?: Readonly<Record<string, string>>;
	readonly folders?: readonly string[];
	readonly cwd?: string;
	readonly env?: readonly (readonly [string, string])[];
	readonly outputs?: readonly string[];
	readonly limits?: Partial<WireJob['limits']>;
	readonly toolchainFolder?: string;
	readonly nice?: number;
}
