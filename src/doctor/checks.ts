import {type Group, live, ofFiles} from './check.js';
import {probeCompile} from './probes/compile.js';
import {probeAccess} from './probes/daemon.js';
import {foldersTo, owned} from './probes/files.js';
import {probeSandbox} from './probes/sandbox.js';
import {probeRegistration, probeScheduler} from './probes/scheduler.js';
import {probeShared} from './probes/shared.js';
import {probeSpace} from './probes/space.js';
import {probeServers} from './probes/toolchain.js';
import {
	compileProbe,
	farmFacts,
	farmSlots,
	noClient,
	noFarm,
	noPortage,
	noShared,
	usedBytes,
	wayOf,
	wrapperFacts,
} from './questions.js';
import {root} from './survey.js';
import {ok} from './verdict.js';
import {judgeCompile} from './verdicts/compile.js';
import {judgeConfig} from './verdicts/config-file.js';
import {judgeAccess, judgeDaemon} from './verdicts/daemon.js';
import {judgeFeatures} from './verdicts/features.js';
import {judgeFolder} from './verdicts/folder.js';
import {judgeCompilers, judgeLinks} from './verdicts/links.js';
import {judgeMakeConf} from './verdicts/make-conf.js';
import {judgeMakeopts} from './verdicts/makeopts.js';
import {judgeOptOuts} from './verdicts/opt-outs.js';
import {judgePath} from './verdicts/path.js';
import {judgeClock, judgeSchedulers, judgeToken} from './verdicts/scheduler.js';
import {judgeListening, judgeRegistration, judgeSandbox} from './verdicts/server-host.js';
import {judgeServers, judgeToolchain, judgeTrial} from './verdicts/servers.js';
import {judgeShared} from './verdicts/shared.js';
import {judgeSpace} from './verdicts/space.js';
import {judgeWrappers} from './verdicts/wrappers.js';

/** The chain from an emerge to a compile on another host: each check looks by a probe and judges by a verdict. */
export const groups: readonly Group[] = [
	{
		id: 'portage',
		title: 'Portage',
		absent: noPortage,
		checks: [
			ofFiles('make.conf', 'make.conf', [], ({portage}) => judgeMakeConf(portage())),
			ofFiles('path', 'PATH of builds', ['make.conf'], ({names}) => judgePath(names().path)),
			ofFiles('features', 'sandboxes', ['make.conf'], survey =>
				judgeFeatures({features: survey.portage().features, way: wayOf(survey.endpoint())}),
			),
			ofFiles('wrappers', 'other wrappers', ['make.conf'], survey =>
				judgeWrappers(wrapperFacts(survey.portage())),
			),
			ofFiles('opt-outs', 'opt-outs', ['make.conf'], ({portage}) =>
				judgeOptOuts({
					hasOriginalPath: portage().value('ORIGINAL_PATH') !== undefined,
					pathInMakeConf: !portage().hasBashrcBlock,
					excluded: portage().excluded,
				}),
			),
			ofFiles('makeopts', 'MAKEOPTS', ['make.conf'], async survey =>
				judgeMakeopts({
					makeopts: survey.portage().value('MAKEOPTS'),
					cores: survey.host.cores,
					memoryBytes: survey.host.memoryBytes,
					farmSlots: await farmSlots(survey),
				}),
			),
		],
	},
	{
		id: 'client',
		title: 'Client',
		absent: noClient,
		checks: [
			ofFiles('links', 'links', [], ({names}) => judgeLinks(names().links)),
			ofFiles('compilers', 'compilers', ['links'], ({names}) => judgeCompilers(names().compilers)),
			ofFiles('client.conf', 'client.conf', [], async ({client}) => {
				const {facts} = await client();
				// The client alone goes on without.
				return facts.file === undefined && facts.error === undefined
					? ok(`There is no ${facts.path}: compiles are cached, and stay here.`)
					: judgeConfig(facts);
			}),
			ofFiles('cache', 'cache folder', ['client.conf'], async survey => {
				const path = (await survey.client()).config?.cacheDir ?? '';
				return judgeFolder({
					...{path, folder: owned(path), folders: foldersTo(path)},
					...{purpose: 'the cache', owner: survey.builder(), exclusive: true, mode: 0o750},
				});
			}),
			live('space', 'space', ['cache'], async survey => {
				const {cacheDir = '', cacheSizeBytes = 0} = (await survey.client()).config ?? {};
				const used = await usedBytes(survey);
				return judgeSpace(
					await probeSpace(cacheDir, cacheSizeBytes, 'SCCACHE_CACHE_SIZE in the service', used),
				);
			}),
			live('daemon', 'daemon', [], async ({daemon}) => judgeDaemon((await daemon()).facts)),
			live('access', 'access', ['daemon'], async ({host, endpoint, builder}) =>
				judgeAccess(await probeAccess(host, endpoint(), builder())),
			),
			live('compile', 'cached compile', ['links', 'compilers', 'daemon', 'access'], async survey =>
				judgeCompile(await probeCompile(await compileProbe(survey))),
			),
		],
	},
	{
		id: 'shared',
		title: 'Shared caches',
		absent: noShared,
		checks: [
			live('shared', 'shared cache', [], async survey => {
				const shared = (await survey.client()).config?.shared;
				if (shared === undefined) throw new Error('there is no shared cache to ask');
				return (await probeShared(shared)).map(judgeShared);
			}),
		],
	},
	{
		id: 'farm',
		title: 'Farm',
		absent: noFarm,
		checks: [
			live('scheduler', 'scheduler', [], async ({schedulers}) =>
				judgeSchedulers(await schedulers()),
			),
			live('clock', 'clock', ['scheduler'], async ({farm}) => judgeClock(await farm())),
			live('token', 'token', ['scheduler'], async survey => {
				const {answer} = await survey.farm();
				const {config} = await survey.client();
				return judgeToken({
					hasToken: config?.dist?.token !== undefined,
					status: (await survey.list()).status,
					isOurs: answer.kind === 'answers' && answer.isOurs,
				});
			}),
			live('servers', 'build servers', ['scheduler'], async survey =>
				judgeServers(await farmFacts(survey)),
			),
			live('toolchain', 'toolchain', ['compilers'], async ({packed}) =>
				judgeToolchain((await packed()).facts),
			),
			live('remote', 'remote compile', ['token', 'servers', 'toolchain'], async survey => {
				const dist = (await survey.client()).config?.dist;
				if (dist === undefined) throw new Error('there is no farm to ask');
				const {servers = []} = await farmFacts(survey);
				const up = servers.filter(
					({state, arch}) => state === 'up' && (arch ?? survey.host.arch) === survey.host.arch,
				);
				const trials = await probeServers(
					dist,
					await survey.packed(),
					up.map(({address}) => address),
					survey.host.onStage,
				);
				return trials.map(judgeTrial);
			}),
		],
	},
	{
		id: 'scheduler-host',
		title: 'Scheduler here',
		absent: async ({has, fileOf}) =>
			has('scheduler') ? undefined : `There is no ${fileOf('scheduler')}: this is no scheduler.`,
		checks: [
			ofFiles('scheduler.conf', 'scheduler.conf', [], ({scheduler}) =>
				judgeConfig(scheduler().facts),
			),
			live('listening', 'scheduler', ['scheduler.conf'], async ({scheduler, host}) => {
				const url = `http://${scheduler().config?.publicAddress}/`;
				const {answer} = await probeScheduler(url, host.nowMs);
				const wrong = {
					answers: undefined,
					error: 'message' in answer ? answer.message : '',
					status: 'something else answers',
				};
				return judgeListening({url, wrong: wrong[answer.kind], init: host.init});
			}),
		],
	},
	{
		id: 'server-host',
		title: 'Build server here',
		absent: async ({has, fileOf}) =>
			has('server') ? undefined : `There is no ${fileOf('server')}: this is no build server.`,
		checks: [
			ofFiles('server.conf', 'server.conf', [], ({server}) => judgeConfig(server().facts)),
			live('sandbox', 'sandbox', ['server.conf'], async ({server, host}) =>
				judgeSandbox(
					await probeSandbox(server().config?.builder.bwrapPath ?? 'bwrap', host.user.uid),
				),
			),
			live('build folders', 'folders', ['server.conf'], ({server, host}) => {
				const owner = host.user.uid === 0 ? root : host.user;
				const {builder, cacheDir} = server().config ?? {};
				const folders = [
					[builder?.buildDir ?? '', 'for builds'],
					[cacheDir ?? '', 'for toolchains and results'],
				] as const;
				return folders.map(([path, purpose]) =>
					judgeFolder({
						...{path, folder: owned(path), folders: foldersTo(path)},
						...{purpose, owner, exclusive: true, mode: 0o755},
					}),
				);
			}),
			live('server space', 'space', ['build folders'], async ({server}) => {
				const {
					cacheDir = '',
					toolchainCacheSizeBytes = 0,
					resultCacheSizeBytes = 0,
				} = server().config ?? {};
				const limitBytes = toolchainCacheSizeBytes + resultCacheSizeBytes;
				const settings = 'toolchain_cache_size or result_cache_size';
				return judgeSpace(await probeSpace(cacheDir, limitBytes, settings));
			}),
			live('registration', 'at the scheduler', ['server.conf'], async ({server, host}) => {
				const {publicAddress = '', schedulerUrls = []} = server().config ?? {};
				return Promise.all(
					schedulerUrls.map(async url =>
						judgeRegistration(await probeRegistration(publicAddress, url, host.init)),
					),
				);
			}),
		],
	},
];
