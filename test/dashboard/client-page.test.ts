import {type ChildProcess, spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {hostname, tmpdir} from 'node:os';
import {join, resolve} from 'node:path';
import ava from 'ava';
import {Connections} from '../../src/http/client.js';
import {canConnect} from '../helpers/can-connect.js';
import {freePort} from '../helpers/free-port.js';
import {type PrivateDaemon, startDaemon} from '../helpers/private-daemon.js';
import {until} from '../helpers/until.js';
import {accessibilityFaults, hasChromium, launch, openPage, shoot} from './browser.js';

/** A host's own page. */

const shim = resolve(import.meta.dirname, '../../bin/sccache');
const browserTest = hasChromium ? ava.serial : ava.serial.skip;
const because = hasChromium ? '' : ' (there is no chromium)';

/** A daemon compiles before its page is there, so that is waited for. */
async function startShowing(folder: string, port: number): Promise<PrivateDaemon> {
	const daemon = await startDaemon(folder, {SCCACHE_DASHBOARD_PORT: String(port)});
	await until(() => canConnect(port));
	return daemon;
}

browserTest(
	`a client shows what it compiles to browsers of its host, without a token${because}`,
	async t => {
		const folder = mkdtempSync(join(tmpdir(), 'client-page-'));
		t.teardown(() => rmSync(folder, {recursive: true, force: true}));
		const port = await freePort();
		const daemon = await startShowing(folder, port);
		t.teardown(() => daemon.stop());
		const browser = await launch();
		t.teardown(() => browser.close());
		const {page, complaints, requests} = await openPage(t, browser);
		await page.goto(`http://localhost:${port}/`);
		await page.locator('#connection[data-state=live]').waitFor();
		await page.getByText(`Compiles on ${hostname()}`).waitFor();
		t.true(await page.getByRole('button', {name: 'Sign out'}).isHidden());
		await page.getByText('No scheduler is configured').waitFor();

		const build = join(folder, 'portage', 'dev-libs', 'foo-1.2-r3');
		mkdirSync(build, {recursive: true});
		writeFileSync(join(build, 'slow.c'), long);
		const child: ChildProcess = spawn(shim, ['gcc', '-O2', '-c', 'slow.c', '-o', 'slow.o'], {
			cwd: build,
			env: {...daemon.env, PORTAGE_BUILDDIR: build},
			stdio: 'ignore',
		});
		t.teardown(() => child.kill('SIGKILL'));
		const row = page.locator('#job-rows tr', {hasText: 'dev-libs/foo-1.2-r3'});
		await row.filter({hasText: 'slow.c'}).filter({hasText: 'runs'}).waitFor();
		await shoot(page, 'client');
		t.deepEqual(await accessibilityFaults(page), []);
		const ended = once(child, 'exit');
		writeFileSync(join(folder, 'go'), '');
		t.deepEqual(await ended, [0, null]);
		await row.waitFor({state: 'detached'});
		t.deepEqual(complaints, []);
		t.deepEqual(
			requests.filter(url => !url.startsWith(`http://localhost:${port}/`)),
			[],
		);
	},
);

ava.serial(
	'a page of another name that leads here sees nothing, and where no port is told there is no page',
	async t => {
		const folder = mkdtempSync(join(tmpdir(), 'client-page-'));
		t.teardown(() => rmSync(folder, {recursive: true, force: true}));
		const port = await freePort();
		const connections = new Connections();
		t.teardown(() => connections.close());
		const look = (host: string) =>
			connections.send({
				...{method: 'GET', url: `http://127.0.0.1:${port}/dashboard/view`, timeoutMs: 20_000},
				headers: {host},
			});
		const daemon = await startShowing(join(folder, 'with'), port);
		t.teardown(() => daemon.stop());
		t.is((await look(`localhost:${port}`)).status, 200);
		t.is((await look('rebound.example')).status, 403);
		await daemon.stop();
		const without = await startDaemon(join(folder, 'without'));
		t.teardown(() => without.stop());
		await t.throwsAsync(look('localhost'), {code: 'PEER_UNREACHABLE'});
	},
);

/** Some seconds of work for a compiler. */
const long = Array.from(
	{length: 1500},
	(_, n) =>
		`int f${n}(int *a, int n) {int s = 0; for (int j = 0; j < n; j++) {s += a[j] * ${n}; if (s > ${n}000) s ^= a[n - j];} return s;}\n`,
).join('');
