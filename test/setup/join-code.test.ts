import test from 'ava';
import fc from 'fast-check';
import {AppError} from '../../src/lib/errors.js';
import {Secret} from '../../src/lib/secret.js';
import {formatJoinCode, parseJoinCode} from '../../src/setup/ask/join-code.js';

const text = fc.string({minLength: 1, maxLength: 60});
const anyCode = fc.record({
	schedulerUrl: text,
	token: text,
	server: fc.option(fc.tuple(text, text)),
});

const made = ({
	schedulerUrl,
	token,
	server,
}: typeof anyCode extends fc.Arbitrary<infer Value> ? Value : never) =>
	formatJoinCode({
		schedulerUrl,
		clientToken: new Secret(token),
		server: server === null ? undefined : {publicAddress: server[0], token: new Secret(server[1])},
	}).reveal();

test('what a join code is made of comes out of it, also when pasting has broken it into lines', t => {
	fc.assert(
		fc.property(anyCode, given => {
			const code = made(given);
			t.regex(code, /^sccache1\.[\w-]+$/);
			const {schedulerUrl, clientToken, server} = parseJoinCode(
				` ${code.replace(/.{40}/g, '$&\r\n')}\n`,
			);
			t.is(schedulerUrl, given.schedulerUrl);
			t.is(clientToken.reveal(), given.token);
			t.deepEqual(
				server && [server.publicAddress, server.token.reveal()],
				given.server ?? undefined,
			);
		}),
	);
});

test('a code that lost or changed a character is refused, whichever', t => {
	fc.assert(
		fc.property(anyCode, fc.nat(), fc.boolean(), (given, where, cut) => {
			const code = made(given);
			const at = where % code.length;
			const other = code[at] === 'A' ? 'B' : 'A';
			const wrong = code.slice(0, at) + (cut ? '' : other) + code.slice(at + 1);
			const error = t.throws(() => parseJoinCode(wrong), {instanceOf: AppError});
			t.is(error?.code, 'SETUP_INVALID');
		}),
	);
});

test('a code of a later version asks for an update', t => {
	const {message} = t.throws(() => parseJoinCode('sccache2.abc'), {instanceOf: AppError}) ?? {};
	t.regex(message ?? '', /version 2.*update/);
});
