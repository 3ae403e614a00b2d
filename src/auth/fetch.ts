/** As the global `fetch`, as far as it is used here. */
export type Fetch = (
	url: string,
	options: {
		readonly method: 'GET';
		readonly headers: Headers;
		readonly redirect: 'manual';
		readonly signal: AbortSignal;
	},
) => Promise<Response>;

export const fetchTimeoutMs = 5000;
