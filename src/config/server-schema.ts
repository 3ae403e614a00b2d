import {z} from 'zod';
import {metricsTable} from './metrics-table.js';
import {
	absolutePath,
	address,
	exactlyOne,
	schedulerUrl,
	schedulerUrls,
	secret,
	size,
} from './values.js';

/** A build server's file: upstream's keys, with `result_cache_size` and from `max_jobs` on ours. Every table is closed. */

const overlay = z.strictObject({
	type: z.literal('overlay'),
	build_dir: absolutePath,
	bwrap_path: absolutePath,
});

const text = z.string();

/** Upstream has it, this has not; known, so that its keys are not called misspelt. */
const elsewhere = <Type extends string, Shape extends z.ZodRawShape>(type: Type, shape: Shape) =>
	z.strictObject({type: z.literal(type), ...shape}).superRefine((_table, context) => {
		context.addIssue({
			code: 'custom',
			path: ['type'],
			message: 'expected "overlay", the only builder here',
			params: {hint: 'type = "overlay", with build_dir and bwrap_path'},
		});
	});

const builder = z.discriminatedUnion('type', [
	overlay,
	elsewhere('docker', {}),
	elsewhere('pot', {
		pot_fs_root: text.optional(),
		clone_from: text.optional(),
		pot_cmd: text.optional(),
		pot_clone_args: z.array(text).optional(),
	}),
]);

const secretOrFile = {token: secret.optional(), token_file: absolutePath.optional()};

const schedulerAuth = z.discriminatedUnion('type', [
	z.strictObject({type: z.literal('DANGEROUSLY_INSECURE')}),
	z
		.strictObject({type: z.literal('jwt_token'), ...secretOrFile})
		.superRefine(exactlyOne('token', 'token_file')),
	z
		.strictObject({type: z.literal('token'), ...secretOrFile})
		.superRefine(exactlyOne('token', 'token_file')),
]);

/** What one job may use. */
const limits = z
	.strictObject({
		wall_seconds: z.int().min(1).max(86_400),
		memory: size,
		processes: z.int().min(1).max(4_194_304),
		open_files: z.int().min(16).max(1_048_576),
		output_size: size,
	})
	.partial();

export const serverSchema = z
	.strictObject({
		builder,
		cache_dir: absolutePath,
		public_addr: address,
		bind_address: address.optional(),
		scheduler_url: schedulerUrl.optional(),
		scheduler_urls: schedulerUrls.optional(),
		scheduler_auth: schedulerAuth,
		toolchain_cache_size: size.optional(),
		result_cache_size: size.optional(),
		max_jobs: z.int().min(1).max(10_000).optional(),
		nice: z.int().min(-20).max(19).optional(),
		limits: limits.optional(),
		memory_per_job: size.optional(),
		metrics: metricsTable.optional(),
	})
	.superRefine((table, context) => {
		if (table.scheduler_url !== undefined || table.scheduler_urls !== undefined) return;
		context.addIssue({
			code: 'invalid_type',
			expected: 'string',
			path: ['scheduler_url'],
			input: undefined,
		});
	});

export type ServerFile = z.output<typeof serverSchema>;
