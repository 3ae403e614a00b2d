import test from 'ava';
import fc from 'fast-check';
import {
	BincodeError,
	bool,
	bytes,
	type Codec,
	decode,
	encode,
	fixedBytes,
	list,
	pair,
	text,
	u8,
	u64,
} from '../../../src/protocol/dist/bincode.js';
import {
	allocJobResponse,
	runJobRequest,
	runJobResponse,
} from '../../../src/protocol/dist/messages.js';
import {allMessages} from './arbitrary-messages.js';

const refused = {instanceOf: BincodeError};

/** Decodes, or throws a BincodeError, and nothing else. */
function survives(codec: Codec<unknown>, message: Buffer): void {
	try {
		decode(codec, message);
	} catch (error) {
		if (!(error instanceof BincodeError)) throw error;
	}
}

for (const [name, codec, values] of allMessages) {
	test(`${name}: what was encoded is decoded`, t => {
		fc.assert(
			fc.property(values, value => {
				t.deepEqual(decode(codec, encode(codec, value)), value);
			}),
			{numRuns: 100},
		);
		t.pass();
	});

	test(`${name}: a message that ends early is refused wherever it ends`, t => {
		fc.assert(
			fc.property(values, value => {
				const whole = encode(codec, value);
				for (let length = 0; length < whole.length; length++) {
					t.throws(() => decode(codec, whole.subarray(0, length)), refused);
				}
			}),
			{numRuns: 10},
		);
		t.pass();
	});

	test(`${name}: any bytes are a value or refused`, t => {
		fc.assert(
			fc.property(fc.uint8Array({maxLength: 200}), random => {
				survives(codec, Buffer.from(random));
			}),
			{numRuns: 300},
		);
		const changed = fc.tuple(values, fc.nat(), fc.integer({min: 0, max: 255}));
		fc.assert(
			fc.property(changed, ([value, at, byte]) => {
				const message = encode(codec, value);
				if (message.length > 0) message[at % message.length] = byte;
				survives(codec, message);
			}),
			{numRuns: 300},
		);
		t.pass();
	});
}

test('a count that the message can’t hold is refused before anything is made for it', t => {
	const counts = [5n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n];
	for (const codec of [bytes, text, list(u8), list(text), list(pair(text, text))]) {
		for (const count of counts) {
			const message = Buffer.alloc(12);
			message.writeBigUInt64LE(count);
			t.throws(() => decode(codec as Codec<unknown>, message), refused);
		}
	}
});

test('a list is not made longer than its items are', t => {
	const message = Buffer.alloc(16 * 1024 * 1024, 0xff);
	message.writeBigUInt64LE(BigInt(message.length - 8));
	const before = process.memoryUsage().heapUsed;
	t.throws(() => decode(list(text), message), refused);
	t.true(process.memoryUsage().heapUsed - before < 16 * 1024 * 1024);
});

test('a number of no variant is refused', t => {
	for (const number of [2, 255, 2 ** 31, 2 ** 32 - 1]) {
		const message = Buffer.alloc(100);
		message.writeUInt32LE(number);
		t.throws(() => decode(allocJobResponse, message), refused);
		t.throws(() => decode(runJobResponse, message), refused);
	}
});

test('a bool is 0 or 1', t => {
	for (let value = 2; value < 256; value++) {
		t.throws(() => decode(bool, Buffer.from([value])), refused);
	}
});

test('a text is UTF-8, and U+FFFD itself is one', t => {
	const message = (content: Buffer) => Buffer.concat([encode(u64, content.length), content]);
	for (const hex of ['ff', 'c0af', 'eda080', 'f4908080', 'e282', 'efbfbdff']) {
		t.throws(() => decode(text, message(Buffer.from(hex, 'hex'))), refused, hex);
	}
	for (const value of ['\uFFFD', '\uFEFFa', 'a\0b', '😀']) {
		t.is(decode(text, message(Buffer.from(value))), value);
	}
});

test('a number that JavaScript can’t hold is refused', t => {
	const message = Buffer.alloc(8);
	message.writeBigUInt64LE(2n ** 53n - 1n);
	t.is(decode(u64, message), 2 ** 53 - 1);
	message.writeBigUInt64LE(2n ** 53n);
	t.throws(() => decode(u64, message), refused);
});

test('bytes of fixed length have no other', t => {
	t.throws(() => encode(fixedBytes(4), Buffer.alloc(5)), refused);
	t.throws(() => decode(fixedBytes(4), Buffer.alloc(3)), refused);
});

test('a command of a hundred thousand arguments is one', t => {
	const value = {
		command: {
			executable: '/usr/bin/gcc',
			arguments: Array.from({length: 100_000}, (_, index) => `-D${index}`),
			envVars: [],
			cwd: '/',
		},
		outputs: [],
	};
	t.deepEqual(decode(runJobRequest, encode(runJobRequest, value)), value);
});
