import type {Address} from './address.js';

/** Paths of the HTTP interface. Those of v1 are Mozilla's; those marked + are ours. */
export const schedulerRoutes = {
	/** POST, client's token */
	allocJob: '/api/v1/scheduler/alloc_job',
	/** GET, no token: `/{ip:port}` follows. */
	serverCertificate: '/api/v1/scheduler/server_certificate',
	/** POST, server's token */
	heartbeat: '/api/v1/scheduler/heartbeat_server',
	/** POST, server's token: `/{job_id}` follows. */
	jobState: '/api/v1/scheduler/job_state',
	/** GET, no token */
	status: '/api/v1/scheduler/status',
	/** + DELETE, client's token, `/{job_id}` follows: its server never got it */
	job: '/api/v1/scheduler/job',
	/** + POST, server's token */
	serverStatus: '/api/v1/scheduler/server_status',
	/** + GET, client's token */
	servers: '/api/v1/scheduler/servers',
	/** + POST, client's token: ClientReport */
	clientReport: '/api/v1/scheduler/client_report',
} as const;

/** All with the job's token; `/{job_id}` follows. */
export const serverRoutes = {
	/** POST */
	assignJob: '/api/v1/distserver/assign_job',
	/** POST */
	submitToolchain: '/api/v1/distserver/submit_toolchain',
	/** POST */
	runJob: '/api/v1/distserver/run_job',
	/** + DELETE: end the job */
	job: '/api/v1/distserver/job',
} as const;

export const certificatePath = (server: Address): string =>
	`${schedulerRoutes.serverCertificate}/${server}`;
