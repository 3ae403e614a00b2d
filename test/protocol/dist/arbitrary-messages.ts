import fc, {type Arbitrary} from 'fast-check';
import {formatAddress} from '../../../src/protocol/dist/address.js';
import type {Codec} from '../../../src/protocol/dist/bincode.js';
import * as messages from '../../../src/protocol/dist/messages.js';

const word = fc.string({unit: 'binary', maxLength: 20});
const blob = fc.uint8Array({maxLength: 40}).map(bytes => Buffer.from(bytes));
const size = fc.nat({max: Number.MAX_SAFE_INTEGER});
const code = fc.integer({min: -(2 ** 31), max: 2 ** 31 - 1});
const port = fc.nat({max: 65_535});

/** Of IPv4, as it is written. */
export const v4Address = fc
	.tuple(fc.ipV4(), port)
	.map(([host, at]) => formatAddress({host, port: at}));

const unit = (kind: string) => fc.constant({kind});
const content = <Value>(kind: string, value: Arbitrary<Value>) =>
	fc.record({kind: fc.constant(kind), value});
const failure = content('Fail', fc.record({msg: word}));
const jobState = fc.oneof(unit('Pending'), unit('Ready'), unit('Started'), unit('Complete'));

/** Every message with values of it. */
export const arbitraryMessages = {
	toolchain: fc.record({archiveId: word}),
	allocJobResponse: fc.oneof(
		content(
			'Success',
			fc.record({
				jobAlloc: fc.record({auth: word, jobId: size, serverId: v4Address}),
				needToolchain: fc.boolean(),
				certDigest: blob,
			}),
		),
		failure,
	),
	serverCertificateResponse: fc.record({certDigest: blob, certPem: blob}),
	heartbeatRequest: fc.record({
		jwtKey: blob,
		numCpus: size,
		serverNonce: fc.bigInt({min: 0n, max: 2n ** 64n - 1n}),
		certDigest: blob,
		certPem: blob,
	}),
	heartbeatResponse: fc.record({isNew: fc.boolean()}),
	jobState,
	updateJobStateResponse: fc.oneof(unit('Success'), failure),
	assignJobResponse: fc.record({state: jobState, needToolchain: fc.boolean()}),
	submitToolchainResponse: fc.oneof(unit('Success'), unit('JobNotFound'), unit('CannotCache')),
	runJobRequest: fc.record({
		command: fc.record({
			executable: word,
			arguments: fc.array(word),
			envVars: fc.array(fc.tuple(word, word)),
			cwd: word,
		}),
		outputs: fc.array(word),
	}),
	runJobResponse: fc.oneof(
		unit('JobNotFound'),
		content(
			'Complete',
			fc.record({
				output: fc.record({code, stdout: blob, stderr: blob}),
				outputs: fc.array(fc.tuple(word, fc.tuple(blob, size))),
			}),
		),
	),
	schedulerStatus: fc.record({numServers: size, numCpus: size, inProgress: size}),
};

type Name = keyof typeof arbitraryMessages;

/** Name, codec and values of each message that messages.ts has. */
export const allMessages = Object.entries(messages).map(
	([name, codec]): [string, Codec<unknown>, Arbitrary<unknown>] => [
		name,
		codec as Codec<unknown>,
		arbitraryMessages[name as Name] as Arbitrary<unknown>,
	],
);
