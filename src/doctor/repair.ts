import {chmodSync, chownSync, existsSync} from 'node:fs';
import {join} from 'node:path';
import {run} from '../exec/run.js';
import {AppError} from '../lib/errors.js';
import {makeOpenFolder} from '../lib/make-folder.js';
import {refreshLinks} from '../links/folder.js';
import {octal} from './access.js';
import {initOf, serviceCommand} from './service.js';
import type {Repair} from './verdict.js';

const startMs = 60_000;

/** Does one, and says what was done. Throws what the system does, and AppError where no init system runs. */
export async function doRepair(repair: Repair, program: string): Promise<string> {
	switch (repair.kind) {
		case 'refresh links': {
			const {folder, searchPath, root} = repair;
			const changed = refreshLinks({folder, program, root}, searchPath).filter(
				({action}) => action !== 'keep' && action !== 'refuse',
			);
			return `${changed.length} links of ${folder} brought up to date`;
		}
		case 'mode':
			chmodSync(repair.path, repair.mode);
			return `${repair.path} is ${octal(repair.mode)} now`;
		case 'owner':
			chownSync(repair.path, repair.uid, repair.gid);
			return `${repair.path} belongs to ${repair.uid}:${repair.gid} now`;
		case 'folder':
			makeOpenFolder(repair.path, 0o755);
			chmodSync(repair.path, repair.mode);
			chownSync(repair.path, repair.uid, repair.gid);
			return `${repair.path} made`;
		case 'start': {
			const init = initOf(existsSync);
			if (init === undefined) {
				throw new AppError(
					'DAEMON_FAILED',
					`no init system runs that could start ${repair.service}`,
				);
			}
			const command = serviceCommand(init, 'start', repair.service);
			await start(command.split(' '));
			return `${command}: done`;
		}
	}
}

async function start(command: readonly string[]): Promise<void> {
	const [name = '', ...args] = command;
	const folder = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'].find(one =>
		existsSync(join(one, name)),
	);
	const {exit, stderr} = await run([join(folder ?? '/usr/bin', name), ...args], {
		env: {PATH: '/usr/sbin:/usr/bin:/sbin:/bin'},
		timeoutMs: startMs,
	});
	if ('code' in exit && exit.code === 0) return;
	throw new AppError('DAEMON_FAILED', `${command.join(' ')}: ${stderr.toString().trim()}`);
}
