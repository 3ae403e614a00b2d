import {socketAddress} from './address.js';
import {
	bool,
	bytes,
	type Decoded,
	i32,
	list,
	pair,
	struct,
	text,
	u64,
	unit,
	variants,
	wideU64,
} from './bincode.js';

/** The messages of sccache-dist's protocol v1. The order of fields and variants is the wire's. */

/** BLAKE3 of the packed toolchain, 64 hex digits. */
export const toolchain = struct({archiveId: text});

/** Scheduler --> client: the job, and the token that its server will take. */
const jobAlloc = struct({auth: text, jobId: u64, serverId: socketAddress});

/** Scheduler --> client. `certDigest`: SHA-256 of the server's certificate (DER). */
export const allocJobResponse = variants({
	Success: struct({jobAlloc, needToolchain: bool, certDigest: bytes}),
	Fail: struct({msg: text}),
});

/** Scheduler --> client */
export const serverCertificateResponse = struct({certDigest: bytes, certPem: bytes});

/** Server --> scheduler. `jwtKey`: with which the scheduler signs the tokens of this server's jobs. */
export const heartbeatRequest = struct({
	jwtKey: bytes,
	numCpus: u64,
	serverNonce: wideU64,
	certDigest: bytes,
	certPem: bytes,
});

/** Scheduler --> server */
export const heartbeatResponse = struct({isNew: bool});

/** Server --> scheduler, and in AssignJobResult the other way round. */
export const jobState = variants({Pending: unit, Ready: unit, Started: unit, Complete: unit});

/** Scheduler --> server */
export const updateJobStateResponse = variants({Success: unit, Fail: struct({msg: text})});

/** Server --> scheduler */
export const assignJobResponse = struct({state: jobState, needToolchain: bool});

/** Server --> client */
export const submitToolchainResponse = variants({
	Success: unit,
	JobNotFound: unit,
	CannotCache: unit,
});

const compileCommand = struct({
	executable: text,
	arguments: list(text),
	envVars: list(pair(text, text)),
	cwd: text,
});

/** Client --> server, before the inputs. `outputs`: absolute, or relative to the cwd. */
export const runJobRequest = struct({command: compileCommand, outputs: list(text)});

const processOutput = struct({code: i32, stdout: bytes, stderr: bytes});

/** Compressed by zlib, and how long it is uncompressed. */
const outputData = pair(bytes, u64);

/** Server --> client */
export const runJobResponse = variants({
	JobNotFound: unit,
	Complete: struct({output: processOutput, outputs: list(pair(text, outputData))}),
});

/** Scheduler --> anyone */
export const schedulerStatus = struct({numServers: u64, numCpus: u64, inProgress: u64});

export type Toolchain = Decoded<typeof toolchain>;
export type AllocJobResponse = Decoded<typeof allocJobResponse>;
export type HeartbeatRequest = Decoded<typeof heartbeatRequest>;
export type JobState = Decoded<typeof jobState>;
export type AssignJobResponse = Decoded<typeof assignJobResponse>;
export type SubmitToolchainResponse = Decoded<typeof submitToolchainResponse>;
export type CompileCommand = Decoded<typeof compileCommand>;
export type RunJobRequest = Decoded<typeof runJobRequest>;
export type ProcessOutput = Decoded<typeof processOutput>;
export type RunJobResponse = Decoded<typeof runJobResponse>;
export type SchedulerStatus = Decoded<typeof schedulerStatus>;
