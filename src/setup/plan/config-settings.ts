import type {ClientAnswers, SchedulerAnswers, ServerAnswers} from './answers.js';
import type {Setting} from './toml-edit.js';

/** What the files of /etc/sccache say, with the wiki's keys. */

export function schedulerSettings(answers: SchedulerAnswers): readonly Setting[] {
	const {publicAddress, clientToken, secretKey} = answers;
	return [
		set('', 'public_addr', publicAddress),
		...(clientToken === undefined
			? []
			: [set('client_auth', 'type', 'token'), set('client_auth', 'token', clientToken.reveal())]),
		...(secretKey === undefined
			? []
			: [
					set('server_auth', 'type', 'jwt_hs256'),
					set('server_auth', 'secret_key', secretKey.reveal()),
				]),
	];
}

export function serverSettings(answers: ServerAnswers, eprefix: string): readonly Setting[] {
	const {token, maxJobs, memoryPerJobBytes} = answers;
	const folder = `${eprefix}/var/cache/sccache/builder`;
	return [
		set('', 'public_addr', answers.publicAddress),
		set('', 'toolchain_cache_size', answers.toolchainCacheSizeBytes),
		set('', 'cache_dir', `${folder}/toolchains`),
		set('', 'scheduler_url', answers.schedulerUrl),
		...(maxJobs === undefined ? [] : [set('', 'max_jobs', maxJobs)]),
		...(memoryPerJobBytes === undefined ? [] : [set('', 'memory_per_job', memoryPerJobBytes)]),
		set('builder', 'type', 'overlay'),
		set('builder', 'build_dir', `${folder}/build`),
		set('builder', 'bwrap_path', `${eprefix}/usr/bin/bwrap`),
		...(token === undefined
			? []
			: [
					set('scheduler_auth', 'type', 'jwt_token'),
					set('scheduler_auth', 'token', token.reveal()),
				]),
	];
}

/** None for a client without a farm: what it needs is in its service. */
export function clientSettings(answers: ClientAnswers, eprefix: string): readonly Setting[] {
	const {farm} = answers;
	if (farm === undefined) return [];
	return [
		set('dist', 'scheduler_url', farm.schedulerUrl),
		set('dist', 'toolchains', []),
		set('dist', 'toolchain_cache_size', answers.toolchainCacheSizeBytes),
		set('dist', 'cache_dir', `${eprefix}/var/cache/sccache/cache/sccache-dist-client`),
		...(farm.token === undefined
			? []
			: [set('dist.auth', 'type', 'token'), set('dist.auth', 'token', farm.token.reveal())]),
	];
}

const set = (table: string, key: string, value: Setting['value']): Setting => ({
	table,
	key,
	value,
});
