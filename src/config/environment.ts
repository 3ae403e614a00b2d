import type {Environment} from './parse-variables.js';

/** The environment of this process, for the edge alone: everything below takes values. */
export const processEnvironment = (): Environment => process.env;
