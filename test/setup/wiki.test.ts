import {readdirSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {loadClientConfig} from '../../src/config/load.js';
import {loadSchedulerConfig} from '../../src/config/scheduler-config.js';
import {loadServerConfig} from '../../src/config/server-config.js';
import {featuresOf, lastValue} from '../../src/portage/make-conf-facts.js';
import {readMakeConf} from '../../src/portage/make-conf-read.js';
import {applyPlan} from '../../src/setup/apply/apply.js';
import {plan} from '../../src/setup/plan/plan.js';
import {openTree} from '../../src/setup/plan/tree.js';
import {type Files, smallTree} from './small-tree.js';
import {
	clientToken,
	placeAt,
	secretKey,
	serverToken,
	shipped,
	wikiAnswers,
} from './wiki-answers.js';

/** The files of Gentoo's wiki, with the answers of wikiAnswers() in them. */
const wiki = {
	'scheduler.conf': `public_addr = "192.0.2.1:10600"

[client_auth]
type = "token"
token = "${clientToken}"

[server_auth]
type = "jwt_hs256"
secret_key = "${secretKey}"
`,
	'server.conf': `public_addr = "192.0.2.1:10501"
toolchain_cache_size = 10737418240
cache_dir = "/var/cache/sccache/builder/toolchains"
scheduler_url = "http://192.0.2.1:10600"

[builder]
type = "overlay"
build_dir = "/var/cache/sccache/builder/build"
bwrap_path = "/usr/bin/bwrap"

[scheduler_auth]
type = "jwt_token"
token = "${serverToken}"
`,
	'client.conf': `[dist]
scheduler_url = "http://192.0.2.1:10600"
toolchains = []
toolchain_cache_size = 5368709120
cache_dir = "/var/cache/sccache/cache/sccache-dist-client"

[dist.auth]
type = "token"
token = "${clientToken}"
`,
};

/** Units as those of dev-util/sccache: the wiki's overrides are for them. */
const otherUnits: Files = {
	'/usr/lib/systemd/system/sccache-scheduler.service':
		'[Service]\nExecStart=/usr/bin/sccache-dist scheduler --config /etc/sccache/server.conf\n',
	'/usr/lib/systemd/system/sccache-server.service':
		'[Service]\nExecStart=/usr/bin/sccache-dist server --config /etc/sccache/server.conf\n',
};

function wikiTree(files: Files = otherUnits) {
	const tree = smallTree('systemd', files);
	const place = placeAt(tree.root);
	applyPlan(place, plan(wikiAnswers(), openTree(place), shipped));
	return tree;
}

/** Without where it was read. */
const meaning = <Config extends {readonly file: unknown}>({file: _, ...rest}: Config): unknown =>
	rest;
/** Secrets as they are. */
const plain = (value: unknown): string =>
	JSON.stringify(value, (_, each: unknown) =>
		typeof each === 'object' &&
		each !== null &&
		'reveal' in each &&
		typeof each.reveal === 'function'
			? (each.reveal() as string)
			: each,
	);

test('each file of /etc/sccache means what the wiki’s means', t => {
	const tree = wikiTree();
	t.teardown(tree.remove);
	for (const [name, text] of Object.entries(wiki)) tree.write(`/wiki/${name}`, text, 0o640);
	const load = {
		'scheduler.conf': (path: string) => loadSchedulerConfig(path),
		'server.conf': (path: string) => loadServerConfig(path),
		'client.conf': (path: string) => loadClientConfig({SCCACHE_CONF: path, HOME: '/nonexistent'}),
	};
	for (const name of Object.keys(load) as (keyof typeof load)[]) {
		const ours = load[name](join(tree.root, 'etc/sccache', name));
		const theirs = load[name](join(tree.root, 'wiki', name));
		t.is(plain(meaning(ours)), plain(meaning(theirs)));
		t.deepEqual(ours.warnings, [], name);
		t.regex(plain(ours), /192\.0\.2\.1/);
	}
});

test('files and folders have the wiki’s owners, and secrets are closed', t => {
	const tree = wikiTree();
	t.teardown(tree.remove);
	const isRoot = process.geteuid?.() === 0;
	const rights = (path: string) => {
		const {mode, uid, gid} = statSync(join(tree.root, path));
		return isRoot ? `${(mode & 0o7777).toString(8)} ${uid}:${gid}` : (mode & 0o7777).toString(8);
	};
	const expected = {
		'etc/sccache': '755 0:0',
		'etc/sccache/scheduler.conf': '640 0:0',
		'etc/sccache/server.conf': '640 0:0',
		'etc/sccache/client.conf': '640 0:250',
		'var/cache/sccache/builder/build': '755 0:0',
		'var/cache/sccache/builder/toolchains': '755 0:0',
		'var/cache/sccache/cache': '750 250:250',
		'usr/local/libexec/sccache': '755 0:0',
	};
	for (const [path, want] of Object.entries(expected)) {
		t.is(rights(path), isRoot ? want : want.replace(/ .*/, ''), path);
	}
});

test('make.conf gets the wiki’s settings, and ORIGINAL_PATH', t => {
	const tree = wikiTree();
	t.teardown(tree.remove);
	const known = new Map([
		['PATH', '/usr/bin'],
		['FEATURES', 'ipc-sandbox network-sandbox pid-sandbox sandbox'],
	]);
	const reading = readMakeConf(tree.read('/etc/portage/make.conf'), undefined, known);
	const set = reading.kind === 'read' ? reading.assignments : [];
	const values = new Map(set.map(({name, expanded}) => [name, expanded]));
	t.like(Object.fromEntries(values), {
		SCCACHE_SERVER_PORT: '4227',
		SCCACHE_NO_DAEMON: '1',
		SCCACHE_START_SERVER: '0',
		SCCACHE_CONF: '/etc/sccache/client.conf',
		PATH: '/usr/local/libexec/sccache:/usr/bin',
		ORIGINAL_PATH: '/usr/bin',
	});
	t.is(
		lastValue(set, 'FEATURES'),
		`${known.get('FEATURES')} -ipc-sandbox -network-sandbox -network-sandbox-proxy -pid-sandbox`,
	);
	t.deepEqual(featuresOf(set), ['sandbox']);
});

/** What systemd makes of a unit and its drop-ins, as far as it goes here. */
function settingsOf(...texts: readonly string[]): {
	start: string[];
	environment: string[];
	unset: string[];
} {
	const found = {start: [] as string[], environment: [] as string[], unset: [] as string[]};
	for (const line of texts.join('\n').split('\n')) {
		const [, key = '', value = ''] = /^(\w+)=(.*)$/.exec(line) ?? [];
		if (key === 'ExecStart' && value === '') found.start = [];
		else if (key === 'ExecStart') found.start.push(value);
		else if (key === 'Environment') found.environment.push(value.replaceAll('"', ''));
		else if (key === 'UnsetEnvironment') found.unset.push(value);
	}
	return found;
}

test('units of another package start what the wiki’s overrides start', t => {
	const tree = wikiTree();
	t.teardown(tree.remove);
	for (const role of ['scheduler', 'server']) {
		const unit = `sccache-${role}.service`;
		const {start, environment} = settingsOf(
			tree.read(`/usr/lib/systemd/system/${unit}`),
			tree.read(`/etc/systemd/system/${unit}.d/50-sccache-gentoo.conf`),
		);
		t.deepEqual(start, [`/usr/bin/sccache-dist ${role} --config /etc/sccache/${role}.conf`]);
		t.deepEqual(environment, ['SCCACHE_NO_DAEMON=1']);
	}
});

test('our own units need no override', t => {
	const tree = wikiTree({});
	t.teardown(tree.remove);
	const made = readdirSync(join(tree.root, 'etc/systemd/system')).toSorted();
	t.deepEqual(made, [
		'sccache-client.service',
		// Port 4227.
		'sccache-client.service.d',
		'sccache-scheduler.service',
		'sccache-server.service',
	]);
});

test('the client’s unit has the wiki’s environment', t => {
	const tree = wikiTree();
	t.teardown(tree.remove);
	const {environment, unset, start} = settingsOf(
		tree.read('/etc/systemd/system/sccache-client.service'),
		tree.read('/etc/systemd/system/sccache-client.service.d/50-sccache-gentoo.conf'),
	);
	t.deepEqual(start, ['/usr/bin/sccache']);
	t.deepEqual(unset, ['SCCACHE_SERVER_UDS']);
	const given = environment.filter(pair => !pair.startsWith('SCCACHE_SERVER_UDS='));
	// Beside SCCACHE_LOG and SCCACHE_MAX_FRAME_LENGTH, which say what is so anyway.
	t.deepEqual(given.toSorted(), [
		'SCCACHE_CACHE_SIZE=21474836480',
		'SCCACHE_CONF=/etc/sccache/client.conf',
		'SCCACHE_DIR=/var/cache/sccache/cache',
		'SCCACHE_IDLE_TIMEOUT=0',
		'SCCACHE_NO_DAEMON=1',
		'SCCACHE_SERVER_PORT=4227',
		'SCCACHE_START_SERVER=1',
	]);
});
