import test from 'ava';
import {manifestLine, withManifestLines} from '../../src/release/manifest-line.js';

test('a line has the size and both digests', t => {
	// Of "abc": RFC 7693, appendix A, and FIPS 180-4's example.
	t.is(
		manifestLine('x.tar.gz', Buffer.from('abc')),
		'DIST x.tar.gz 3 BLAKE2B ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923 SHA512 ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
	);
});

test('a line takes the place of the one for the same file, and others stay', t => {
	const before = 'DIST a 1 x\nDIST c 1 x\n';
	t.is(
		withManifestLines(before, ['DIST c 2 y', 'DIST b 2 y']),
		'DIST a 1 x\nDIST b 2 y\nDIST c 2 y\n',
	);
	t.is(withManifestLines('', ['DIST b 2 y']), 'DIST b 2 y\n');
});
