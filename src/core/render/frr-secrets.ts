import type { SessionPassword } from '../plan/desired.ts';
import { withOwnPart } from './frr-extra.ts';

/** A plan names secrets and their revision only: what is written of it anywhere holds no value. */
export const passwordText = ({ secret, revision = '' }: SessionPassword): string =>
  `{secret ${secret} ${revision}}`;

const PLACEHOLDER = /^( neighbor \S+ password )\{secret (\S+) \d+\}$/gm;

/** Puts the values in, but into what the user wrote, right before a router gets its configuration. @throws what `valueOf` throws. */
export const withSecrets = (text: string, valueOf: (secret: string) => string): string =>
  withOwnPart(text, (own) =>
    own.replace(PLACEHOLDER, (_, line: string, secret: string) => line + valueOf(secret)),
  );

const SIGNED = /(\bpassword\s+(?:[78]\s+)?)(?!\{secret )\S+/g;

/** A text that may quote lines of a configuration, without the passwords in it. */
export const redacted = (text: string): string => text.replace(SIGNED, '$1***');
