import {execFileSync} from 'node:child_process';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** An apt with sources and lists of its own: the system's sources, lists and hooks stay out of it. */
export interface PrivateApt {
	/** The release of this machine, as sources name it. */
	readonly release: string;
	/** Unpacks the packages, all of one release, into one folder. */
	unpack(release: string, packages: readonly string[], into: string): void;
}

/** Throws with the reason when this machine's apt can't be used so. */
export function openPrivateApt(folder: string, releases: readonly string[]): PrivateApt {
	const release = debianRelease();
	const parts = ['state/lists/partial', 'cache/archives/partial'];
	for (const part of parts) mkdirSync(join(folder, part), {recursive: true});
	const mirror = mirrorOf(release);
	const sources = [release, ...releases]
		.map(each => `deb [signed-by=${keyring}] ${mirror} ${each} main\n`)
		.join('');
	writeFileSync(join(folder, 'sources.list'), sources);
	writeFileSync(join(folder, 'apt.conf'), configuration(folder));
	const env = {...process.env, APT_CONFIG: join(folder, 'apt.conf'), LC_ALL: 'C'};
	said('apt-get', ['update', '--error-on=any'], {env});
	return {
		release,
		unpack(release, packages, into) {
			const debs = join(folder, release);
			mkdirSync(debs, {recursive: true});
			mkdirSync(into, {recursive: true});
			said('apt-get', ['download', ...packages.map(name => `${name}/${release}`)], {
				env,
				cwd: debs,
			});
			const names = said('ls', [debs]).split('\n').filter(Boolean);
			for (const name of names) said('dpkg-deb', ['-x', join(debs, name), into]);
		},
	};
}

function debianRelease(): string {
	const text = readFileSync('/etc/os-release', 'utf8');
	const value = (name: string) => new RegExp(`^${name}="?([^"\n]*)`, 'm').exec(text)?.[1];
	const release = value('VERSION_CODENAME');
	if (value('ID') !== 'debian' || release === undefined) throw new Error('this is not a Debian');
	return release;
}

/** The machine's own mirror of Debian. */
function mirrorOf(release: string): string {
	const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
	const targets = said('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']);
	for (const line of targets.split('\n')) {
		const [uri, of, component] = line.split(' ');
		if (uri !== undefined && of === release && component === 'main') return uri;
	}
	throw new Error(`apt has no source of ${release} main`);
}

/** How the machine reaches its mirror is kept, nothing else of its configuration. */
function configuration(folder: string): string {
	const acquire = said('apt-config', ['dump'])
		.split('\n')
		.filter(line => line.startsWith('Acquire::'));
	return `${acquire.join('\n')}
Acquire::Languages "none";
APT::Sandbox::User "root";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "/dev/null";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::sourcelist "${join(folder, 'sources.list')}";
Dir::State "${join(folder, 'state')}";
Dir::Cache "${join(folder, 'cache')}";
`;
}

/** Throws with what the program said last. */
function said(
	program: string,
	args: readonly string[],
	options: {env?: NodeJS.ProcessEnv; cwd?: string} = {},
): string {
	try {
		return execFileSync(program, args, {encoding: 'utf8', timeout: 300_000, ...options});
	} catch (error) {
		const {stderr, code} = error as {stderr?: string; code?: string};
		const last = stderr?.trim().split('\n').at(-1);
		throw new Error(`${program} ${args[0]}: ${last || code || 'failed'}`, {cause: error});
	}
}
