import {readdirSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {loadClientConfig} from '../../src/config/load.js';
import {loadSchedulerConfig} from '../../src/config/scheduler-config.js';
import {loadServerConfig} from '../../src/config/server-config.js';
import {Secret} from '../../src/lib/secret.js';
import {knownPackages} from '../../src/portage/known-packages.js';
import {formatJoinCode} from '../../src/setup/ask/join-code.js';
import {hasProgram} from '../helpers/has-program.js';
import {type Files, smallTree, snapshot} from './small-tree.js';
import {keys, Terminal} from './terminal.js';
import {clientToken, serverToken} from './wiki-answers.js';

/** The wizard as a user sees it. */

const check = hasProgram('script') ? test : test.skip;
const without = hasProgram('script') ? '' : ' (no script(1) here)';

const {enter, down, space, interrupt} = keys;

function begin(t: ExecutionContext, args: readonly string[] = [], files: Files = {}) {
	const tree = smallTree('openrc', files);
	const before = snapshot(tree.root);
	const terminal = new Terminal(['setup', ...args, '--root', tree.root]);
	t.teardown(() => {
		terminal.close();
		tree.remove();
	});
	return {...tree, before, terminal};
}

const code = formatJoinCode({
	schedulerUrl: 'http://192.0.2.1:10600',
	clientToken: new Secret(clientToken),
	server: {
		publicAddress: '192.0.2.7:10501',
		token: new Secret(serverToken),
	},
}).reveal();

check(`a client joins a farm with a pasted code, which is not shown${without}`, async t => {
	const {terminal, root, read} = begin(t);
	await terminal.answer('What is this host to be?', enter);
	await terminal.answer('sccache-gentoo join-code', '');
	await terminal.answer('? Join code', 'sccache1.wrong', enter);
	await terminal.answer('the join code is damaged', '\u0015', code, enter);
	await terminal.answer('? Size of the cache', '3G', enter);
	await terminal.answer('? Where is the PATH of builds changed?', down, enter);
	await terminal.answer('? Say after each emerge what came from the cache? (y/N)', 'y', enter);
	await terminal.answer('? Packages to build without sccache', space, enter);
	await terminal.answer('? Do all this?', enter);
	t.is(await terminal.end(), 0, terminal.text);
	t.regex(terminal.text, /Done\. `sccache-gentoo setup undo` takes it back\./);
	const client = loadClientConfig({SCCACHE_CONF: join(root, 'etc/sccache/client.conf')});
	t.deepEqual(client.dist?.schedulerUrls, ['http://192.0.2.1:10600/']);
	t.regex(read('/etc/conf.d/sccache-client'), /^SCCACHE_CACHE_SIZE="3221225472"$/m);
	t.regex(read('/etc/portage/bashrc'), /sccache-gentoo stats --line/);
	const [known] = knownPackages;
	t.is(read('/etc/portage/package.env'), `${known?.atom} ${known?.envFile}\n`);
	t.false(terminal.text.includes(code.slice(20, 60)));
	t.false(terminal.text.includes(clientToken));
});

check(`a host becomes all that a farm is, and each question is explained${without}`, async t => {
	const {terminal, root, read} = begin(t, [], {
		'/etc/portage/make.conf': 'FEATURES="ccache"\n',
	});
	await terminal.answer('What is this host to be?', 'a', enter);
	await terminal.answer('Where the other hosts reach this one.');
	await terminal.answer('? Address of the scheduler', '\u0015', 'no host', enter);
	await terminal.answer('an address, as in 192.0.2.1:10600', '\u0015', '192.0.2.1', enter);
	await terminal.answer('Where the other hosts reach it.');
	await terminal.answer('? Address of this build server (192.0.2.1:10501)', enter);
	await terminal.answer('How many compiles it runs for others at the same time.');
	await terminal.answer('? Jobs at once', '3', enter);
	await terminal.answer('It takes no further job while less than this is free.');
	await terminal.answer('? Memory for a job (512M)', '1G', enter);
	await terminal.answer('? Size of the cache', enter);
	await terminal.answer('? Where is the PATH of builds changed?', enter);
	await terminal.answer('FEATURES=ccache comes before our folder in PATH');
	await terminal.answer('? Switch ccache off?', 'y', enter);
	await terminal.answer('A line per package among Portage’s messages');
	await terminal.answer('? Say after each emerge what came from the cache?', enter);
	await terminal.answer('? Packages to build without sccache', enter);
	await terminal.answer('? Do all this?', 'y', enter);
	t.is(await terminal.end(), 0, terminal.text);
	t.is(
		loadSchedulerConfig(join(root, 'etc/sccache/scheduler.conf')).publicAddress,
		'192.0.2.1:10600',
	);
	const server = loadServerConfig(join(root, 'etc/sccache/server.conf'));
	t.deepEqual([server.maxJobs, server.memoryPerJobBytes], [3, 1024 ** 3]);
	t.regex(read('/etc/portage/make.conf'), /^FEATURES="\$\{FEATURES\} -ccache"$/m);
});

check(`a new build server is told the command that prints its code${without}`, async t => {
	const {terminal, root} = begin(t, ['server']);
	await terminal.answer('? Address of this build server', '\u0015', '192.0.2.7', enter);
	await terminal.answer('run `sccache-gentoo join-code --server 192.0.2.7:10501`');
	await terminal.answer('? Join code', code, enter);
	await terminal.answer('? Jobs at once', enter);
	await terminal.answer('? Memory for a job', enter);
	await terminal.answer('? Do all this?', enter);
	t.is(await terminal.end(), 0, terminal.text);
	t.deepEqual(readdirSync(join(root, 'etc/sccache')), ['server.conf']);
});

check(`who says no, or leaves in the middle, has changed nothing${without}`, async t => {
	const refused = begin(t, ['client', '--cache-size=2G', '--via=make.conf', '--no-exclude-known']);
	await refused.terminal.answer('? Join code', enter);
	await refused.terminal.answer('? Say after each emerge', enter);
	await refused.terminal.answer('? Do all this?', 'n', enter);
	t.is(await refused.terminal.end(), 0, refused.terminal.text);
	t.regex(refused.terminal.text, /Nothing was changed\./);
	t.deepEqual(snapshot(refused.root), refused.before);

	const left = begin(t);
	await left.terminal.answer('What is this host to be?', enter);
	await left.terminal.answer('? Join code', interrupt);
	t.is(await left.terminal.end(), 130, left.terminal.text);
	t.regex(left.terminal.text, /stopped: nothing was changed/);
	t.deepEqual(snapshot(left.root), left.before);
});
