import {spawn, spawnSync} from 'node:child_process';
import {mkdirSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import type {RunJobRequest} from '../../src/protocol/dist/messages.js';
import type {Done} from './strict-v1-farm.js';

/** Why `runBeside` can't be used. */
export function unableBeside(): string | undefined {
	const probe = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']);
	return probe.status === 0 ? undefined : 'bubblewrap does not run';
}

/** Runs a job with the compiler of this machine, where of the job's own folder only what was sent can be seen. */
export async function runBeside(
	{command, outputs: names}: RunJobRequest,
	inputs: Buffer,
): Promise<Done> {
	const {executable, arguments: args, cwd} = command;
	const folder = mkdtempSync(join(tmpdir(), 'sccache-beside-'));
	try {
		// Of its own, as upstream's servers have it: before the inputs.
		mkdirSync(join(folder, cwd), {recursive: true});
		spawnSync('tar', ['-x', '-C', folder], {input: inputs});
		const sandbox = ['--ro-bind', '/', '/', '--bind', join(folder, cwd), cwd, '--chdir', cwd];
		const {code, stderr} = await run('bwrap', [...sandbox, executable, ...args]);
		const outputs = new Map<string, Buffer>();
		for (const name of names) {
			try {
				outputs.set(name, readFileSync(join(folder, resolve(cwd, name))));
			} catch {}
		}
		return {code, stderr, outputs};
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

function run(
	program: string,
	args: readonly string[],
): Promise<{readonly code: number; readonly stderr: Buffer}> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {
			stdio: ['ignore', 'ignore', 'pipe'],
			env: {PATH: '/usr/bin:/bin', LANG: 'C.UTF-8'},
		});
		const stderr: Buffer[] = [];
		child.stderr.on('data', chunk => stderr.push(chunk as Buffer));
		child.once('error', reject);
		child.once('close', code => resolve({code: code ?? 255, stderr: Buffer.concat(stderr)}));
	});
}
