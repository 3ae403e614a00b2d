import {randomBytes} from 'node:crypto';
import {existsSync} from 'node:fs';
import {availableParallelism, machine, totalmem, userInfo} from 'node:os';
import {join, resolve} from 'node:path';
import {Command, Flags} from '@oclif/core';
import {processEnvironment} from '../../config/environment.js';
import type {Environment} from '../../config/parse-variables.js';
import type {Finding} from '../../doctor/check.js';
import {groups} from '../../doctor/checks.js';
import {examine} from '../../doctor/examine.js';
import type {Host} from '../../doctor/host.js';
import {doRepair} from '../../doctor/repair.js';
import {findingText, summaryText} from '../../doctor/report.js';
import {initOf} from '../../doctor/service.js';
import {noProgress, progressOn} from '../../lib/progress.js';
import {defaultShimFolder} from '../../portage/make-conf-block.js';
import {packageVersion} from '../package-info.js';
import {askDaemon} from '../sccache/control-client.js';
import {installedProgram, usualProgram} from './links/program-flag.js';
import {lookOf} from './terminal-look.js';

export interface DoctorAnswer {
	readonly findings: readonly Finding[];
	/** Nothing failed. */
	readonly sound: boolean;
}

export class Doctor extends Command {
	static override description =
		`Look at all that a compile goes through, from emerge to another host, and say what mends it.

Ends with 1 when something failed. As root it can look at everything.`;
	static override examples = [
		'<%= config.bin %> doctor',
		'<%= config.bin %> doctor --fix',
		'<%= config.bin %> doctor --root /mnt/gentoo --json',
	];
	static override enableJsonFlag = true;
	static override flags = {
		fix: Flags.boolean({
			description:
				'Do what mends without a question: links, modes and owners of our files, missing folders, services that do not run',
		}),
		root: Flags.string({
			description: 'The tree to look at; of another than / the files alone',
			helpValue: 'DIR',
			default: '/',
			parse: async path => resolve(path),
		}),
		links: Flags.string({
			description: 'Where the compiler links are, if PATH in make.conf does not tell',
			helpValue: 'DIR',
			default: defaultShimFolder,
			parse: async path => resolve(path),
		}),
		program: Flags.string({
			description: 'The sccache program of the tree that the links lead to',
			helpValue: 'FILE',
			parse: async path => resolve(path),
		}),
	};

	async run(): Promise<DoctorAnswer> {
		const {flags} = await this.parse(Doctor);
		const env = processEnvironment();
		const look = lookOf(process.stdout, env);
		const {root, links: linkFolder} = flags;
		const isLive = root === '/';
		const program = flags.program ?? (isLive ? installedProgram() : join(root, usualProgram));
		let before: Finding | undefined;
		const progress = this.jsonEnabled()
			? noProgress
			: progressOn(process.stdout, env.TERM, Date.now);
		const findings = await examine({
			groups,
			host: {...thisHost(env), onStage: progress.show, root, isLive, program, linkFolder},
			repair: flags.fix ? repair => doRepair(repair, program) : undefined,
			onCheck: ({title}) => progress.show(`looking at: ${title}`),
			onFinding: finding => {
				progress.clear();
				if (!this.jsonEnabled()) process.stdout.write(findingText(finding, before, look));
				before = finding;
			},
		});
		if (!this.jsonEnabled()) process.stdout.write(summaryText(findings, look));
		const sound = findings.every(({status}) => status !== 'failure');
		if (!sound) process.exitCode = 1;
		return {findings, sound};
	}
}

function thisHost(env: Environment): Omit<Host, 'root' | 'isLive' | 'program' | 'linkFolder'> {
	const user = thisUser();
	return {
		env,
		version: packageVersion(),
		daemon: {
			ping: where => askDaemon(where, 'ping'),
			stats: async where => (await askDaemon(where, 'stats'))?.stats,
		},
		nowMs: Date.now,
		randomName: () => randomBytes(8).toString('hex'),
		cores: availableParallelism(),
		memoryBytes: totalmem(),
		arch: machine(),
		init: initOf(existsSync),
		user,
	};
}

function thisUser(): Host['user'] {
	const [uid = 0, gid = 0] = [process.getuid?.(), process.getgid?.()];
	try {
		return {name: userInfo().username, uid, gid};
	} catch {
		// Passwd need not know it.
		return {name: String(uid), uid, gid};
	}
}
