import test from 'ava';
import fc from 'fast-check';
import {
	decodeCompile,
	decodeDone,
	encodeOut,
	encodeStat,
	FrameError,
	FrameReader,
	fromShim,
	headerBytes,
	toShim,
} from '../../src/protocol/frames.js';

function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}

function text(value: string): Buffer {
	return Buffer.concat([u32(value.length), Buffer.from(value, 'latin1')]);
}

function list(values: readonly string[]): Buffer {
	return Buffer.concat([u32(values.length), ...values.map(text)]);
}

function compilePayload(version: number, args: readonly string[]): Buffer {
	const head = Buffer.alloc(24);
	head.writeUInt16LE(version, 0);
	head.writeUInt16LE(2, 2);
	head.writeUInt32LE(0o22, 4);
	head.writeUInt32LE(77, 8);
	head.writeUInt32LE(250, 12);
	head.writeBigInt64LE(1234567890123456789n, 16);
	return Buffer.concat([
		head,
		text('gcc'),
		text('/usr/bin/gcc'),
		text('/w'),
		list(args),
		list(['A=b=c', 'TERM=']),
	]);
}

test('a COMPILE frame decodes to what the shim said, bytes untouched', t => {
	const request = decodeCompile(compilePayload(1, ['-c', 'caf\xe9.c', '']));
	if ('unknown' in request) {
		return t.fail();
	}
	t.deepEqual(request.args, ['-c', 'caf\xe9.c', '']);
	t.is(request.startedNs, 1234567890123456789n);
	t.is(request.stdoutIsTerminal, false);
	t.is(request.stderrIsTerminal, true);
	t.is(request.umask, 0o22);
	t.is(request.env.get('A'), 'b=c');
	t.is(request.env.get('TERM'), '');
});

test('a COMPILE frame of another version is told apart, whatever follows', t => {
	t.deepEqual(decodeCompile(Buffer.from([9, 0])), {version: 9, unknown: true});
});

test('a COMPILE frame that is cut anywhere is an error, not a shorter request', t => {
	const whole = compilePayload(1, ['-c', 'a.c']);
	for (let end = 2; end < whole.length; end++) {
		t.throws(() => decodeCompile(whole.subarray(0, end)), {instanceOf: FrameError});
	}
});

test('a list that claims more items than there are bytes is refused before anything is allocated', t => {
	const payload = Buffer.concat([
		compilePayload(1, []).subarray(0, 24),
		text('gcc'),
		text('g'),
		text('/'),
		u32(0xffffffff),
	]);
	t.throws(() => decodeCompile(payload), {instanceOf: FrameError});
});

test('frames come out the same however the stream is cut', t => {
	fc.assert(
		fc.property(
			fc.array(fc.uint8Array({maxLength: 300}), {maxLength: 8}),
			fc.array(fc.integer({min: 1, max: 50})),
			(bodies, cuts) => {
				const stream = Buffer.concat(bodies.map(body => encodeOut(1, Buffer.from(body))));
				const reader = new FrameReader();
				const seen: Buffer[] = [];
				let offset = 0;
				for (let index = 0; offset < stream.length; index++) {
					const size = cuts[index % Math.max(1, cuts.length)] ?? 7;
					reader.push(stream.subarray(offset, offset + size), frame => {
						t.is(frame.type, toShim.out);
						seen.push(Buffer.from(frame.payload.subarray(1)));
					});
					offset += size;
				}
				t.deepEqual(
					seen,
					bodies.map(body => Buffer.from(body)),
				);
			},
		),
	);
});

test('a length over the limit is an error as soon as the header is there', t => {
	const reader = new FrameReader(1000);
	const header = Buffer.alloc(headerBytes);
	header.writeUInt32LE(1001);
	t.throws(() => reader.push(header, () => t.fail()), {instanceOf: FrameError});
});

test('STAT carries its paths as counted strings', t => {
	const frame = encodeStat(['a', '/b c']);
	t.is(frame.readUInt32LE(0), frame.length - headerBytes);
	t.is(frame[4], toShim.stat);
	t.deepEqual(frame.subarray(headerBytes), list(['a', '/b c']));
});

test('DONE decodes its numbers', t => {
	const payload = Buffer.alloc(44);
	payload.writeInt32LE(2, 0);
	payload.writeInt32LE(-1, 4);
	payload.writeInt32LE(9, 8);
	payload.writeBigUInt64LE(5n, 12);
	payload.writeBigUInt64LE(6n, 20);
	payload.writeBigUInt64LE(7n, 28);
	payload.writeBigInt64LE(-8n, 36);
	t.deepEqual(decodeDone(payload), {
		errno: 2,
		exitCode: -1,
		signal: 9,
		userUs: 5,
		sysUs: 6,
		wallUs: 7,
		startedNs: -8n,
	});
	t.is(fromShim.done, 4);
});
