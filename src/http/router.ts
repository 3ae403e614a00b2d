import type {Route} from './route.js';

export type Found =
	| {readonly kind: 'route'; readonly route: Route; readonly parameter: string}
	| {readonly kind: 'unknownPath'}
	| {readonly kind: 'otherMethod'; readonly allowed: readonly string[]};

export type Router = (method: string, path: string) => Found;

type Methods = Map<string, Route>;

/** Looks paths up in two maps: the whole path, then the path without its last segment. */
export function router(routes: readonly Route[]): Router {
	const whole = new Map<string, Methods>();
	const withParameter = new Map<string, Methods>();
	for (const route of routes) {
		const takesParameter = route.path.endsWith('/*');
		const path = takesParameter ? route.path.slice(0, -2) : route.path;
		const paths = takesParameter ? withParameter : whole;
		const methods: Methods = paths.get(path) ?? new Map();
		if (methods.has(route.method)) {
			throw new Error(`two routes for ${route.method} ${route.path}`);
		}
		paths.set(path, methods.set(route.method, route));
	}
	return (method, path) => {
		const exact = whole.get(path);
		if (exact !== undefined) {
			return choose(exact, method, '');
		}
		const slash = path.lastIndexOf('/');
		const methods = withParameter.get(path.slice(0, slash));
		const parameter = methods && decoded(path.slice(slash + 1));
		return parameter ? choose(methods, method, parameter) : {kind: 'unknownPath'};
	};
}

function choose(methods: Methods, method: string, parameter: string): Found {
	const route = methods.get(method);
	return route === undefined
		? {kind: 'otherMethod', allowed: [...methods.keys()]}
		: {kind: 'route', route, parameter};
}

function decoded(segment: string): string | undefined {
	try {
		return decodeURIComponent(segment);
	} catch {
		return undefined;
	}
}
