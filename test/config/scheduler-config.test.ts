import {writeFileSync} from 'node:fs';
import {inspect} from 'node:util';
import test from 'ava';
import fc from 'fast-check';
import {loadSchedulerConfig} from '../../src/config/scheduler-config.js';
import {garbage, isConfigOrError, nearly} from './garbage.js';
import {failure, write} from './place.js';

const load = (text: string, extension?: string) =>
	loadSchedulerConfig(write(text, extension === undefined ? {} : {extension}));

const clientToken = '[client_auth]\ntype = "token"\ntoken = "shared"\n';
const serverKey = '[server_auth]\ntype = "jwt_hs256"\nsecret_key = "hushhush"\n';
const rest = clientToken + serverKey;

test("the wiki's file", t => {
	const config = load(`public_addr = "192.0.2.1:10600"

[client_auth]
type = "token"
token = "shared"

[server_auth]
type = "jwt_hs256"
secret_key = "hushhush"
`);
	t.like(config, {
		publicAddress: '192.0.2.1:10600',
		bindAddress: '192.0.2.1:10600',
		clientAuth: {type: 'token'},
		serverAuth: {type: 'jwt_hs256'},
		warnings: [],
	});
	t.true(config.clientAuth.type === 'token' && config.clientAuth.token.reveal() === 'shared');
	t.true(
		config.serverAuth.type === 'jwt_hs256' && config.serverAuth.secretKey.reveal() === 'hushhush',
	);
	t.true(Object.isFrozen(config) && Object.isFrozen(config.clientAuth));
});

test("the wiki's file as it stands, placeholders and all, says what is wrong and not with which secret", t => {
	const error = failure(() => load(`public_addr = "<public address of the host>:<port>"\n${rest}`));
	t.is(error.code, 'CONFIG_INVALID');
	t.regex(
		error.message,
		/:1: public_addr: expected an address with a port, like "192\.0\.2\.1:10600"/,
	);
});

test('the same as JSON', t => {
	const config = load(
		JSON.stringify({
			public_addr: '[2001:DB8::0:1]:10600',
			client_auth: {type: 'DANGEROUSLY_INSECURE'},
			server_auth: {type: 'token', token: 'x'},
		}),
		'json',
	);
	t.is(config.publicAddress, '[2001:db8::1]:10600');
	t.is(config.serverAuth.type, 'token');
	t.regex(config.warnings.join('\n'), /client_auth is insecure/);
});

test('names stand where addresses may, and one may listen elsewhere', t => {
	const config = load(
		`public_addr = "Farm.Example:10600"\nbind_address = "0.0.0.0:10600"\n${rest}`,
	);
	t.is(config.publicAddress, 'farm.example:10600');
	t.is(config.bindAddress, '0.0.0.0:10600');
	for (const wrong of [
		'192.0.2.1',
		'192.0.2.1:70000',
		'2001:db8::1:1',
		'192.0.2:1',
		'a b:1',
		'-x:1',
		':1',
	]) {
		const error = failure(() => load(`public_addr = "${wrong}"\n${rest}`));
		t.regex(error.message, /:1: public_addr: expected an address with a port/, wrong);
	}
});

test('every way for clients to show who they are', t => {
	const clientAuth = (table: string) =>
		load(`public_addr = "h:1"\n${serverKey}[client_auth]\n${table}`).clientAuth;
	t.deepEqual(clientAuth('type = "DANGEROUSLY_INSECURE"'), {type: 'DANGEROUSLY_INSECURE'});
	t.deepEqual(
		clientAuth('type = "jwt_validate"\naudience = "a"\nissuer = "i"\njwks_url = "https://i/k"'),
		{type: 'jwt_validate', audience: 'a', issuer: 'i', jwksUrl: 'https://i/k'},
	);
	t.deepEqual(clientAuth('type = "proxy_token"\nurl = "http://p/"\ncache_secs = 60'), {
		type: 'proxy_token',
		url: 'http://p/',
		cacheS: 60,
	});
	t.deepEqual(clientAuth('type = "proxy_token"\nurl = "http://p/"'), {
		type: 'proxy_token',
		url: 'http://p/',
		cacheS: undefined,
	});
});

test('secrets may stand in files of their own', t => {
	const token = write('  shared\n');
	const key = write('hushhush', {mode: 0o604});
	const path = write(
		`public_addr = "h:1"
client_auth = {type = "token", token_file = "${token}"}
server_auth = {type = "jwt_hs256", secret_key_file = "${key}"}
`,
		{mode: 0o644},
	);
	const {clientAuth, serverAuth, warnings} = loadSchedulerConfig(path);
	t.true(clientAuth.type === 'token' && clientAuth.token.reveal() === 'shared');
	t.true(serverAuth.type === 'jwt_hs256' && serverAuth.secretKey.reveal() === 'hushhush');
	t.deepEqual(warnings, [`${key} holds a secret and everyone can read it: chmod o-r ${key}`]);
});

test('a file that holds a secret and that everyone can read draws a warning', t => {
	const text = `public_addr = "h:1"\n${rest}`;
	const [path, closed] = [write(text, {mode: 0o644}), write(text, {mode: 0o640})];
	const {warnings} = loadSchedulerConfig(path);
	t.deepEqual(warnings, [`${path} holds a secret and everyone can read it: chmod o-r ${path}`]);
	t.deepEqual(loadSchedulerConfig(closed).warnings, []);
});

test('a secret or its file: not both, not neither, and one line', t => {
	const withKey = (keys: string) => () =>
		load(`public_addr = "h:1"\n${clientToken}[server_auth]\ntype = "jwt_hs256"\n${keys}`);
	t.regex(
		failure(withKey('')).message,
		/server_auth\.secret_key: expected either this or secret_key_file, found neither$/,
	);
	const both = failure(withKey('secret_key = "hush"\nsecret_key_file = "/k"'));
	t.regex(both.message, /:7: server_auth\.secret_key: expected either this .*, found both$/);
	t.regex(failure(withKey('secret_key = ""')).message, /secret_key: expected text/);
	t.regex(failure(withKey('secret_key_file = "k"')).message, /expected an absolute path/);
	const missing = failure(withKey('secret_key_file = "/nowhere/at/all"'));
	t.is(missing.code, 'CONFIG_UNREADABLE');
	t.regex(missing.message, /\/nowhere\/at\/all, for a secret, cannot be read \(ENOENT\)/);
	for (const text of ['', ' \n', 'one\ntwo']) {
		const error = failure(withKey(`secret_key_file = "${write(text)}"`));
		t.regex(error.message, /expected one line, the secret, found/);
		t.notRegex(error.message, /one\ntwo/);
	}
});

test('who may read the metrics: a token, or a file that holds it', t => {
	const path = write('for-prometheus\n', {mode: 0o600});
	const base = `public_addr = "192.0.2.1:1"\n${rest}`;
	t.is(load(base).metricsToken, undefined);
	const inline = load(`${base}[metrics]\ntoken = "for-prometheus"\n`);
	t.is(inline.metricsToken?.reveal(), 'for-prometheus');
	const fromFile = load(`${base}[metrics]\ntoken_file = "${path}"\n`);
	t.is(fromFile.metricsToken?.reveal(), 'for-prometheus');
	t.notRegex(JSON.stringify(fromFile) + inspect(fromFile, {depth: 9}), /for-prometheus/);
	t.is(failure(() => load(`${base}[metrics]\n`)).code, 'CONFIG_INVALID');
});

test('a file that cannot be read', t => {
	for (const path of ['/nowhere/at/all', '/']) {
		const error = failure(() => loadSchedulerConfig(path));
		t.is(error.code, 'CONFIG_UNREADABLE');
		t.regex(error.message, /^Could not load config: /);
	}
});

test('an unknown key is told with file, line and the nearest key, before what is missing for it', t => {
	const error = failure(() => load(`public_adr = "h:1"\n${rest}`));
	t.regex(error.message, /conf:1: unknown key public_adr$/);
	t.is(error.hint, 'the nearest known key is public_addr');
	const nested = failure(() =>
		load(
			`public_addr = "h:1"\n${clientToken}[server_auth]\ntype = "jwt_hs256"\nsecretkey = "hush"`,
		),
	);
	t.regex(nested.message, /:7: unknown key server_auth\.secretkey$/);
	t.is(nested.hint, 'the nearest known key is server_auth.secret_key');
	t.regex(
		failure(() => load(rest)).message,
		/: public_addr: expected text in quotes, found nothing$/,
	);
	t.regex(
		failure(() => load(`public_addr = "h:1"\n${serverKey}[client_auth]\ntype = "jwt"`)).message,
		/:6: client_auth\.type: expected "DANGEROUSLY_INSECURE" or "token" or .*, found "jwt"$/,
	);
});

test('no error and no print repeats a secret', t => {
	const config = load(`public_addr = "h:1"\n${rest}`);
	for (const text of [JSON.stringify(config), inspect(config, {depth: 9, showHidden: true})]) {
		t.notRegex(text, /shared|hushhush/);
	}
	const errors = [
		`public_addr = "h:1"\n${clientToken}[server_auth]\ntype = "jwt_hs256"\nsecret_key = 424242\n`,
		`public_addr = "h:1"\n${serverKey}[client_auth]\ntype = "token"\ntoken = 424242\n`,
		`public_addr = "h:1"\n${serverKey}[client_auth]\ntype = "token"\ntoken = 424242x\n`,
		`public_addr = "h:1"\n${serverKey}[client_auth]\ntype = "token"\ntoken = "424242\n`,
	].map(text => failure(() => load(text)));
	for (const {message, hint = ''} of errors) t.notRegex(message + hint, /424242/);
});

test('whatever the file holds: a configuration or an error of it', t => {
	const names = [
		'public_addr',
		'client_auth',
		'server_auth',
		'type',
		'token',
		'secret_key',
		'jwt_hs256',
	];
	const [toml, json] = [write(''), write('', {extension: 'json'})];
	fc.assert(
		fc.property(fc.oneof(garbage(names), nearly(names)), fc.boolean(), (text, asJson) => {
			writeFileSync(asJson ? json : toml, text);
			return isConfigOrError(() => loadSchedulerConfig(asJson ? json : toml));
		}),
		{numRuns: 1000},
	);
	t.pass();
});

test('the dashboard is on, for clients; a token for viewers may stand there or in a file, not in both', t => {
	const base = `public_addr = "192.0.2.1:10600"\n${rest}`;
	t.deepEqual(load(base).dashboard, {enabled: true, viewToken: undefined});
	t.false(load(`${base}[dashboard]\nenabled = false\n`).dashboard.enabled);
	const {viewToken} = load(`${base}[dashboard]\nview_token = "look"\n`).dashboard;
	t.is(viewToken?.reveal(), 'look');
	const file = write('look from a file\n');
	const told = load(`${base}[dashboard]\nview_token_file = "${file}"\n`).dashboard;
	t.is(told.viewToken?.reveal(), 'look from a file');
	const both = `${base}[dashboard]\nview_token = "look"\nview_token_file = "${file}"\n`;
	t.regex(failure(() => load(both)).message, /view_token/);
});
