import { describe, expect, it } from 'vitest';
import { extra } from '../../../../src/core/render/frr-extra.ts';
import { passwordText, redacted, withSecrets } from '../../../../src/core/render/frr-secrets.ts';

describe('secrets in a configuration', () => {
  const line = (address: string, secret: string): string =>
    ` neighbor ${address} password ${passwordText({ secret, revision: '7' })}\n`;

  it('are put in by name, as they are', () => {
    const values: Readonly<Record<string, string>> = { a: "$&$1'\\", b: 'two' };
    const text = `${line('10.0.0.1', 'a')} bfd\n${line('10.0.0.2', 'b')}`;
    expect(withSecrets(text, (name) => values[name] ?? '')).toBe(
      " neighbor 10.0.0.1 password $&$1'\\\n bfd\n neighbor 10.0.0.2 password two\n",
    );
  });

  it('are no business of what the user wrote', () => {
    const text = `!\n${extra(line('10.0.0.1', 'a')).join('\n')}\n!\n`;
    expect(withSecrets(text, () => 'hunter2')).toBe(text);
  });

  it.each([
    ['- neighbor 10.0.0.1 password hunter2', '- neighbor 10.0.0.1 password ***'],
    ['% bad: neighbor 10.0.0.1 password hunter2; next', '% bad: neighbor 10.0.0.1 password *** next'],
    ['password 8 hunter2', 'password 8 ***'],
    ['enable password hunter2\nx', 'enable password ***\nx'],
    ['neighbor 10.0.0.1 description password-less', 'neighbor 10.0.0.1 description password-less'],
  ])('are not shown where lines are quoted: %s', (quoted, shown) => {
    expect(redacted(quoted)).toBe(shown);
  });
});
