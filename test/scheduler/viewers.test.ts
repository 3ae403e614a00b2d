import test from 'ava';
import type {SchedulerConfig} from '../../src/config/scheduler-config.js';
import {Secret} from '../../src/lib/secret.js';
import {viewersOf} from '../../src/scheduler/viewers.js';

type Told = Parameters<typeof viewersOf>[0];

const base: Told = {
	dashboard: {enabled: true, viewToken: undefined},
	clientAuth: {type: 'token', token: new Secret('clients')},
	serverAuth: {type: 'token', token: new Secret('servers')},
};
const insecure: SchedulerConfig['clientAuth'] = {type: 'DANGEROUSLY_INSECURE'};
const withViewToken: Told = {...base, dashboard: {enabled: true, viewToken: new Secret('viewers')}};
const from = {peerAddress: '192.0.2.7', localAddress: '192.0.2.1', headers: {}};

function gateOf(config: Told) {
	const check = async (token: string) =>
		token === 'clients'
			? ({ok: true} as const)
			: ({ok: false, reason: 'invalid', message: ''} as const);
	return viewersOf(config, check, () => 0);
}

async function admits(config: Told, token?: string): Promise<string | undefined> {
	const headers = token === undefined ? {} : {authorization: `Bearer ${token}`};
	return (await gateOf(config)?.admit({...from, headers}))?.kind;
}

test("the clients' token admits, and the viewers' where there is one; servers' never", async t => {
	t.is(await admits(base), 'stranger');
	t.is(await admits(base, 'clients'), 'admitted');
	t.is(await admits(base, 'viewers'), 'refused');
	t.is(await admits(withViewToken, 'viewers'), 'admitted');
	t.is(await admits(withViewToken, 'clients'), 'admitted');
	t.is(await admits(withViewToken, 'servers'), 'refused');
});

test('a scheduler that asks clients for nothing is open, unless it has a token for viewers', async t => {
	t.is(await admits({...base, clientAuth: insecure}), 'admitted');
	const guarded = {...withViewToken, clientAuth: insecure};
	t.is(await admits(guarded), 'stranger');
	t.is(await admits(guarded, 'dangerously_insecure_client'), 'refused');
	t.is(await admits(guarded, 'viewers'), 'admitted');
});

test('where it is switched off there is no dashboard', t => {
	t.is(gateOf({...base, dashboard: {enabled: false, viewToken: undefined}}), undefined);
});

test('a session outlives the scheduler, and ends when a secret changes', async t => {
	const signedIn = await gateOf(base)?.signIn?.(from, 'clients');
	if (signedIn?.kind !== 'admitted') return t.fail();
	const [cookie = ''] = signedIn.cookie.split(';');
	const admit = async (config: Told) =>
		(await gateOf(config)?.admit({...from, headers: {cookie}}))?.kind;
	t.is(await admit(base), 'admitted');
	t.is(await admit(withViewToken), 'stranger');
	t.is(await admit({...base, clientAuth: {type: 'token', token: new Secret('x')}}), 'stranger');
});
