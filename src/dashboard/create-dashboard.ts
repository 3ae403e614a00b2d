import type {Answer, Request, Route} from '../http/route.js';
import type {LiveHistory, LiveView} from '../protocol/live.js';
import {type Gate, refused} from './gate.js';
import {safeHeaders} from './headers.js';
import {fileAnswer, type PageFiles, readPageFiles} from './page-files.js';
import {endedSession} from './session.js';
import {signInPage} from './sign-in-page.js';
import {Watchers} from './watchers.js';

/** What there is to look at. */
export interface ViewSource {
	view(): LiveView | Promise<LiveView>;
	history(): LiveHistory | Promise<LiveHistory>;
}

export interface DashboardOptions {
	readonly source: ViewSource;
	readonly gate: Gate;
	readonly now: () => number;
	/** What kept watchers from their view. */
	readonly onError: (error: unknown) => void;
}

export interface Dashboard {
	readonly routes: readonly Route[];
	/** Nobody watches any more, now or later. */
	close(): void;
}

const folder = '/dashboard';
const formLimitBytes = 16 * 1024;
/** Charts of days do not change faster, and many may look at once. */
const historyKeptMs = 15_000;

/** The page and its data. All paths in it are relative: a proxy may put it anywhere. */
export function createDashboard({source, gate, now, onError}: DashboardOptions): Dashboard {
	const watchers = new Watchers({view: () => source.view(), now, onError});
	const files = lazily(readPageFiles);
	const history = keptFor(historyKeptMs, now, async () => json(await source.history()));
	const get = (path: string, handle: Route['handle']): Route => ({
		method: 'GET',
		path,
		handle: async request => safe(await handle(request)),
	});
	const guarded = (path: string, handle: () => Answer | Promise<Answer>): Route =>
		get(`${folder}/${path}`, async request => {
			const admission = await gate.admit(request);
			if (admission.kind === 'admitted') return handle();
			return refused(admission.kind === 'refused' ? admission : strangerAnswer);
		});
	return {
		routes: [
			get('/', () => redirect('dashboard/')),
			get(folder, () => redirect('dashboard/')),
			get(`${folder}/`, request => page(gate, files(), request)),
			get(`${folder}/*`, request => asset(files(), request)),
			guarded('view', async () => json(await source.view())),
			guarded('history', history),
			guarded('events', () => events(watchers)),
			{
				method: 'POST',
				path: `${folder}/sign-in`,
				handle: async request => safe(await signIn(gate, files(), request)),
			},
			{
				method: 'POST',
				path: `${folder}/sign-out`,
				handle: () => safe(redirect('./', endedSession)),
			},
		],
		close: () => watchers.close(),
	};
}

const strangerAnswer = {
	status: 401,
	message: 'Sign in at /dashboard/, or send the token as a bearer.',
} as const;

async function page(gate: Gate, files: PageFiles, request: Request): Promise<Answer> {
	const admission = await gate.admit(request);
	if (admission.kind === 'refused') return refused(admission);
	const isIn = admission.kind === 'admitted';
	const html = isIn ? files.get('index.html') : files.get('sign-in.html');
	if (html === undefined) throw new Error('the build did not make the page');
	if (!isIn) return signInPage(html, {status: 200, message: ''});
	// Which of the two it is depends on the cookie.
	const headers = {'content-type': html.type, 'cache-control': 'no-store'};
	return {status: 200, headers, body: html.body};
}

function asset(files: PageFiles, request: Request): Answer {
	const file = request.parameter.endsWith('.html') ? undefined : files.get(request.parameter);
	return file === undefined ? {status: 404} : fileAnswer(request, file);
}

function events(watchers: Watchers): Answer {
	const body = watchers.add();
	if (body === undefined) return refused({status: 503, message: 'Too many are watching.'});
	return {
		status: 200,
		headers: {
			'content-type': 'text/event-stream',
			'cache-control': 'no-store',
			// It serves nothing else, and so ends with the stream.
			connection: 'close',
			// nginx would hold events back.
			'x-accel-buffering': 'no',
		},
		body,
	};
}

async function signIn(gate: Gate, files: PageFiles, request: Request): Promise<Answer> {
	const form = new URLSearchParams((await request.body.read(formLimitBytes)).toString('utf8'));
	const token = form.get('token')?.trim() ?? '';
	const result = await gate.signIn?.(request, token);
	if (result === undefined) return redirect('./');
	if (result.kind === 'admitted') return redirect('./', result.cookie);
	const html = files.get('sign-in.html');
	return html === undefined ? refused(result) : signInPage(html, result);
}

function redirect(location: string, cookie?: string): Answer {
	return {
		status: 303,
		headers: {
			location,
			'cache-control': 'no-store',
			...(cookie === undefined ? {} : {'set-cookie': cookie}),
		},
	};
}

function json(value: unknown): Answer {
	return {
		status: 200,
		headers: {'content-type': 'application/json', 'cache-control': 'no-store'},
		body: Buffer.from(JSON.stringify(value)),
	};
}

const safe = (answer: Answer): Answer => ({
	...answer,
	headers: {...answer.headers, ...safeHeaders},
});

function lazily<Value>(make: () => Value): () => Value {
	let made: Value | undefined;
	return () => {
		made ??= make();
		return made;
	};
}

function keptFor<Value>(
	keptMs: number,
	now: () => number,
	make: () => Promise<Value>,
): () => Promise<Value> {
	let kept: {readonly value: Promise<Value>; readonly madeMs: number} | undefined;
	return () => {
		if (kept !== undefined && now() - kept.madeMs < keptMs) return kept.value;
		const value = make();
		kept = {value, madeMs: now()};
		value.catch(() => {
			kept = undefined;
		});
		return value;
	};
}
