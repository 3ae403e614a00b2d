import {existsSync, readdirSync, readFileSync, statSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {loadClientConfig} from '../../src/config/load.js';
import {loadSchedulerConfig} from '../../src/config/scheduler-config.js';
import {loadServerConfig} from '../../src/config/server-config.js';
import {knownPackages} from '../../src/portage/known-packages.js';
import {
	type Files,
	runProgram,
	type Shape,
	smallTree,
	snapshot,
	withoutState,
} from './small-tree.js';

/** `sccache-gentoo setup --yes` as it is built, on trees of several kinds. */

const everything = [
	'setup',
	'--yes',
	'--roles=scheduler,server,client',
	'--scheduler-address=192.0.2.1',
	'--server-address=192.0.2.1:10501',
	'--cache-size=7G',
];

function given(t: ExecutionContext, shape: Shape, files: Files = {}, eprefix = '') {
	const tree = smallTree(shape, files, eprefix);
	t.teardown(tree.remove);
	return {...tree, before: snapshot(tree.root)};
}

for (const shape of ['openrc', 'systemd', 'neither'] as const) {
	test(`a host that is everything, on ${shape}: a second run changes nothing, and undo all`, t => {
		const {run, root, before} = given(t, shape);
		const first = run(...everything);
		t.is(first.code, 0, first.stderr);
		const scheduler = loadSchedulerConfig(join(root, 'etc/sccache/scheduler.conf'));
		const server = loadServerConfig(join(root, 'etc/sccache/server.conf'));
		const client = loadClientConfig({SCCACHE_CONF: join(root, 'etc/sccache/client.conf')});
		t.is(scheduler.publicAddress, '192.0.2.1:10600');
		t.deepEqual(server.schedulerUrls, ['http://192.0.2.1:10600/']);
		t.truthy(client.dist);
		const done = snapshot(root);
		const second = run('setup', '--yes', '--json');
		t.is(second.code, 0, second.stderr);
		t.like(JSON.parse(second.stdout), {changes: [], commands: [], applied: false});
		t.deepEqual(snapshot(root), done);
		t.is(run(...everything).code, 0);
		t.deepEqual(snapshot(root), done);
		t.is(run('setup', 'undo').code, 0);
		t.deepEqual(snapshot(root), before);
		t.is(run('setup', 'undo').stdout, 'Nothing to undo.\n');
	});
}

test('OpenRC: scripts that are missing are written, and the size of the cache goes into conf.d', t => {
	const confD = '# mine\nSCCACHE_CONF="/etc/sccache/client.conf"\n';
	const {run, read, root} = given(t, 'openrc', {'/etc/conf.d/sccache-client': confD});
	const {stdout} = run(...everything);
	t.true(read('/etc/conf.d/sccache-client').startsWith(confD));
	t.regex(read('/etc/conf.d/sccache-client'), /^SCCACHE_CACHE_SIZE="7516192768"$/m);
	t.is(statSync(join(root, 'etc/init.d/sccache-client')).mode & 0o777, 0o755);
	t.regex(stdout, /^ {2}rc-update add sccache-client default$/m);
	t.regex(stdout, /^ {2}rc-service sccache-server restart$/m);
	t.is(run('setup', '--yes', '--roles=client', '--cache-size=20G').code, 0);
	t.is(read('/etc/conf.d/sccache-client'), confD);
});

test('systemd: an installed unit stays, and a drop-in has the size of the cache', t => {
	const unit = readFileSync('systemd/sccache-client.service');
	const {run, read, root} = given(t, 'systemd', {
		'/usr/lib/systemd/system/sccache-client.service': unit,
	});
	const {stdout} = run(...everything);
	t.false(existsSync(join(root, 'etc/systemd/system/sccache-client.service')));
	t.regex(
		read('/etc/systemd/system/sccache-client.service.d/50-sccache-gentoo.conf'),
		/^\[Service\]\nEnvironment="SCCACHE_CACHE_SIZE=7516192768"\n$/m,
	);
	t.true(existsSync(join(root, 'etc/systemd/system/sccache-server.service')));
	t.regex(stdout, /^ {2}systemctl daemon-reload\n {2}systemctl enable sccache-scheduler/m);
});

test('a prefix is in every path, and nothing is outside of it', t => {
	const eprefix = '/home/user/gentoo';
	const {run, read, root, before} = given(t, 'openrc', {}, eprefix);
	const {code, stderr, stdout} = run(...everything);
	t.is(code, 0, stderr);
	t.regex(
		read('/etc/portage/make.conf'),
		/^PATH="\/home\/user\/gentoo\/usr\/local\/libexec\/sccache:/m,
	);
	t.regex(read('/etc/sccache/server.conf'), /^build_dir = "\/home\/user\/gentoo\/var\/cache/m);
	t.regex(
		read('/etc/sccache/server.conf'),
		/^bwrap_path = "\/home\/user\/gentoo\/usr\/bin\/bwrap"$/m,
	);
	t.regex(read('/etc/init.d/sccache-client'), /^command=\/home\/user\/gentoo\/usr\/bin\/sccache$/m);
	t.regex(read('/etc/init.d/sccache-client'), /^#!\/home\/user\/gentoo\/sbin\/openrc-run$/m);
	t.regex(
		read('/etc/init.d/sccache-client'),
		/:-\/home\/user\/gentoo\/etc\/sccache\/client\.conf\}/,
	);
	t.regex(stdout, /^file {4}\/home\/user\/gentoo\/etc\/sccache\/client\.conf /m);
	t.deepEqual(readdirSync(root), ['home']);
	t.is(run('setup', 'undo').code, 0);
	t.deepEqual(snapshot(root), before);
});

test('make.conf as a folder: our file is the last one, and the others stay', t => {
	const files = {
		'/etc/portage/make.conf/00-flags': 'CFLAGS="-O2"\n',
		'/etc/portage/make.conf/zz-more': 'source ../paths\n',
		'/etc/portage/paths': 'PATH="/opt/bin:${PATH}"\r\n',
		'/etc/portage/package.env/mine': 'a/b no-lto\n',
	};
	const {run, read, root} = given(t, 'openrc', files);
	t.is(run('setup', '--yes', '--roles=client', '--exclude-known').code, 0);
	for (const [path, text] of Object.entries(files)) t.is(read(path), text);
	t.deepEqual(readdirSync(join(root, 'etc/portage/make.conf')).toSorted(), [
		'00-flags',
		'zz-more',
		'zz-sccache-gentoo',
	]);
	t.regex(read('/etc/portage/make.conf/zz-sccache-gentoo'), /^ORIGINAL_PATH="\$\{PATH\}"$/m);
	const known = knownPackages.map(({atom, envFile}) => `${atom} ${envFile}\n`).join('');
	t.is(read('/etc/portage/package.env/sccache-gentoo'), known);
});

test('ccache that is in use is told of, and switched off when asked to', t => {
	const {run, read} = given(t, 'openrc', {
		'/etc/portage/make.conf': 'FEATURES="ccache distcc"\r\nCCACHE_DIR="/var/cache/ccache"\r\n',
	});
	const first = run('setup', '--yes', '--roles=client');
	t.is(first.code, 0);
	t.regex(first.stderr, /FEATURES=ccache comes before our folder in PATH/);
	t.regex(first.stderr, /--switch switches distcc off/);
	t.notRegex(read('/etc/portage/make.conf'), /-ccache/);
	const second = run('setup', '--yes', '--roles=client', '--switch');
	t.is(second.stderr, '');
	t.regex(read('/etc/portage/make.conf'), /^FEATURES="\$\{FEATURES\} -ccache -distcc"\r$/m);
	t.regex(run('setup', '--yes').stdout, /Nothing to do/);
	t.is(run('setup', '--yes', '--no-switch').code, 0);
	t.notRegex(read('/etc/portage/make.conf'), /-ccache/);
});

test('files that were edited by hand keep all of it', t => {
	const scheduler =
		'# our farm\npublic_addr = "192.0.2.9:10600" # moved\nbind_address = "0.0.0.0:10600"\n\n[client_auth]\ntype = "token"\ntoken = "c29tZXRoaW5n"\n';
	const client = '[cache.disk]\nsize = "3G" # small\n\n[dist]\nnet.request_timeout = 30\n';
	const {run, read, before, root} = given(t, 'systemd', {
		'/etc/sccache/scheduler.conf': scheduler,
		'/etc/sccache/client.conf': client,
	});
	const {code, stderr} = run('setup', '--yes', '--roles=scheduler,client');
	t.is(code, 0, stderr);
	t.true(read('/etc/sccache/scheduler.conf').startsWith(scheduler));
	t.regex(read('/etc/sccache/scheduler.conf'), /\n\[server_auth\]\ntype = "jwt_hs256"\n/);
	for (const line of client.split('\n')) t.true(read('/etc/sccache/client.conf').includes(line));
	t.regex(read('/etc/sccache/client.conf'), /^scheduler_url = "http:\/\/192\.0\.2\.9:10600"$/m);
	t.regex(read('/etc/sccache/client.conf'), /^token = "c29tZXRoaW5n"$/m);
	t.is(run('setup', 'undo').code, 0);
	t.deepEqual(snapshot(root), before);
});

test('a setting that the user changed after setup stays when it is undone', t => {
	const {run, read, write, root} = given(t, 'openrc');
	t.is(run('setup', '--yes', '--roles=client').code, 0);
	write('/etc/portage/make.conf', `${read('/etc/portage/make.conf')}USE="x"\n`);
	write('/etc/sccache/client.conf', '[cache.disk]\nsize = "3G"\n');
	const undone = run('setup', 'undo');
	t.is(undone.code, 3);
	t.regex(undone.stdout, /make\.conf: our lines are out, your changes kept/);
	t.regex(undone.stdout, /client\.conf: left as it is/);
	t.is(read('/etc/portage/make.conf'), 'CFLAGS="-O2 -pipe"\nUSE="x"\n');
	t.is(read('/etc/sccache/client.conf'), '[cache.disk]\nsize = "3G"\n');
	t.false(existsSync(join(root, 'var/lib/sccache-gentoo')));
});

test('links that came later go with the folder that was made for them', t => {
	const {run, root, before} = given(t, 'openrc');
	t.is(run('setup', '--yes', '--roles=client').code, 0);
	const folder = join(root, 'usr/local/libexec/sccache');
	t.deepEqual(readdirSync(folder).toSorted(), ['g++', 'gcc', 'x86_64-pc-linux-gnu-gcc']);
	symlinkSync(join(root, 'usr/bin/sccache'), join(folder, 'gcc-15'));
	t.is(run('setup', 'undo').code, 0);
	t.deepEqual(snapshot(root), before);
});

test('a package that is still excluded is not left with an empty PATH in silence', t => {
	const {run} = given(t, 'openrc');
	t.is(run('setup', '--yes', '--roles=client').code, 0);
	t.is(run('exclude', 'a/b').code, 0);
	const undone = run('setup', 'undo');
	t.is(undone.code, 3);
	t.regex(undone.stderr, /run sccache-gentoo include a\/b/);
});

test('a line after each emerge: the block in bashrc comes and goes without the rest of it', t => {
	const mine = 'mine=1\n';
	const {run, read} = given(t, 'openrc', {'/etc/portage/bashrc': mine});
	const report = /^\t\tsccache_gentoo_report\(\) \{$/m;
	t.is(run('setup', 'client', '--yes', '--report').code, 0);
	t.regex(read('/etc/portage/bashrc'), report);
	t.notRegex(read('/etc/portage/bashrc'), /export PATH/);
	t.regex(read('/etc/portage/make.conf'), /^PATH=/m);
	t.is(run('setup', 'client', '--yes', '--via', 'bashrc').code, 0);
	t.regex(read('/etc/portage/bashrc'), report);
	t.regex(read('/etc/portage/bashrc'), /export PATH/);
	t.is(run('setup', 'client', '--yes', '--no-report').code, 0);
	t.notRegex(read('/etc/portage/bashrc'), report);
	t.is(run('setup', 'client', '--yes', '--via', 'make.conf').code, 0);
	t.is(read('/etc/portage/bashrc'), mine);
});

test('by bashrc: the block is there, and ORIGINAL_PATH in make.conf', t => {
	const {run, read, before, root} = given(t, 'openrc', {'/etc/portage/bashrc': 'echo hi\n'});
	t.is(run('setup', '--yes', '--roles=client', '--via=bashrc').code, 0);
	t.regex(read('/etc/portage/bashrc'), /export PATH="\/usr\/local\/libexec\/sccache:/);
	t.true(read('/etc/portage/bashrc').endsWith('echo hi\n'));
	t.regex(read('/etc/portage/make.conf'), /^ORIGINAL_PATH="\$\{PATH\}"$/m);
	t.notRegex(read('/etc/portage/make.conf'), /^PATH=/m);
	t.is(run('setup', '--yes', '--roles=client', '--via=make.conf').code, 0);
	t.is(read('/etc/portage/bashrc'), 'echo hi\n');
	t.regex(read('/etc/portage/make.conf'), /^PATH=/m);
	t.is(run('setup', 'undo').code, 0);
	t.deepEqual(snapshot(root), before);
});

test('a make.conf that Portage itself refuses is left alone, and the rest is done', t => {
	const text = 'FEATURES+=" x"\n';
	const {run, read} = given(t, 'openrc', {'/etc/portage/make.conf': text});
	const {code, stdout, stderr} = run('setup', '--yes', '--roles=client');
	t.is(code, 3);
	t.regex(stderr, /make\.conf is left alone: Portage refuses line 1/);
	t.regex(
		stdout,
		/Add this to \/etc\/portage\/make\.conf by hand:\n\nORIGINAL_PATH="\$\{PATH\}"\nPATH=/,
	);
	t.is(read('/etc/portage/make.conf'), text);
	t.truthy(read('/etc/sccache/client.conf'));
});

test('a dry run changes nothing, and shows each change', t => {
	const {run, root, before} = given(t, 'openrc');
	const {code, stdout} = run(...everything, '--dry-run');
	t.is(code, 0);
	t.deepEqual(snapshot(root), before);
	t.regex(stdout, /^--- \/dev\/null\n\+\+\+ \/etc\/init\.d\/sccache-client\n@@ -0,0 \+1,\d+ @@$/m);
	t.regex(stdout, /^folder {2}\/var\/cache\/sccache\/cache \(portage:portage, mode 0750\)$/m);
	const json = JSON.parse(run(...everything, '--dry-run', '--json').stdout) as {
		changes: {path: string; kind: string; mode?: string; diff?: string}[];
	};
	t.deepEqual(snapshot(root), before);
	const makeConf = json.changes.find(({path}) => path === '/etc/portage/make.conf');
	t.regex(
		makeConf?.diff ?? '',
		/^@@ -1,1 \+1,6 @@\n CFLAGS="-O2 -pipe"\n\+# >>> sccache-gentoo >>>$/m,
	);
});

test('what is wrong with flags is said in a sentence, and nothing is begun', t => {
	const {run, root, before, write} = given(t, 'openrc');
	const refused = (pattern: RegExp, ...args: readonly string[]) => {
		const {code, stderr} = run('setup', '--yes', ...args);
		t.is(code, 2, args.join(' '));
		t.regex(stderr, pattern);
	};
	refused(/--scheduler-address: "\[" is no address/, '--roles=scheduler', '--scheduler-address=[');
	refused(/none of scheduler, server, client/, '--roles=boss');
	refused(/"7X" is not a size/, '--roles=client', '--cache-size=7X');
	refused(/not answered: Join code.*--join-code-file/, '--roles=server', '--server-address=h:1');
	refused(/has no token for the scheduler/, '--roles=client', '--scheduler-url=http://h:1');
	refused(/cannot be read from .*nowhere/, '--roles=client', '--join-code-file=/nowhere');
	t.deepEqual(snapshot(root), before);
	write('/etc/sccache/client.conf', 'dist = [\n');
	refused(/etc\/sccache\/client\.conf.*not valid TOML/, '--roles=client');
	t.regex(run('setup').stderr, /no terminal to ask on.*--yes/);
	t.regex(run('setup', '--json').stdout, /--json asks nothing/);
});

test('another host joins with the code that the scheduler host prints', t => {
	const scheduler = given(t, 'systemd');
	t.is(scheduler.run('setup', 'scheduler', '--yes', '--scheduler-address=192.0.2.1').code, 0);
	const config = `--config=${join(scheduler.root, 'etc/sccache/scheduler.conf')}`;
	const forServer = runProgram('', 'join-code', config, '--server=192.0.2.7:10501');
	const forClient = runProgram('', 'join-code', config);
	t.is(forClient.code, 0, forClient.stderr);

	const server = given(t, 'openrc');
	const joined = server.runWith(forServer.stdout, 'setup', 'server', '--yes', '--join-code-file=-');
	t.is(joined.code, 0, joined.stderr);
	const {publicAddress, schedulerUrls} = loadServerConfig(
		join(server.root, 'etc/sccache/server.conf'),
	);
	t.deepEqual([publicAddress, ...schedulerUrls], ['192.0.2.7:10501', 'http://192.0.2.1:10600/']);

	const client = given(t, 'openrc', {'/root/code': forClient.stdout});
	const file = `--join-code-file=${join(client.root, 'root/code')}`;
	t.is(client.run('setup', 'client', '--yes', file).code, 0);
	const token = /token = (".*")/.exec(scheduler.read('/etc/sccache/scheduler.conf'))?.[1] ?? 'none';
	t.true(client.read('/etc/sccache/client.conf').includes(`token = ${token}`));

	const elsewhere = given(t, 'openrc', {'/root/code': forServer.stdout});
	const wrong = elsewhere.run(
		...['setup', 'server', '--yes', '--server-address=192.0.2.8:10501'],
		`--join-code-file=${join(elsewhere.root, 'root/code')}`,
	);
	t.is(wrong.code, 2);
	t.regex(wrong.stderr, /is for a server at 192\.0\.2\.7:10501, not at 192\.0\.2\.8:10501/);
	t.regex(wrong.stderr, /join-code --server 192\.0\.2\.8:10501/);
});

test('without a shared token or a key there is no join code', t => {
	const open =
		'[client_auth]\ntype = "DANGEROUSLY_INSECURE"\n[server_auth]\ntype = "token"\ntoken = "abc"\n';
	const {root} = given(t, 'neither', {'/scheduler.conf': `public_addr = "h:1"\n${open}`});
	const ran = runProgram('', 'join-code', `--config=${join(root, 'scheduler.conf')}`);
	t.is(ran.code, 2);
	t.regex(ran.stderr, /clients have no shared token.*\[client_auth\] with type = "token"/);
	t.is(ran.stdout, '');
});

test('the undoing shows itself first', t => {
	const {run, root} = given(t, 'systemd');
	t.is(run('setup', '--yes', '--roles=client').code, 0);
	const done = withoutState(snapshot(root));
	const {stdout} = run('setup', 'undo', '--dry-run');
	t.regex(stdout, /^would be put back: \/etc\/portage\/make\.conf$/m);
	t.deepEqual(withoutState(snapshot(root)), done);
});
