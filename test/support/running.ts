import { parseAllDocuments } from 'yaml';
import type { ObjectRef } from '../../src/api/object.ts';

interface Written {
  readonly ref: ObjectRef;
  readonly text: string;
}

/** `sandbox`: so run the Routers of which a test says nothing else (`npm run faults -- --runtime sandbox`). */
const RUNTIME = process.env['HINGE_TEST_RUNTIME'] === 'sandbox' ? 'sandbox' : 'task';

/** A document whose Router runs in a sandbox, or as a task; what is written in it wins, and other objects stay as they are. */
export function running(runtime: 'task' | 'sandbox', { ref, text }: Written): Written {
  if (ref.kind !== 'Router') return { ref, text };
  const value = parseAllDocuments(text)[0]?.toJS() as { readonly spec?: object };
  return { ref, text: JSON.stringify({ ...value, spec: { runtime, ...value.spec } }) };
}

export const asAsked = (written: Written): Written =>
  RUNTIME === 'sandbox' ? running(RUNTIME, written) : written;
