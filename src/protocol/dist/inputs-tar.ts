/**
 * The inputs of a job: regular files and folders in a tar archive (POSIX.1-2001, "pax Interchange Format"; GNU's long names are read,
 * too). Nothing else is taken: no links, no devices, no names that lead outside.
 */

/** One file. `path` is absolute; a latin1 string, a character a byte, as paths are everywhere inside. */
export interface InputFile {
	readonly path: string;
	/** Permission bits. */
	readonly mode: number;
	/** Seconds since the epoch: `__TIMESTAMP__` shows it, `#pragma once` compares it. */
	readonly mtimeS: number;
	readonly bytes: Buffer;
}

/** What a job finds beside its toolchain. `folders`: absolute; they are to be there, empty or not. */
export interface Inputs {
	readonly files: readonly InputFile[];
	readonly folders: readonly string[];
}

/** An archive that is none, or that holds what inputs can't be. */
export class InputsError extends Error {
	override readonly name = 'InputsError';
}

const blockBytes = 512;
const nameBytes = 100;
const regular = ['0', '\0', '7'];
const folder = '5';
const paxHeader = 'x';
const paxGlobal = 'g';
const gnuLongName = 'L';
const endOfArchive = Buffer.alloc(2 * blockBytes);

/** The archive, as chunks that need not be joined to be sent. The files' own bytes are not copied. */
export function encodeInputs({files, folders}: Inputs): readonly Buffer[] {
	const empty = Buffer.alloc(0);
	return [
		...folders.flatMap(path =>
			encodeEntry({path: `${path}/`, mode: 0o755, mtimeS: 0, bytes: empty}, folder),
		),
		...files.flatMap(file => encodeEntry(file, '0')),
		endOfArchive,
	];
}

function encodeEntry({path, mode, mtimeS, bytes}: InputFile, type: string): Buffer[] {
	const name = path.replace(/^\/+/, '');
	const long = name.length > nameBytes;
	const pax = long ? paxRecord('path', name) : undefined;
	return [
		...(pax === undefined
			? []
			: [header('pax', 0o644, pax.length, mtimeS, paxHeader), ...padded(pax)]),
		header(long ? name.slice(-nameBytes) : name, mode, bytes.length, mtimeS, type),
		...padded(bytes),
	];
}

/** A record counts its own length, digits included. */
function paxRecord(key: string, value: string): Buffer {
	const rest = Buffer.from(` ${key}=${value}\n`, 'latin1');
	let length = rest.length;
	while (String(length).length + rest.length !== length) {
		length = String(length).length + rest.length;
	}
	return Buffer.concat([Buffer.from(String(length)), rest]);
}

function padded(bytes: Buffer): Buffer[] {
	const over = bytes.length % blockBytes;
	return over === 0 ? [bytes] : [bytes, endOfArchive.subarray(0, blockBytes - over)];
}

function header(name: string, mode: number, size: number, mtimeS: number, type: string): Buffer {
	const block = Buffer.alloc(blockBytes);
	const octal = (value: number, digits: number, at: number) =>
		block.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
	block.write(name, 0, nameBytes, 'latin1');
	octal(mode & 0o7777, 7, 100);
	octal(0, 7, 108);
	octal(0, 7, 116);
	octal(size, 11, 124);
	octal(Math.max(0, Math.floor(mtimeS)), 11, 136);
	block.write('        ', 148, 'latin1');
	block.write(type, 156, 'latin1');
	block.write('ustar\u000000', 257, 'latin1');
	block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
	return block;
}

function checksum(block: Buffer): number {
	let sum = 0;
	for (let index = 0; index < blockBytes; index++) {
		sum += index >= 148 && index < 156 ? 0x20 : (block[index] as number);
	}
	return sum;
}

/** Throws InputsError. The files' bytes are views into `archive`, which may end without the two empty blocks. */
export function decodeInputs(archive: Buffer): Inputs {
	const files: InputFile[] = [];
	const folders: string[] = [];
	let longName: string | undefined;
	for (let offset = 0; offset + blockBytes <= archive.length; ) {
		const block = archive.subarray(offset, offset + blockBytes);
		if (block.every(byte => byte === 0)) {
			return {files, folders};
		}
		const {name, mode, sizeBytes, mtimeS, type} = readHeader(block);
		const start = offset + blockBytes;
		const bytes = archive.subarray(start, start + sizeBytes);
		if (bytes.length < sizeBytes) {
			throw new InputsError(`the archive ends in the middle of ${name}`);
		}
		offset = start + Math.ceil(sizeBytes / blockBytes) * blockBytes;
		if (type === paxHeader) {
			longName = paxPath(bytes) ?? longName;
		} else if (type === gnuLongName) {
			longName = text(bytes, 0, bytes.length);
		} else if (type !== paxGlobal) {
			const path = checkedPath(longName ?? name);
			if (regular.includes(type) && path !== '/') {
				files.push({path, mode: mode & 0o777, mtimeS, bytes});
			} else if (type === folder) {
				folders.push(path);
			} else {
				throw new InputsError(`${path} is neither a file nor a folder`);
			}
			longName = undefined;
		}
	}
	return {files, folders};
}

function readHeader(block: Buffer) {
	if (number(block, 148, 8) !== checksum(block)) {
		throw new InputsError('a header has a wrong checksum');
	}
	const prefix = /^ustar/.test(text(block, 257, 6)) ? text(block, 345, 155) : '';
	const name = text(block, 0, nameBytes);
	return {
		// GNU's old format keeps times where POSIX has the prefix.
		name: prefix === '' || block[262] !== 0 ? name : `${prefix}/${name}`,
		mode: number(block, 100, 8),
		sizeBytes: number(block, 124, 12),
		mtimeS: number(block, 136, 12),
		type: String.fromCharCode(block[156] as number),
	};
}

/** Octal digits, or GNU's binary form for what they can't hold. */
function number(block: Buffer, at: number, sizeBytes: number): number {
	if (((block[at] as number) & 0x80) !== 0) {
		const value = block.readUIntBE(at + sizeBytes - 6, 6);
		const higher = block.subarray(at + 1, at + sizeBytes - 6);
		if (higher.every(byte => byte === 0) && block[at] === 0x80) {
			return value;
		}
		throw new InputsError('a header has a number that is too large');
	}
	const digits = text(block, at, sizeBytes).trim();
	if (!/^[0-7]*$/.test(digits)) {
		throw new InputsError('a header has something else where a number belongs');
	}
	return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function text(block: Buffer, at: number, sizeBytes: number): string {
	const field = block.subarray(at, at + sizeBytes);
	const end = field.indexOf(0);
	return field.toString('latin1', 0, end === -1 ? field.length : end);
}

function paxPath(records: Buffer): string | undefined {
	let path: string | undefined;
	for (let offset = 0; offset < records.length; ) {
		const [, length = '', key = ''] =
			/^(\d{1,9}) ([^=]+)=/.exec(records.toString('latin1', offset, offset + 300)) ?? [];
		const end = offset + Number(length);
		const start = offset + length.length + key.length + 2;
		if (length === '' || end > records.length || start >= end) {
			throw new InputsError('a pax header is malformed');
		}
		if (key === 'path') {
			path = records.toString('latin1', start, end - 1);
		}
		offset = end;
	}
	return path;
}

/** Absolute, and without parts that mean something else. Throws InputsError. */
export function checkedPath(name: string): string {
	const parts = name.split('/').filter(part => part !== '' && part !== '.');
	if (parts.includes('..') || name.includes('\0')) {
		throw new InputsError(`${JSON.stringify(name)} is no name for an input`);
	}
	return `/${parts.join('/')}`;
}
