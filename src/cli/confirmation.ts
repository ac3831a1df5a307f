import type { Keys } from '../api/keys.ts';
import type { ObjectRef } from '../api/object.ts';
import { encodeConfirmation } from '../core/guard/confirmation.ts';
import type { Write } from '../ports/object-store.ts';

/** The write that confirms the removal of one object. @param created create revision of its key: which object is meant */
export const confirmationOf = (
  keys: Keys,
  { ref, created }: { readonly ref: ObjectRef; readonly created: bigint },
): Write => ({ type: 'put', key: keys.confirmationOf(ref), value: encodeConfirmation(created) });
