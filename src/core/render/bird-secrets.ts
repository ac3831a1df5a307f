import { RouterRefusal } from '../failure.ts';
import type { SessionPassword } from '../plan/desired.ts';
import { withOwnPart } from './bird-extra.ts';

/** A plan names secrets and their revision only: what is written of it anywhere holds no value. */
export const passwordText = ({ secret, revision = '' }: SessionPassword): string =>
  `{secret ${secret} ${revision}}`;

const PLACEHOLDER = /^( {2}password ")\{secret (\S+) \d+\}(";)$/gm;

/**
 * Puts the values in, but into what the user wrote, right before a router gets its configuration.
 * @throws RouterRefusal of a value that no text in BIRD's quotes can hold, and what `valueOf` throws.
 */
export const withSecrets = (text: string, valueOf: (secret: string) => string): string =>
  withOwnPart(text, (own) =>
    own.replace(PLACEHOLDER, (_, before: string, secret: string, after: string) => {
      const value = valueOf(secret);
      if (value.includes('"'))
        throw new RouterRefusal(
          `the password in secret ${secret} has a quotation mark in it, which BIRD has no way to write; choose another one`,
        );
      return `${before}${value}${after}`;
    }),
  );
