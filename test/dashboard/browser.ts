import {existsSync, mkdirSync} from 'node:fs';
import {join, resolve} from 'node:path';
import type {ExecutionContext} from 'ava';
import {type Browser, type BrowserContextOptions, chromium, type Page} from 'playwright-core';
import {hasProgram} from '../helpers/has-program.js';

const program = ['chromium', 'chromium-browser'].find(hasProgram);

export const hasChromium = program !== undefined;

/** Where screenshots are left to be looked at. */
const artifacts = resolve(import.meta.dirname, '../../test-artifacts/dashboard');

export function launch(): Promise<Browser> {
	// A container may have no namespaces for it, and root is refused its own.
	return chromium.launch({
		executablePath: pathOf(program ?? 'chromium'),
		args: ['--no-sandbox', '--disable-dev-shm-usage'],
	});
}

export interface Watched {
	readonly page: Page;
	/** Errors and warnings of the console, among them what the policy forbade, and exceptions. */
	readonly complaints: string[];
	readonly requests: string[];
}

export async function openPage(
	t: ExecutionContext,
	browser: Browser,
	options: BrowserContextOptions = {},
): Promise<Watched> {
	const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
	t.teardown(() => context.close());
	const page = await context.newPage();
	page.setDefaultTimeout(30_000);
	const complaints: string[] = [];
	const requests: string[] = [];
	page.on('console', message => {
		if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
	});
	page.on('pageerror', error => complaints.push(String(error)));
	page.on('request', request => requests.push(request.url()));
	return {page, complaints, requests};
}

export async function shoot(page: Page, name: string, fullPage = true): Promise<void> {
	mkdirSync(artifacts, {recursive: true});
	await page.evaluate('scrollTo({top: 0, behavior: "instant"})');
	await page.screenshot({path: join(artifacts, `${name}.png`), fullPage});
}

function pathOf(name: string): string {
	const folders = (process.env.PATH ?? '').split(':');
	return folders.map(folder => join(folder, name)).find(path => existsSync(path)) ?? name;
}

/** What of the page keeps some people from it. */
export async function accessibilityFaults(page: Page): Promise<string[]> {
	// Compiled for browsers, which this file is not.
	const path: string = './in-page/accessibility-faults.js';
	const inPage = (await import(path)) as {accessibilityFaults: () => string[]};
	return page.evaluate(inPage.accessibilityFaults);
}
