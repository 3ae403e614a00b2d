import {spawnSync} from 'node:child_process';
import {dirname, join} from 'node:path';
import {type Farm, program, realPath} from '../e2e/farm.js';

export interface Said {
	readonly code: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

/** `sccache-gentoo` as built, told of this daemon. */
export function gentoo(farm: Farm, args: readonly string[], cwd = farm.work): Said {
	const {status, stdout, stderr} = spawnSync(join(dirname(program), 'sccache-gentoo'), [...args], {
		cwd,
		encoding: 'utf8',
		env: {
			SCCACHE_SERVER_UDS: farm.socket,
			HOME: '/nonexistent',
			PATH: `${dirname(process.execPath)}:${realPath}`,
		},
	});
	return {code: status, stdout, stderr};
}
