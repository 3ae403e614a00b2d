import {isIPv4, isIPv6} from 'node:net';
import test from 'ava';
import fc from 'fast-check';
import {formatAddress, parseAddress, socketAddress} from '../../../src/protocol/dist/address.js';
import {BincodeError, decode, encode} from '../../../src/protocol/dist/bincode.js';
import {v4Address} from './arbitrary-messages.js';

const port = fc.nat({max: 65_535});
/** Groups that are often zero, so that there are runs to leave out. */
const group = fc.oneof(fc.constant(0), fc.constant(0), fc.nat({max: 65_535}));
const groups = fc.array(group, {minLength: 8, maxLength: 8});

const onWire = (address: string) => encode(socketAddress, address);
const wire = (values: readonly number[], at: number): Buffer => {
	const message = Buffer.alloc(22);
	message.writeUInt32LE(1);
	for (const [index, value] of values.entries()) message.writeUInt16BE(value, 4 + index * 2);
	message.writeUInt16LE(at, 20);
	return message;
};
const read = (values: readonly number[]) => decode(socketAddress, wire(values, 1));

test('an address of IPv4 comes back as it was', t => {
	fc.assert(
		fc.property(v4Address, address => {
			t.is(decode(socketAddress, onWire(address)), address);
		}),
	);
	t.is(onWire('10.0.255.1:258').toString('hex'), '000000000a00ff010201');
});

test('an address of IPv6 comes back with the same bytes', t => {
	fc.assert(
		fc.property(groups, port, (values, at) => {
			const message = wire(values, at);
			t.deepEqual(onWire(decode(socketAddress, message)), message);
		}),
		{numRuns: 1000},
	);
});

test('an address of IPv6 is written as RFC 5952 has it, as by the URLs of the web', t => {
	fc.assert(
		fc.property(groups, values => {
			const host = parseAddress(read(values))?.host ?? '';
			t.true(isIPv6(host));
			if (host.includes('.')) return;
			t.is(`[${host}]`, new URL(`http://[${host}]`).hostname);
			t.is(
				`[${host}]`,
				new URL(`http://[${values.map(one => one.toString(16)).join(':')}]`).hostname,
			);
		}),
		{numRuns: 1000},
	);
});

for (const [values, written] of [
	[[0, 0, 0, 0, 0, 0, 0, 0], '[::]:1'],
	[[0, 0, 0, 0, 0, 0, 0, 1], '[::1]:1'],
	[[1, 0, 0, 0, 0, 0, 0, 0], '[1::]:1'],
	[[0x2001, 0xdb8, 0, 1, 1, 1, 1, 1], '[2001:db8:0:1:1:1:1:1]:1'],
	[[0x2001, 0xdb8, 0, 0, 1, 0, 0, 1], '[2001:db8::1:0:0:1]:1'],
	[[0, 0, 1, 0, 0, 1, 1, 1], '[::1:0:0:1:1:1]:1'],
	[[0, 0, 1, 0, 0, 0, 1, 1], '[0:0:1::1:1]:1'],
	[[0, 0, 1, 2, 3, 4, 0, 0], '[::1:2:3:4:0:0]:1'],
	[[0x10, 0, 0x100, 0, 0, 0, 0, 0xabcd], '[10:0:100::abcd]:1'],
	[[0, 0, 0, 0, 0, 0xffff, 0x7f00, 1], '[::ffff:127.0.0.1]:1'],
	[[0, 0, 0, 0, 0, 0, 0x7f00, 1], '[::7f00:1]:1'],
] as const) {
	test(`${written} is written so`, t => {
		t.is(read(values), written);
		t.deepEqual(onWire(written), wire(values, 1));
	});
}

test('every way to write an address of IPv6 is read', t => {
	const same = ['[::ffff:127.0.0.1]:1', '[::FFFF:7F00:1]:1', '[0:0:0:0:0:ffff:7f00:0001]:1'];
	for (const address of same) t.deepEqual(onWire(address), onWire(same[0] ?? ''), address);
	t.deepEqual(onWire('[1:2:3:4:5:6:7::]:1'), wire([1, 2, 3, 4, 5, 6, 7, 0], 1));
	t.deepEqual(
		onWire('[64:ff9b::192.0.2.33]:1'),
		wire([0x64, 0xff9b, 0, 0, 0, 0, 0xc000, 0x221], 1),
	);
});

test('what is no address of IP has no bytes', t => {
	for (const address of [
		'',
		'builder.lan:10501',
		'127.0.0.1',
		'127.0.0.1:',
		'127.0.0.1:65536',
		'127.0.0.1:-1',
		'127.0.0.256:1',
		'127.0.0.01:1',
		'::1:1',
		'[127.0.0.1]:1',
		'[::1]',
		'[::1%eth0]:1',
		'[1::2::3]:1',
		'[1:2:3:4:5:6:7:8:9]:1',
		'[12345::]:1',
		'[::1.2.3]:1',
	]) {
		t.throws(() => onWire(address), {instanceOf: BincodeError}, address);
	}
});

test('there are two families', t => {
	const message = wire([0, 0, 0, 0, 0, 0, 0, 1], 1);
	message.writeUInt32LE(2);
	t.throws(() => decode(socketAddress, message), {instanceOf: BincodeError});
});

test('an address is its host and port, and the other way round', t => {
	for (const [text, host, at] of [
		['10.0.0.1:10501', '10.0.0.1', 10_501],
		['[::1]:0', '::1', 0],
		['builder.lan:65535', 'builder.lan', 65_535],
	] as const) {
		t.deepEqual(parseAddress(text), {host, port: at});
		t.is(formatAddress({host, port: at}), text);
	}
	for (const text of ['a', 'a:b', 'a:1:2', '[a]:1', 'http://a:1', ':1', 'a/b:1']) {
		t.is(parseAddress(text), undefined, text);
	}
});

test('whatever text is read as an address of IP is one to Node too', t => {
	const texts = fc.oneof(
		fc.ipV6(),
		fc.string({unit: fc.constantFrom(...'0123456789abcf:.'), maxLength: 20}),
	);
	fc.assert(
		fc.property(texts, host => {
			const read6 = parseAddress(`[${host}]:1`);
			if (read6 !== undefined) t.true(isIPv6(host), host);
			else if (isIPv6(host)) t.fail(`${host} was refused`);
			const bytes = (() => {
				try {
					return onWire(`${host}:1`);
				} catch {
					return undefined;
				}
			})();
			t.is(bytes !== undefined, isIPv4(host), host);
		}),
		{numRuns: 3000},
	);
});
