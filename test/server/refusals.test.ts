import {createHmac} from 'node:crypto';
import {existsSync, readdirSync} from 'node:fs';
import {deflateSync} from 'node:zlib';
import test from 'ava';
import {signJobToken} from '../../src/auth/job-token.js';
import {extensionHeaders} from '../../src/protocol/dist/extensions.js';
import {encodeInputs} from '../../src/protocol/dist/inputs-tar.js';
import {serverRoutes} from '../../src/protocol/dist/routes.js';
import {tarOf} from '../toolchain/tar-of.js';
import {type PackedToolchain, packGcc} from './gcc-toolchain.js';
import {OwnClient} from './own-client.js';
import {type RunningServer, startServer, Together, unable} from './running-server.js';
import {
	assign,
	assignRequest,
	hello,
	input,
	provide,
	readRun,
	run,
	runBody,
	runRequest,
	send,
} from './v1-client.js';

/** What is wrong with a request is answered, nothing of it is done, and the server goes on. */

const why = unable();
const check = why === undefined ? test.serial : test.skip;
const titled = (title: string) => (why === undefined ? title : `${title} (${why})`);
const together = new Together();
let gcc: PackedToolchain;
let server: RunningServer;
let client: OwnClient;
let jobs = 100;
const ours = {[extensionHeaders.level]: '1'};

if (why === undefined) {
	test.before('a server that has gcc', async () => {
		gcc = await packGcc();
		server = await startServer(together);
		client = new OwnClient(together, server);
		await provide(server, gcc);
		await run(server, 0);
	});
	test.after.always(() => together.end());
	test.afterEach.always('the server goes on', async t => {
		t.is((await client.run(++jobs, gcc.id)).status, 200);
	});
}

async function announced(): Promise<{readonly job: number; readonly token: string}> {
	const job = ++jobs;
	await assign(server, job, gcc.id);
	return {job, token: await server.scheduler.token(job)};
}

check(titled('without a token, or with what is none: 401, whoever asks'), async t => {
	for (const route of Object.values(serverRoutes)) {
		const method = route === serverRoutes.job ? 'DELETE' : 'POST';
		const {status, headers} = await send(server, {path: `${route}/1`, method});
		t.is(status, 401, route);
		t.is(headers['www-authenticate'], 'Bearer error="no_bearer_auth"');
	}
});

check(titled('tokens that are wrong, forged, expired, or of another job'), async t => {
	const {job} = await announced();
	const {jwtKey} = server.scheduler.heartbeat;
	const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
	const unsigned = `${part({typ: 'JWT', alg: 'none'})}.${part({exp: 0, job_id: job})}.`;
	const head = `${part({typ: 'JWT', alg: 'HS256'})}.${part({exp: 0, job_id: job, admin: true})}`;
	const unknownClaim = `${head}.${createHmac('sha256', jwtKey).update(head).digest('base64url')}`;
	const bad = [
		'word',
		unsigned,
		unknownClaim,
		await signJobToken({jobId: job}, Buffer.alloc(32)),
		await signJobToken({jobId: job, expiresS: 1000}, jwtKey),
		await signJobToken({jobId: job + 1}, jwtKey),
		`${(await server.scheduler.token(job)).slice(0, -4)}AAAA`,
	];
	for (const token of bad) {
		const own = await send(server, {...runRequest(job, token), headers: ours});
		t.is(own.status, 401, token);
		t.is(own.headers['www-authenticate'], 'Bearer error="invalid_jwt"');
		t.is((await send(server, assignRequest(job, token, gcc.id))).status, 401);
		// At 401 Mozilla's client would fail the build, after a restart of this server too.
		t.is(readRun(await send(server, runRequest(job, token))).kind, 'JobNotFound');
		t.false(server.said().includes(token.slice(-20)));
	}
	t.is((await run(server, job)).kind, 'Complete', 'the job is as it was');
});

check(titled('a token is good for one run, also while that runs'), async t => {
	const {job, token} = await announced();
	const both = await Promise.all([1, 2].map(() => send(server, runRequest(job, token))));
	t.deepEqual(both.map(answer => readRun(answer).kind).toSorted(), ['Complete', 'JobNotFound']);
	t.is(readRun(await send(server, runRequest(job, token))).kind, 'JobNotFound');
});

check(titled('a job that nobody announced, by a token that names no toolchain'), async t => {
	t.is((await run(server, ++jobs)).kind, 'JobNotFound');
	const path = `${serverRoutes.runJob}/${'9'.repeat(30)}`;
	t.is((await send(server, {path, token: 'x'})).status, 404);
});

check(titled('bodies that end too early, or are nonsense: 400'), async t => {
	const whole = runBody();
	const bodies = [
		Buffer.alloc(0),
		Buffer.alloc(3),
		Buffer.alloc(4),
		Buffer.from('ffffffff', 'hex'),
		whole.subarray(0, 40),
		whole.subarray(0, whole.length - 10),
		runBody({}, Buffer.from('no zlib stream')),
		runBody({}, deflateSync(Buffer.from('x'.repeat(700)))),
		runBody(
			{},
			deflateSync(Buffer.concat(encodeInputs({files: [hello], folders: []})).subarray(0, 520)),
		),
	];
	for (const [n, body] of bodies.entries()) {
		const {job, token} = await announced();
		const {status, body: said} = await send(server, runRequest(job, token, body));
		t.is(status, 400, `${n}: ${said.toString()}`);
	}
});

check(titled('names that lead out, and what is no file: 400, and nothing outside'), async t => {
	const escapes = [
		tarOf([{path: '../../../../escaped', content: 'x'}]),
		tarOf([{path: 'work/../../escaped', content: 'x'}]),
		tarOf([{path: 'work/link', type: 'SymbolicLink', linkpath: '/'}]),
		tarOf([{path: 'work/link', type: 'Link', linkpath: '/etc/passwd'}]),
		tarOf([{path: 'dev/mem', type: 'CharacterDevice'}]),
		tarOf([{path: 'work/pipe', type: 'FIFO'}]),
	];
	for (const [n, archive] of escapes.entries()) {
		const {job, token} = await announced();
		const body = runBody({}, deflateSync(archive));
		t.is((await send(server, runRequest(job, token, body))).status, 400, `${n}`);
	}
	const {job, token} = await announced();
	const beneath = runBody({outputs: ['/work/../../../escaped']});
	t.is((await send(server, runRequest(job, token, beneath))).status, 200);
	t.false(existsSync('/escaped'));
	t.deepEqual(readdirSync(server.folder).toSorted(), ['build', 'cache', 'server.conf']);
});

check(titled('what inflates to far more than it is: 413'), async t => {
	const {job, token} = await announced();
	const bomb = deflateSync(Buffer.alloc(200 * 1024 ** 2), {level: 9});
	t.is((await send(server, runRequest(job, token, runBody({}, bomb)))).status, 413);
	const story = await server.scheduler.storyOf(job);
	t.is(story.at(-1)?.report.ok, undefined, 'no fault of the server');
});

check(titled('a body that says it is too long: 413, without being read'), async t => {
	const {job, token} = await announced();
	const headers = {'content-length': String(2 * 1024 ** 3), expect: '100-continue'};
	const {status} = await send(server, {...runRequest(job, token, Buffer.alloc(0)), headers});
	t.is(status, 413);
});

check(
	titled('a command that can be none: 500, as for all that is to be done elsewhere'),
	async t => {
		for (const compile of [
			{executable: ''},
			{executable: '/usr/bin/not-there'},
			{cwd: 'relative'},
			{args: ['a\0b']},
			{inputs: [input('/usr', 'a file where a folder is')]},
		]) {
			const {job, token} = await announced();
			const {status, body} = await send(server, runRequest(job, token, runBody(compile)));
			t.is(status, 500, JSON.stringify(compile));
			t.is(typeof JSON.parse(body.toString()).description, 'string');
		}
	},
);
