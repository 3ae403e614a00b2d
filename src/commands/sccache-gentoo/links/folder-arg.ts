import {resolve} from 'node:path';
import {Args} from '@oclif/core';
import {defaultShimFolder} from '../../../portage/make-conf-block.js';

/** Which folder of links is meant. */
export const folderArg = Args.string({
	description: 'The folder',
	default: defaultShimFolder,
	parse: async path => resolve(path),
});
