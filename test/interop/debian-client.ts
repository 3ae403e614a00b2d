import {execFileSync} from 'node:child_process';
import {existsSync, mkdtempSync, readdirSync, renameSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {cacheFolder, type Missing, type Upstream} from './found.js';
import {openPrivateApt, type PrivateApt} from './private-apt.js';
import {runs, versionOf} from './version-of.js';

/** Releases whose `sccache` can distribute: 0.10 and, in the one that moves, the newest. */
const releases = ['trixie', 'sid'];
/** They were linked against a newer C library than this machine may have: it comes along. */
const packages = ['sccache', 'libc6', 'libgcc-s1', 'libssl3t64', 'libzstd1', 'zlib1g'];

/** Mozilla's client as Debian builds it; cached. */
export function debianClients(): (Upstream | Missing)[] {
	const folder = mkdtempSync(join(tmpdir(), 'sccache-apt-'));
	let apt: PrivateApt | undefined;
	try {
		return releases.map(release => {
			const from = `Debian's package, ${release}`;
			try {
				const program = programOf(join(cacheFolder, release));
				if (!runs(program)) {
					apt ??= openPrivateApt(join(folder, 'apt'), releases);
					fetchClient(apt, release, join(folder, 'patchelf'));
				}
				return {version: versionOf(program), program, from};
			} catch (error) {
				return {what: from, reason: (error as Error).message};
			}
		});
	} finally {
		rmSync(folder, {recursive: true, force: true});
	}
}

const programOf = (place: string): string => join(place, 'usr/bin/sccache');

function fetchClient(apt: PrivateApt, release: string, patchelfPlace: string): void {
	const place = join(cacheFolder, release);
	const fresh = `${place}.new`;
	rmSync(fresh, {recursive: true, force: true});
	rmSync(place, {recursive: true, force: true});
	const patchelf = join(patchelfPlace, 'usr/bin/patchelf');
	if (!existsSync(patchelf)) apt.unpack(apt.release, ['patchelf'], patchelfPlace);
	apt.unpack(release, packages, fresh);
	const original = execFileSync(patchelf, ['--print-interpreter', programOf(fresh)], {
		encoding: 'utf8',
	}).trim();
	const libraries = librariesIn(fresh, basename(original)).replace(fresh, place);
	// An rpath of the old kind: it holds for the libraries of the libraries too.
	execFileSync(patchelf, [
		'--set-interpreter',
		join(libraries, basename(original)),
		'--force-rpath',
		'--set-rpath',
		libraries,
		programOf(fresh),
	]);
	renameSync(fresh, place);
}

/** The folder of the unpacked packages that holds the interpreter and all libraries. */
function librariesIn(place: string, interpreter: string): string {
	for (const name of readdirSync(join(place, 'usr/lib'))) {
		const folder = join(place, 'usr/lib', name);
		if (existsSync(join(folder, interpreter)) && existsSync(join(folder, 'libc.so.6'))) {
			return folder;
		}
	}
	throw new Error('the C library of the release was not found');
}
