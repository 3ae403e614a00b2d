import ava, {type ExecutionContext} from 'ava';
import type {Page} from 'playwright-core';
import {Connections} from '../../src/http/client.js';
import {clientToken, type Peers, peersOf} from '../scheduler/running-scheduler.js';
import {end, type Place, place, start} from '../scheduler/scheduler-process.js';
import {accessibilityFaults, hasChromium, launch, openPage, shoot} from './browser.js';
import {fillFarm, hostileName, keepAlive} from './simulated-farm.js';

/** The page as people see it: in a browser, with a scheduler as users run it. */

const test = hasChromium ? ava.serial : ava.serial.skip;
const named = (title: string) => (hasChromium ? title : `${title} (there is no chromium)`);

interface Farm {
	readonly where: Place;
	readonly peers: Peers;
	readonly url: string;
	readonly scheduler: Awaited<ReturnType<typeof start>>;
}

async function startFarm(t: ExecutionContext): Promise<Farm> {
	const where = await place(t);
	const scheduler = await start(t, where);
	const connections = new Connections();
	t.teardown(() => connections.close());
	const url = `http://127.0.0.1:${where.port}`;
	return {where, url, scheduler, peers: peersOf(t, url, connections)};
}

async function signIn(page: Page, url: string, token = clientToken): Promise<void> {
	await page.goto(url);
	await page.getByLabel('Token').fill(token);
	await page.getByRole('button', {name: 'Sign in'}).click();
}

const live = (page: Page) => page.locator('#connection[data-state=live]').waitFor();

async function overflow(page: Page): Promise<number> {
	return page.evaluate<number>(
		'document.documentElement.scrollWidth - document.documentElement.clientWidth',
	);
}

test(
	named('signs in, and shows a farm at work without a complaint or a request elsewhere'),
	async t => {
		const {peers, url} = await startFarm(t);
		await fillFarm(peers);
		const stop = keepAlive(peers);
		t.teardown(stop);
		const browser = await launch();
		t.teardown(() => browser.close());
		const {page, complaints, requests} = await openPage(t, browser);
		await page.goto(url);
		t.is(new URL(page.url()).pathname, '/dashboard/');
		t.deepEqual(await accessibilityFaults(page), []);
		await shoot(page, 'sign-in');
		await signIn(page, url);
		await live(page);
		await page.locator('#job-rows tr').first().waitFor();
		await page.locator('.u-wrap canvas').first().waitFor();
		t.is(await page.locator('#job-rows tr').count(), 44);
		t.is((await page.locator('#job-rows td', {hasText: hostileName}).count()) > 0, true);
		t.is(await page.locator('.server').count(), 5);
		await page.locator('#trouble-rows tr', {hasText: /10505.*quarantined.*bwrap/}).waitFor();
		t.not(await page.title(), 'broken');
		t.is(await overflow(page), 0);
		await shoot(page, 'busy-light');
		await page.locator('details').first().locator('summary').click();
		await page.locator('details table tbody tr').nth(20).waitFor();
		t.deepEqual(await accessibilityFaults(page), []);
		await page.getByLabel('Package').selectOption({index: 1});
		await page.getByLabel('Host').selectOption('builder-2');
		await page.getByRole('heading', {name: 'Compiles a day'}).waitFor();
		await page.emulateMedia({colorScheme: 'dark'});
		t.deepEqual(await accessibilityFaults(page), []);
		await shoot(page, 'busy-dark');
		await stop();
		t.deepEqual(complaints, []);
		t.deepEqual(
			requests.filter(request => !request.startsWith(`${url}/`)),
			[],
		);
	},
);

test(named('a job is seen when it comes, as it goes on, and not when it has ended'), async t => {
	const {peers, url} = await startFarm(t);
	// As long as it does not say how it is, it may be silent for as long as one of v1.
	await peers.heartbeat('127.0.0.1:10501', {numCpus: 4});
	const browser = await launch();
	t.teardown(() => browser.close());
	const {page} = await openPage(t, browser);
	await signIn(page, url);
	await live(page);
	await page.getByText('Nothing is compiled at this moment.').waitFor();
	await shoot(page, 'empty');
	const about = {host: 'desk', package: 'app-misc/hello-2.12', unit: 'hello.c'};
	const response = await peers.allocate({about});
	if (response.kind === 'Fail') throw new Error(response.value.msg);
	const {jobId, serverId} = response.value.jobAlloc;
	const row = page.locator('#job-rows tr', {hasText: 'app-misc/hello-2.12'});
	await row.filter({hasText: 'on its way'}).waitFor();
	await peers.report(serverId, jobId, 'Started');
	await row.filter({hasText: 'runs'}).waitFor();
	t.is((await page.locator('.cell.runs').count()) > 0, true);
	await peers.report(serverId, jobId, 'Complete', {ok: true, actualMs: 10});
	await row.waitFor({state: 'detached'});
	t.pass();
});

test(named('goes on by itself after the scheduler was killed and started again'), async t => {
	const {where, peers, url, scheduler} = await startFarm(t);
	await fillFarm(peers, {jobs: 3});
	const stop = keepAlive(peers);
	const browser = await launch();
	t.teardown(() => browser.close());
	const {page, complaints} = await openPage(t, browser);
	await signIn(page, url);
	await live(page);
	t.is(await page.locator('#job-rows tr').count(), 3);
	complaints.length = 0;
	await stop();
	await end(scheduler.child, 'SIGKILL');
	await page.locator('#connection[data-state=lost]').waitFor();
	await page.getByText('The connection is lost. What you see').waitFor();
	await shoot(page, 'lost');
	await start(t, where);
	await live(page);
	await page.locator('#banner', {hasText: 'The scheduler was started again'}).waitFor();
	await fillFarm(peers, {nonce: 2n, jobs: 2});
	const stopAgain = keepAlive(peers);
	await page.locator('#job-rows tr').nth(1).waitFor();
	await shoot(page, 'restarted');
	await stopAgain();
	t.is(await page.locator('#job-rows tr').count(), 2);
	t.true(
		complaints.every(text => text.includes('ERR_')),
		'nothing but the connection is complained of',
	);
});

test(
	named('a wrong token is refused with words, and the right one leaves nothing of itself behind'),
	async t => {
		const {url} = await startFarm(t);
		const browser = await launch();
		t.teardown(() => browser.close());
		const {page} = await openPage(t, browser);
		await signIn(page, url, 'a guess');
		await page.getByRole('alert').waitFor();
		t.regex((await page.getByRole('alert').textContent()) ?? '', /not the right token/);
		await shoot(page, 'wrong-token');
		await signIn(page, url);
		await live(page);
		const cookies = await page.context().cookies();
		t.is(cookies.length, 1);
		t.like(cookies[0], {httpOnly: true, sameSite: 'Strict', secure: false});
		t.false(JSON.stringify(cookies).includes(clientToken));
		t.is(await page.evaluate('document.cookie'), '');
		await page.getByRole('button', {name: 'Sign out'}).click();
		await page.getByLabel('Token').waitFor();
		t.deepEqual(await page.context().cookies(), []);
	},
);

test(named('one whose session has ended is told so, and led back to the form'), async t => {
	const {where, url, scheduler} = await startFarm(t);
	const browser = await launch();
	t.teardown(() => browser.close());
	const {page} = await openPage(t, browser);
	await signIn(page, url);
	await live(page);
	await page.context().clearCookies();
	await end(scheduler.child, 'SIGKILL');
	await start(t, where);
	await page.locator('#connection[data-state=signedOut]').waitFor();
	await page.getByRole('link', {name: 'Sign in again'}).click();
	await page.getByLabel('Token').waitFor();
	t.pass();
});

test(
	named(
		'a hundred servers stand close together, and with all that is known of them for who wants it',
	),
	async t => {
		const {peers, url} = await startFarm(t);
		for (let n = 0; n < 100; n++) {
			// Who never said how it is may be silent for long.
			await peers.heartbeat(`127.0.0.1:${11_000 + n}`, {numCpus: 4 + ((n * 7) % 60)});
		}
		for (let n = 0; n < 260; n++)
			await peers.allocate({about: {host: 'h', package: 'p', unit: 'u'}});
		const browser = await launch();
		t.teardown(() => browser.close());
		const {page, complaints} = await openPage(t, browser);
		await signIn(page, url);
		await live(page);
		await page.locator('.server').nth(99).waitFor();
		t.true(await page.locator('.facts').first().isHidden());
		t.regex((await page.locator('#jobs-count').textContent()) ?? '', /the oldest 200 of 260/);
		await shoot(page, 'large', false);
		await page.getByRole('button', {name: 'Details'}).click();
		t.true(await page.locator('.facts').first().isVisible());
		t.deepEqual(await accessibilityFaults(page), []);
		t.deepEqual(complaints, []);
	},
);

test(named('on a phone nothing is wider than it is, in light and dark'), async t => {
	const {peers, url} = await startFarm(t);
	await fillFarm(peers);
	const browser = await launch();
	t.teardown(() => browser.close());
	for (const colorScheme of ['light', 'dark'] as const) {
		const {page, complaints} = await openPage(t, browser, {
			viewport: {width: 360, height: 740},
			...{deviceScaleFactor: 2, isMobile: true, hasTouch: true, colorScheme},
		});
		await page.goto(url);
		t.is(await overflow(page), 0);
		await signIn(page, url);
		await live(page);
		await page.locator('.u-wrap canvas').first().waitFor();
		t.is(await overflow(page), 0);
		t.deepEqual(await accessibilityFaults(page), []);
		await shoot(page, `phone-${colorScheme}`);
		t.deepEqual(complaints, []);
	}
});
