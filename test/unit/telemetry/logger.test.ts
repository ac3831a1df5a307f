import { describe, expect, it } from 'vitest';
import { createLogger, type LoggerOptions } from '../../../src/telemetry/logger.ts';

const bench = (options: Partial<LoggerOptions> = {}) => {
  const written: string[] = [];
  const destination = { write: (text: string) => void written.push(text) };
  const logger = createLogger({ level: 'info', format: 'json', destination, ...options });
  const lines = () => written.map((text) => JSON.parse(text) as Record<string, unknown>);
  return { logger, lines, written };
};

describe('createLogger', () => {
  it('writes one JSON object per line with the level as a word, the time and all bindings', () => {
    const { logger, lines, written } = bench();
    logger.child({ controller: 'router' }).child({ key: 'vyos-57' }).warn({ sessions: 1 }, 'Session is down');
    expect(lines()).toEqual([
      {
        level: 'warn',
        time: expect.stringMatching(/^\d{4}-.*Z$/) as unknown,
        controller: 'router',
        key: 'vyos-57',
        sessions: 1,
        message: 'Session is down',
      },
    ]);
    expect(written[0]).toMatch(/^[^\n]+\n$/);
  });

  it('leaves out what is below its level', () => {
    const { logger, lines } = bench({ level: 'warn' });
    logger.debug({}, 'debug');
    logger.info({}, 'info');
    logger.warn({}, 'warn');
    logger.error({}, 'error');
    expect(lines().map(({ message }) => message)).toEqual(['warn', 'error']);
  });

  it('writes errors with type, stack and cause', () => {
    const { logger, lines } = bench();
    const err = new TypeError('no answer', { cause: new Error('connection reset') });
    logger.error({ err }, 'Failed');
    expect(lines()[0]?.['err']).toMatchObject({
      type: 'TypeError',
      message: 'no answer',
      stack: expect.stringContaining('logger.test.ts') as unknown,
      cause: { message: 'connection reset' },
    });
  });

  it('replaces secrets, wherever they are in an entry', () => {
    const { logger, written } = bench();
    logger.info(
      { password: 'p-0', etcd: { password: 'p-1', auth: { token: 'p-2' } }, key: 'vyos-57' },
      'Settings',
    );
    logger
      .child({ tls: { privateKey: 'p-3' } })
      .info({ err: Object.assign(new Error('x'), { secret: 'p-4' }) }, 'x');
    expect(written.join('')).not.toMatch(/p-\d/);
    expect(written[0]).toContain('"key":"vyos-57"');
    expect(written.join('').match(/\[secret\]/g)).toHaveLength(5);
  });

  it('writes for people through the stream that it is given', () => {
    const people: string[] = [];
    const { logger, written } = bench({
      format: 'pretty',
      pretty: () => ({ write: (text) => void people.push(text) }),
    });
    logger.info({}, 'Hello');
    expect(people).toHaveLength(1);
    expect(written).toEqual([]);
  });

  it('writes JSON and says so when there is nothing to write for people with', () => {
    const { logger, lines } = bench({ format: 'pretty', pretty: () => undefined });
    logger.info({}, 'Hello');
    expect(lines()).toMatchObject([{ level: 'warn' }, { level: 'info', message: 'Hello' }]);
    expect(lines()[0]?.['message']).toMatch(/needs the package pino-pretty/);
  });
});
