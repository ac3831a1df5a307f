import { RouterRefusal } from '../../failure.ts';
import { unwritable } from './set-text.ts';

const PLACEHOLDER = /^( +password )"\{secret:([^:}]+):\d*\}"$/gm;

/**
 * Puts the values in, right before a router gets its configuration.
 * @throws RouterRefusal of a value that VyOS has no way to write, and what `valueOf` throws.
 */
export const withSecrets = (text: string, valueOf: (secret: string) => string): string =>
  text.replace(PLACEHOLDER, (_, before: string, secret: string) => {
    const value = valueOf(secret);
    if (unwritable(value))
      throw new RouterRefusal(
        `the password in secret ${secret} has a quote in it, which VyOS takes in no value; choose another one`,
      );
    return `${before}"${value}"`;
  });

const PASSWORD = /^ +password "([^"]*)"$/gm;

/** A text that may quote a configuration, without the passwords that are in it. */
export const withoutSecrets = (words: string, configuration: string): string =>
  [...configuration.matchAll(PASSWORD)]
    .flatMap(([, value = '']) => (value === '' ? [] : [value]))
    .reduce((rest, value) => rest.replaceAll(value, '***'), words);
