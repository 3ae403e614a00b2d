import {execFileSync} from 'node:child_process';
import {realpathSync} from 'node:fs';
import {delimiter, join, resolve} from 'node:path';

const ours = realpathSync(resolve(import.meta.dirname, '../../bin'));

/** Throws with the reason when it does not run here. */
export function versionOf(program: string): string {
	const said = execFileSync(program, ['--version'], {
		encoding: 'utf8',
		env: {HOME: '/nonexistent'},
	});
	const version = /^sccache(?:-dist)? (\d+\.\d+\.\S+)\s*$/.exec(said)?.[1];
	if (version === undefined) throw new Error(`${program} --version says ${JSON.stringify(said)}`);
	return version;
}

/** A copy that was moved does not: its interpreter is an absolute path. */
export function runs(program: string): boolean {
	try {
		return versionOf(program) !== '';
	} catch {
		return false;
	}
}

/** The first of this name in PATH that is Mozilla's. */
export function upstreamInPath(name: string): {program: string; version: string} | undefined {
	for (const folder of (process.env.PATH ?? '').split(delimiter)) {
		try {
			const program = realpathSync(join(folder, name));
			if (program.startsWith(ours) || !isUpstream(program)) continue;
			return {program, version: versionOf(program)};
		} catch {}
	}
	return undefined;
}

/** Its help lists what it was built with; the one of this project has nothing to choose from. */
function isUpstream(program: string): boolean {
	const help = execFileSync(program, ['--help'], {encoding: 'utf8', env: {HOME: '/nonexistent'}});
	return (
		/Enabled features:[\s\S]*dist-(client|server)/.test(help) || /^Usage: sccache-dist/m.test(help)
	);
}
