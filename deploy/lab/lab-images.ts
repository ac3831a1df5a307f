/** The project's images, as `Lab.up` takes them: built on this machine, or found in the cache of an earlier build. */
export { ensureImageArchive as labImages } from '../images/archive.ts';
