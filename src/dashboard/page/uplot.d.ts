/** What the build copies from the package of that name. */
export {default} from 'uplot';
