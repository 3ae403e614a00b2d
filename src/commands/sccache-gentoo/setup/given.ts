import {randomBytes} from 'node:crypto';
import {existsSync, readFileSync, statfsSync} from 'node:fs';
import {availableParallelism, networkInterfaces, totalmem} from 'node:os';
import {dirname, join} from 'node:path';
import {readSecretFile} from '../../../config/secret-file.js';
import {AppError, systemCode} from '../../../lib/errors.js';
import type {Secret} from '../../../lib/secret.js';
import {outsideAddresses} from '../../../setup/ask/detect.js';
import type {Given, Host} from '../../../setup/ask/given.js';
import type {Role} from '../../../setup/plan/answers.js';
import {pathChoice} from './flags.js';
import type {SetupFlags} from './run-setup.js';

/** What the flags have answered. */
export function givenBy(roles: readonly Role[] | undefined, flags: SetupFlags): Given {
	return {
		roles,
		eprefix: flags.eprefix,
		init: flags.init,
		joinCode: joinCodeFrom(flags['join-code-file']),
		schedulerAddress: flags['scheduler-address'],
		serverAddress: flags['server-address'],
		schedulerUrl: flags['scheduler-url'],
		clientToken: secretFrom(flags['client-token-file']),
		serverToken: secretFrom(flags['server-token-file']),
		cacheSize: flags['cache-size'],
		toolchainCacheSize: flags['toolchain-cache-size'],
		maxJobs: flags['max-jobs'],
		memoryPerJob: flags['memory-per-job'],
		path: pathChoice(flags),
		switchWrappers: flags.switch,
		reports: flags.report,
		excludeKnown: flags['exclude-known'],
		shimFolder: flags['links-folder'] ?? '',
		program: flags.program ?? '',
	};
}

/** `-`: standard input. Throws SETUP_INVALID. */
function joinCodeFrom(file: string | undefined): string | undefined {
	if (file === undefined) return undefined;
	try {
		return readFileSync(file === '-' ? 0 : file, 'utf8');
	} catch (error) {
		const message = `the join code cannot be read from ${file} (${systemCode(error)})`;
		throw new AppError('SETUP_INVALID', message);
	}
}

const secretFrom = (file: string | undefined): Secret | undefined =>
	file === undefined ? undefined : readSecretFile(file === '-' ? '/dev/stdin' : file).secret;

/** What this machine offers. */
export function hostOf(base: string): Host {
	const {bavail, bsize} = statfsSync(nearest(join(base, '/var/cache/sccache/cache')));
	return {
		addresses: outsideAddresses(networkInterfaces()),
		freeBytes: bavail * bsize,
		memoryBytes: totalmem(),
		cores: availableParallelism(),
		randomBytes,
	};
}

const nearest = (path: string): string =>
	path === '/' || existsSync(path) ? path : nearest(dirname(path));
