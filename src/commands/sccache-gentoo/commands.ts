import {loadAll} from '../load-all.js';
import {loaders} from './loaders.js';

export const commands = await loadAll(loaders);
