import { inject } from 'vitest';
import { Lab } from '../../deploy/lab/lab.ts';

/** The lab that all end-to-end suites share: three nodes, the project's images, one etcd. */
export const sharedLab = (): Lab => Lab.open(inject('lab'));
