/** By its id, each loaded only when it is asked for: what they need takes longer to load than most take to run. */
export const loaders = {
	'auth:generate-jwt-hs256-key': async () =>
		(await import('./auth/generate-jwt-hs256-key.js')).GenerateJwtHs256Key,
	'auth:generate-jwt-hs256-server-token': async () =>
		(await import('./auth/generate-jwt-hs256-server-token.js')).GenerateJwtHs256ServerToken,
	'auth:generate-shared-token': async () =>
		(await import('./auth/generate-shared-token.js')).GenerateSharedToken,
	scheduler: async () => (await import('./scheduler.js')).Scheduler,
	server: async () => (await import('./server.js')).Server,
};
