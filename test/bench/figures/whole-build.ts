import type {Figure} from '../figure.js';
export const wholeBuild: Figure = {name: 'whole-build', needs: ['distcc'], measure: async () => []};
