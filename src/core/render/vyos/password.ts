import type { SessionPassword } from '../../plan/desired.ts';

/** Stands for a secret's value, which no plan knows. Without spaces: VyOS checks passwords for them. */
export const passwordPlaceholder = ({ secret, revision = '' }: SessionPassword): string =>
  `{secret:${secret}:${revision}}`;
