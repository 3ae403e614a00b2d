import {bytes, type Decoded, fixedBytes, list, struct, u32, u64} from './bincode.js';

/** An input that the server has had before: what the archive says of a file, with the digest (SHA-256) of its content instead of the content. */
const inputReference = struct({path: bytes, mode: u32, mtimeS: u64, digest: fixedBytes(32)});

/** Client --> server, between run_job's request and its archive, where `sccache-inputs-known` announces them. */
export const inputReferences = list(inputReference);

export type InputReference = Decoded<typeof inputReference>;
