import {spawn} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import {end, filesBelow, lowPort, untilConnectable} from './processes.js';
import type {SharedServer} from './shared-server.js';

const program = resolve(import.meta.dirname, '../../../node_modules/s3rver/bin/s3rver.js');
export const bucket = 'shared-cache';
/** What s3rver takes. */
export const login = {AWS_ACCESS_KEY_ID: 'S3RVER', AWS_SECRET_ACCESS_KEY: 'S3RVER'};

/** An S3 server that checks signatures, with one bucket. */
export async function startS3(port?: number): Promise<SharedServer> {
	const folder = mkdtempSync(join(tmpdir(), 's3-'));
	const listening = port ?? (await lowPort());
	const child = spawn(
		process.execPath,
		[
			...[program, '--address', '127.0.0.1', '--port', String(listening), '--silent'],
			...['--directory', folder, '--configure-bucket', bucket],
		],
		{stdio: 'ignore'},
	);
	await untilConnectable(child, listening);
	return {
		kind: 's3',
		port: listening,
		env: {
			...{SCCACHE_BUCKET: bucket, SCCACHE_ENDPOINT: `127.0.0.1:${listening}`},
			...{SCCACHE_REGION: 'us-east-1', SCCACHE_S3_USE_SSL: 'false', ...login},
		},
		process: child,
		objects: async () => filesBelow(join(folder, bucket), /_object$/),
		overwrite: async (name, bytes) => writeFileSync(join(folder, bucket, name), bytes),
		stop: async () => {
			await end(child);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
