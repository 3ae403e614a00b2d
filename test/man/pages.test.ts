import {execFile} from 'node:child_process';
import {readdirSync} from 'node:fs';
import {readdir, readFile} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import type {Command} from '@oclif/core';
import test from 'ava';
import type {z} from 'zod';
import {help} from '../../src/commands/sccache/help.js';
import {commands} from '../../src/commands/sccache-dist/commands.js';
import {commands as gentooCommands} from '../../src/commands/sccache-gentoo/commands.js';
import {figuresOf} from '../../src/commands/sccache-gentoo/stats/figures.js';
import {fileSchema} from '../../src/config/file-schema.js';
import {knownKeys} from '../../src/config/known-keys.js';
import {schedulerSchema} from '../../src/config/scheduler-schema.js';
import {serverSchema} from '../../src/config/server-schema.js';
import {variables} from '../../src/config/variables.js';
import {noSums} from '../../src/stats/sums.js';
import {hasProgram} from '../helpers/has-program.js';
import {declaredMetrics} from '../metrics/declared.js';

const run = promisify(execFile);

const schemas: Record<string, z.core.$ZodType> = {
	'sccache-client.conf.5': fileSchema,
	'sccache-scheduler.conf.5': schedulerSchema,
	'sccache-server.conf.5': serverSchema,
};

const page = (name: string): Promise<string> => readFile(join('man', name), 'utf8');

/** The keys that a page has an entry for, as dotted paths; the headings are the tables. */
function keysOf(text: string): readonly string[] {
	const keys: string[] = [];
	let table = '';
	for (const line of text.split('\n')) {
		const heading = /^\.Ss (.*)$/.exec(line)?.[1];
		if (heading !== undefined) {
			const name = /^\[+([\w.]+)\]+\\&$/.exec(heading)?.[1];
			table = name === undefined ? '' : `${name}.`;
		}
		const names = /^\.It Ic (.*)$/.exec(line)?.[1]?.split(' , ') ?? [];
		keys.push(...names.map(name => table + name));
	}
	return keys;
}

/** Those that are no tables themselves. */
function leavesOf(schema: z.core.$ZodType): readonly string[] {
	const known = knownKeys(schema);
	return known.filter(key => !known.some(other => other.startsWith(`${key}.`)));
}

for (const [name, schema] of Object.entries(schemas)) {
	test(`${name} has each key of the file once, in its table, and no other`, async t => {
		t.deepEqual([...keysOf(await page(name))].sort(), [...leavesOf(schema)].sort());
	});
}

/** Options that a page has an entry for, with the short ones. */
function optionsOf(text: string): readonly string[] {
	return [...text.matchAll(/^\.It (Fl .*)$/gm)].flatMap(([, entry = '']) =>
		[...entry.matchAll(/Fl (-?[\w-]+)/g)].map(([, option]) => `-${option}`),
	);
}

test('sccache.1 has each option of --help, and no other', async t => {
	const lines = help.split('\n').filter(line => /^ +-/.test(line));
	const options = lines.flatMap(line => line.match(/(?<=^ +|, +)--?[\w-]+/g) ?? []);
	t.true(options.length > 12);
	t.deepEqual([...optionsOf(await page('sccache.1'))].sort(), options.sort());
});

test('sccache.1 has each variable', async t => {
	const entries =
		(await page('sccache.1'))
			.match(/^\.It Ev .*$/gm)
			?.join(' ')
			.split(' ') ?? [];
	const missing = Object.keys(variables.shape).filter(name => !entries.includes(name));
	t.deepEqual(missing, []);
});

/** What stands below the heading of a command. */
const partOf = (text: string, command: string): string | undefined =>
	text.split(/^\.S[sh] /m).find(part => part.startsWith(`${command}\n`));

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.split(/\s+/));

for (const [id, command] of Object.entries(commands)) {
	const name = id.replace(':', ' ');
	test(`sccache-dist.1 has the options of ${name}, and no other`, async t => {
		const part = partOf(await page('sccache-dist.1'), name);
		t.not(part, undefined);
		const flags = Object.keys(command.flags ?? {}).map(flag => `--${flag}`);
		t.deepEqual([...optionsOf(part ?? '')].sort(), flags.sort());
	});
}

const gentooPages = readdirSync('man').filter(name => /^sccache-gentoo.*\.1$/.test(name));

for (const [id, command] of Object.entries<Command.Class>(gentooCommands)) {
	const name = id.replace(':', ' ');
	test(`one page of sccache-gentoo has ${name}, with its options and their values`, async t => {
		const texts = await Promise.all(gentooPages.map(page));
		const [text = '', ...others] = texts.filter(each => partOf(each, name) !== undefined);
		t.not(text, '');
		t.deepEqual(others, []);
		const documented = optionsOf(text);
		for (const [flag, option] of Object.entries(command.flags ?? {})) {
			t.true(documented.includes(`--${flag}`), flag);
			if (option.char !== undefined) t.true(documented.includes(`-${option.char}`), flag);
			if (option.type === 'boolean') {
				t.is(documented.includes(`--no-${flag}`), option.allowNo ?? false, flag);
			} else {
				for (const value of option.options ?? []) t.true(wordsOf(text).has(value), value);
			}
		}
	});
}

/** Of oclif itself. */
const general = ['--json', '--help', '--version'];

for (const name of gentooPages) {
	test(`${name} has no option that none of its commands has`, async t => {
		const text = await page(name);
		const known = Object.entries<Command.Class>(gentooCommands)
			.filter(([id]) => partOf(text, id.replace(':', ' ')) !== undefined)
			.flatMap(([, command]) => Object.entries(command.flags ?? {}))
			.flatMap(([flag, {char}]) => [`--${flag}`, `--no-${flag}`, `-${char}`]);
		t.true(known.length > 0);
		const unknown = optionsOf(text).filter(flag => ![...known, ...general].includes(flag));
		t.deepEqual(unknown, []);
	});
}

test('sccache-gentoo-stats.1 has each figure that stats prints for programs', async t => {
	const text = await page('sccache-gentoo-stats.1');
	const documented = new Set(
		[...text.matchAll(/^\.(?:It )?Va (.*)$/gm)].flatMap(([, names = '']) =>
			names.split(/ [,;.] (?:Va )?| [,;.]$/),
		),
	);
	const figures = Object.keys(figuresOf(noSums));
	const judged = ['builds', 'verdict', 'command', 'excluded'];
	t.deepEqual(
		[...figures, ...judged, 'kind', 'reason'].filter(name => !documented.has(name)),
		[],
	);
});

test('sccache-gentoo.1 leads to every page of a topic', async t => {
	const text = await page('sccache-gentoo.1');
	const names = [...text.matchAll(/^\.Xr (\S+) (\d)/gm)].map(
		([, name, section]) => `${name}.${section}`,
	);
	const missing = (await readdir('man')).filter(name => name.startsWith('sccache-gentoo-'));
	t.deepEqual(
		missing.filter(name => !names.includes(name)),
		[],
	);
});

test('every page that another names is there, or is no page of ours', async t => {
	const names = await readdir('man');
	for (const name of names) {
		for (const [, title, section] of (await page(name)).matchAll(/^\.Xr (\S+) (\d)/gm)) {
			if (title?.startsWith('sccache')) t.true(names.includes(`${title}.${section}`), title);
		}
	}
});

const hasMandoc = hasProgram('mandoc');
(hasMandoc ? test : test.skip)(
	`mandoc finds nothing in the pages${hasMandoc ? '' : ' (no mandoc here)'}`,
	async t => {
		const paths = (await readdir('man')).map(name => join('man', name));
		const {stdout} = await run('mandoc', ['-Tlint', ...paths]).catch(error => error);
		// Whether other pages are installed is not ours.
		const found = String(stdout)
			.split('\n')
			.filter(line => !/referenced manual not found|^$/.test(line));
		t.deepEqual(found, []);
	},
);

const hasMan = hasProgram('man') && hasProgram('groff');
(hasMan ? test : test.skip)(
	`man shows the pages without a warning${hasMan ? '' : ' (no man or groff here)'}`,
	async t => {
		for (const name of await readdir('man')) {
			const args = ['--warnings', '-l', join('man', name)];
			const env = {...process.env, MANPAGER: 'cat', MANWIDTH: '100', LC_ALL: 'C.UTF-8'};
			const {stdout, stderr} = await run('man', args, {env});
			t.is(stderr, '', name);
			t.regex(stdout, /NAME/);
		}
	},
);

test('sccache-gentoo-metrics.7 has each metric with its type and labels, and no other', async t => {
	const entries = [
		...(await page('sccache-gentoo-metrics.7')).matchAll(
			/^\.It Ic (\S+) Pq (counter|gauge|histogram)(?:: (.*))?$/gm,
		),
	].map(([, name, type, labels]) => `${name} ${type} ${labels ?? ''}`);
	const declared = Object.values(declaredMetrics()).flatMap(({families}) =>
		families().map(({name, type, labels}) => `${name} ${type} ${labels.join(', ')}`),
	);
	t.true(declared.length > 40);
	t.deepEqual(entries.sort(), [...new Set(declared)].sort());
});
