import test from 'ava';
import fc from 'fast-check';
import {canonicalAddress} from '../../src/config/address.js';

test('one spelling for each address', t => {
	const spellings: [string, string][] = [
		['192.0.2.1:10600', '192.0.2.1:10600'],
		['192.0.2.1:00080', '192.0.2.1:80'],
		['[2001:DB8:0:0::1]:1', '[2001:db8::1]:1'],
		['[::ffff:c000:201]:1', '[::ffff:192.0.2.1]:1'],
		['Farm.Example:1', 'farm.example:1'],
		['my_host-2:65535', 'my_host-2:65535'],
	];
	for (const [text, canonical] of spellings) t.is(canonicalAddress(text), canonical);
});

test('what is no address with a port', t => {
	const wrong = [
		'',
		':1',
		'h',
		'h:',
		'h:65536',
		'h:1x',
		'h:-1',
		'::1:1',
		'[::1]',
		'[h]:1',
		'[fe80::1%e]:1',
	];
	const names = [
		'1.2.3:1',
		'1.2.3.256:1',
		'a..b:1',
		'-a:1',
		'a-:1',
		'a b:1',
		'a/b:1',
		`${'a'.repeat(64)}:1`,
	];
	for (const text of [...wrong, ...names]) t.is(canonicalAddress(text), undefined, text);
});

test('the canonical spelling is its own', t => {
	const host = fc.oneof(
		fc.ipV4(),
		fc.ipV6().map(ip => `[${ip}]`),
		fc.domain(),
		fc.string(),
	);
	fc.assert(
		fc.property(host, fc.nat(70_000), (name, port) => {
			const canonical = canonicalAddress(`${name}:${port}`);
			return canonical === undefined || canonicalAddress(canonical) === canonical;
		}),
	);
	t.pass();
});
