import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import {createClientCheck} from '../../src/auth/client-check.js';
import {formatSecretKey} from '../../src/auth/secret-key.js';
import {createServerCheck, serverBearer} from '../../src/auth/server-check.js';
import {makeServerToken} from '../../src/auth/server-token.js';
import {loadClientConfig} from '../../src/config/load.js';
import {loadSchedulerConfig} from '../../src/config/scheduler-config.js';
import {loadServerConfig} from '../../src/config/server-config.js';

test('three files that belong together make checks that let each other in', async t => {
	const folder = mkdtempSync(join(tmpdir(), 'auth-test-'));
	t.teardown(() => rmSync(folder, {recursive: true}));
	const write = (name: string, text: string) => {
		writeFileSync(join(folder, name), text, {mode: 0o600});
		return join(folder, name);
	};
	const key = Buffer.alloc(32, 9);
	const scheduler = loadSchedulerConfig(
		write(
			'scheduler.conf',
			`public_addr = "farm.example:10600"
client_auth = {type = "token", token = "shared"}
server_auth = {type = "jwt_hs256", secret_key = "${formatSecretKey(key)}"}
`,
		),
	);
	const server = loadServerConfig(
		write(
			'server.conf',
			`public_addr = "Build.example:10501"
cache_dir = "/t"
scheduler_url = "farm.example:10600"
builder = {type = "overlay", build_dir = "/b", bwrap_path = "/usr/bin/bwrap"}
scheduler_auth = {type = "jwt_token", token = "${await makeServerToken('build.example:10501', key)}"}
`,
		),
	);
	const client = loadClientConfig({
		SCCACHE_CONF: write(
			'client.conf',
			`[dist]
scheduler_url = "farm.example:10600"
auth = {type = "token", token = "shared"}
`,
		),
	});
	const nowMs = () => 0;
	const checkServer = createServerCheck(scheduler.serverAuth, nowMs);
	const bearer = serverBearer(server.schedulerAuth, server.publicAddress);
	t.deepEqual(await checkServer(bearer.reveal()), {ok: true, serverId: 'build.example:10501'});
	const checkClient = createClientCheck(scheduler.clientAuth, {fetch, nowMs});
	t.deepEqual(await checkClient(client.dist?.token?.reveal() ?? ''), {ok: true});
	t.deepEqual(client.dist?.schedulerUrls, server.schedulerUrls);
});
