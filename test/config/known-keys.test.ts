import test from 'ava';
import {fileSchema} from '../../src/config/file-schema.js';
import {knownKeys, nearestKey} from '../../src/config/known-keys.js';
import {locateKey} from '../../src/config/locate-key.js';
import {editDistance} from '../../src/config/nearest.js';
import {parseFile} from '../../src/config/parse-file.js';

const known = knownKeys(fileSchema);

/** A value that each key takes. */
const samples: Record<string, string> = {
	'cache.disk.rw_mode': '"READ_ONLY"',
	'cache.disk.package_quotas': '{"app-misc/a" = "20%", "app-misc/b" = "1G"}',
	'cache.multilevel.chain': '["disk"]',
	'cache.multilevel.write_error_policy': '"all"',
	'cache.webdav.layout': '"bazel"',
	'dist.scheduler_url': '"http://192.0.2.1:1/"',
	'dist.scheduler_urls': '["http://192.0.2.1:1/"]',
	'dist.toolchains': '[]',
	basedirs: '["/a"]',
};

function sampleOf(key: string): readonly string[] {
	const sample = samples[key];
	if (sample) return [sample];
	if (key.endsWith('_file')) return ['"/file"'];
	return key.endsWith('rw_mode') ? ['"READ_WRITE"'] : ['7', 'true', '"text"'];
}

function accepts(text: string): boolean {
	try {
		parseFile(text, 'f', fileSchema);
		return true;
	} catch {
		return false;
	}
}

const tables = new Set(known.filter(key => known.some(other => other.startsWith(`${key}.`))));
const leaves = known.filter(key => !tables.has(key) && !/^dist\.(auth|toolchains)\./.test(key));

for (const key of leaves) {
	test(`${key} is accepted, and its line is found`, t => {
		const table = key.split('.').slice(0, -1).join('.');
		const name = key.split('.').at(-1);
		const texts = sampleOf(key).map(value => `${table ? `[${table}]\n` : ''}${name} = ${value}\n`);
		const accepted = texts.filter(accepts);
		t.true(accepted.length > 0);
		t.is(locateKey(accepted[0] ?? '', 'toml', key.split('.')), table ? 2 : 1);
	});
}

test('a misspelling of any key leads back to it', t => {
	for (const key of leaves) t.is(nearestKey(`${key}x`, known), key);
});

test('edit distance', t => {
	t.is(editDistance('', 'abc'), 3);
	t.is(editDistance('kitten', 'sitting'), 3);
	t.is(editDistance('same', 'same'), 0);
});
