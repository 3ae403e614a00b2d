import {mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test from 'ava';
import fc from 'fast-check';
import {linksBelow} from '../../src/sandbox/place-inputs.js';
import {resolveInRoot} from '../../src/sandbox/resolve-in-root.js';

const links: Record<string, string> = {
	'/lib': 'usr/lib',
	'/usr/tmp': '../var/tmp',
	'/out': '/../../etc',
	'/loop': 'loop',
	'/a/b': '../c/./d/',
};
const readLink = (path: string): string | undefined => links[path];

const resolved: readonly (readonly [string, string])[] = [
	['/', '/'],
	['/usr//lib/./x', '/usr/lib/x'],
	['/lib/gcc/cc1', '/usr/lib/gcc/cc1'],
	['/usr/tmp/x', '/var/tmp/x'],
	['/lib/../bin', '/usr/bin'],
	['/out/passwd', '/etc/passwd'],
	['/../../x', '/x'],
	['/a/b/e', '/c/d/e'],
	['/missing/../x', '/x'],
];

for (const [path, to] of resolved) {
	test(`${path} leads to ${to}`, t => {
		t.is(resolveInRoot(path, readLink), to);
	});
}

test('a link without end is refused', t => {
	t.throws(() => resolveInRoot('/loop/x', readLink), {code: 'SANDBOX_JOB_INVALID'});
});

test('a link at the end is kept when asked', t => {
	t.is(resolveInRoot('/usr/../lib', readLink, 'kept'), '/lib');
	t.is(resolveInRoot('/lib/../lib', readLink, 'kept'), '/usr/lib');
});

test('whatever the links: a plain path, with no link left on it', t => {
	const part = fc.constantFrom('a', 'b', 'c', '..', '.');
	const path = fc.array(part, {minLength: 1, maxLength: 5});
	const tree = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'a/c', 'b/c'), path, fc.boolean()), {
		maxLength: 4,
	});
	const base = realpathSync(mkdtempSync(join(tmpdir(), 'resolve-')));
	let serial = 0;
	fc.assert(
		fc.property(tree, path, (made, asked) => {
			const root = join(base, `${serial++}`);
			for (const folder of ['a', 'b', 'a/b', 'b/a', 'c']) {
				try {
					mkdirSync(join(root, folder), {recursive: true});
				} catch {}
			}
			for (const [name, target, absolute] of made) {
				try {
					rmSync(join(root, name), {recursive: true, force: true});
					if (!dirname(name).includes('..'))
						symlinkSync(`${absolute ? '/' : ''}${target.join('/')}`, join(root, name));
				} catch {}
			}
			const read = linksBelow(root);
			let got: string;
			try {
				got = resolveInRoot(`/${asked.join('/')}`, read);
			} catch {
				return;
			}
			if (/(?:^|\/)\.\.?(?:\/|$)/.test(got)) throw new Error(`${got} is not plain`);
			const parts = got.split('/').filter(Boolean);
			for (let count = 1; count <= parts.length; count++) {
				const above = `/${parts.slice(0, count).join('/')}`;
				if (read(above) !== undefined) throw new Error(`${above} is a link`);
			}
		}),
		{numRuns: 200},
	);
	rmSync(base, {recursive: true, force: true});
	t.pass();
});
