import {spawn} from 'node:child_process';
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {hasProgram} from '../helpers/has-program.js';
import {end, filesBelow, lowPort, untilConnectable} from './processes.js';
import type {SharedServer} from './shared-server.js';

const moduleFolders = ['/usr/lib/lighttpd', '/usr/lib64/lighttpd'];

export function unableToWebdav(): string | undefined {
	if (!hasLighttpd()) return 'lighttpd is not installed';
	return moduleFolders.some(folder => existsSync(join(folder, 'mod_webdav.so')))
		? undefined
		: "lighttpd's mod_webdav is not installed";
}

/** It lies where an ordinary user's PATH does not lead. */
const hasLighttpd = (): boolean => hasProgram('lighttpd') || existsSync('/usr/sbin/lighttpd');

/** A WebDAV server; `login`: what it asks for. */
export async function startWebdav(
	login?: {readonly username: string; readonly password: string},
	onPort?: number,
): Promise<SharedServer> {
	const folder = mkdtempSync(join(tmpdir(), 'webdav-'));
	const files = join(folder, 'files');
	mkdirSync(files);
	const port = onPort ?? (await lowPort());
	const config = join(folder, 'lighttpd.conf');
	const users = join(folder, 'users');
	if (login !== undefined)
		writeFileSync(users, `${login.username}:${login.password}\n`, {mode: 0o600});
	writeFileSync(
		config,
		`server.modules = ( "mod_webdav"${login === undefined ? '' : ', "mod_auth", "mod_authn_file"'} )
server.document-root = "${files}"
server.upload-dirs = ( "${folder}" )
server.bind = "127.0.0.1"
server.port = ${port}
webdav.activate = "enable"
${
	login === undefined
		? ''
		: `auth.backend = "plain"
auth.backend.plain.userfile = "${users}"
auth.require = ( "/" => ( "method" => "basic", "realm" => "cache", "require" => "valid-user" ) )
`
}`,
	);
	const child = spawn('lighttpd', ['-D', '-f', config], {
		stdio: 'ignore',
		env: {...process.env, PATH: `${process.env.PATH}:/usr/sbin`},
	});
	await untilConnectable(child, port);
	return {
		kind: 'webdav',
		port,
		env: {SCCACHE_WEBDAV_ENDPOINT: `http://127.0.0.1:${port}/`},
		process: child,
		objects: async () => filesBelow(files, /./),
		overwrite: async (name, bytes) => writeFileSync(join(files, name), bytes),
		stop: async () => {
			await end(child);
			rmSync(folder, {recursive: true, force: true});
		},
	};
}
