import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import {cacheFolder, type Missing, type Upstream} from './found.js';
import {runs, versionOf} from './version-of.js';

const version = '0.17.0';
const buildMs = 45 * 60_000;

/** Mozilla's scheduler and build server, which no package of Debian's holds: built from crates.io, where that answers; kept. */
export function builtFarm(): Upstream | Missing {
	const from = `crates.io, sccache ${version}`;
	const root = join(cacheFolder, `cargo-${version}`);
	const program = join(root, 'bin/sccache-dist');
	const failure = runs(program) ? undefined : build(root);
	if (failure !== undefined) return {what: `sccache-dist from ${from}`, reason: failure};
	return {version: versionOf(program), program, from};
}

/** Why it could not be done. */
function build(root: string): string | undefined {
	const {RUSTC_WRAPPER: _, ...env} = process.env;
	const features = ['--no-default-features', '--features', 'dist-client,dist-server'];
	const {status, error, stderr} = spawnSync(
		'cargo',
		['install', 'sccache', '--version', version, '--locked', ...features, '--root', root],
		{
			encoding: 'utf8',
			env: {...env, CARGO_NET_RETRY: '0', CARGO_HTTP_TIMEOUT: '10', CARGO_TERM_COLOR: 'never'},
			stdio: ['ignore', 'ignore', 'pipe'],
			timeout: buildMs,
		},
	);
	if (status === 0) return undefined;
	const said = (stderr ?? '')
		.trim()
		.split('\n')
		.map(line => line.trim());
	return error?.message ?? said.at(-1) ?? `cargo ended with ${status}`;
}
